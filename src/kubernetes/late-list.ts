import type { Fields } from '../json/fields.ts';
import type { LateTexts } from './late-texts.ts';
import { mergeSlices } from './merge-clusters.ts';
import type { Endpoint, EndpointList, ObjectList, Pod, PodList } from './objects.ts';
import { readEndpointSlice } from './read-endpoint-slice.ts';
import { readPod } from './read-pod.ts';

/** @returns the pods, of which no two have one name. */
export function latePods(texts: LateTexts): PodList {
  return new LateList(texts, makePod, asTheyAre, (some) => ({
    at: (address) => some(texts.atAddress(address)).filter(({ ips }) => ips.includes(address)),
    on: (node) => some(texts.onNode(node)).filter((pod) => pod.node === node),
    named: (namespace, name) =>
      some(texts.named(namespace, name)).find((pod) => pod.namespace === namespace && pod.name === name) ??
      null,
  }));
}

/** @returns the endpoints of the slices. Those of one address, and those of one Service, are merged as all of them are. */
export function lateEndpoints(texts: LateTexts): EndpointList {
  return new LateList(texts, makeEndpoints, mergeSlices, (some) => ({
    at: (address) => some(texts.atAddress(address)).filter((endpoint) => endpoint.address === address),
    mayHave: (family) => family === 'ipv4' || texts.mayHaveIPv6,
    of: (namespace, service) =>
      some(texts.ofService(namespace, service)).filter(
        (endpoint) => endpoint.namespace === namespace && endpoint.service === service,
      ),
  }));
}

// What a list keeps when all is made stands outside of the functions that know its texts, or it would keep those, too.

function makePod(object: Fields): Pod[] {
  const pod = readPod(object);
  return pod === null ? [] : [pod];
}

/** A slice with something to complain about was made at once. */
function makeEndpoints(object: Fields): readonly Endpoint[] {
  return readEndpointSlice(object, () => undefined) ?? [];
}

function asTheyAre<Item>(items: readonly Item[]): readonly Item[] {
  return items;
}

/** Objects that are made when they are asked for, each once. */
class LateList<Item, Look> implements ObjectList<Item, Look> {
  readonly #make: (object: Fields) => readonly Item[];
  readonly #join: (items: readonly Item[]) => readonly Item[];
  readonly #made: (readonly Item[] | undefined)[];
  #late: { readonly texts: LateTexts; readonly look: Look } | null;
  #all: readonly Item[] = [];

  /** @param make the objects of one text @param join puts together those of several, in order */
  constructor(
    texts: LateTexts,
    make: (object: Fields) => readonly Item[],
    join: (items: readonly Item[]) => readonly Item[],
    look: (some: (numbers: readonly number[]) => readonly Item[]) => Look,
  ) {
    this.#make = make;
    this.#join = join;
    this.#made = new Array<undefined>(texts.size).fill(undefined);
    this.#late = {
      texts,
      look: look((numbers) => join(numbers.flatMap((number) => this.#at(texts, number)))),
    };
  }

  get late(): Look | undefined {
    return this.#late?.look;
  }

  get length(): number {
    return this.#whole().length;
  }

  [Symbol.iterator](): Iterator<Item> {
    return this.#whole()[Symbol.iterator]();
  }

  filter(is: (item: Item) => boolean): Item[] {
    return this.#whole().filter(is);
  }

  find(is: (item: Item) => boolean): Item | undefined {
    return this.#whole().find(is);
  }

  some(is: (item: Item) => boolean): boolean {
    return this.#whole().some(is);
  }

  map<Other>(of: (item: Item) => Other): Other[] {
    return this.#whole().map(of);
  }

  flatMap<Other>(of: (item: Item) => readonly Other[]): Other[] {
    return this.#whole().flatMap(of);
  }

  #whole(): readonly Item[] {
    if (this.#late === null) return this.#all;
    const { texts } = this.#late;
    this.#all = this.#join(this.#made.flatMap((made, number) => made ?? this.#at(texts, number)));
    this.#late = null;
    this.#made.length = 0;
    return this.#all;
  }

  #at(texts: LateTexts, number: number): readonly Item[] {
    const made = this.#made[number] ?? this.#make(texts.objectAt(number));
    this.#made[number] = made;
    return made;
  }
}
