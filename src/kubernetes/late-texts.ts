import { type Fields, fieldsOf } from '../json/fields.ts';
import { parseJson } from '../json/read-json.ts';
import { hashBytes, hashText, seedOfHash } from '../lookup/hash-bytes.ts';
import { HashLists } from '../lookup/hash-lists.ts';
import { addressTextOf, nameOf } from './fields.ts';
import { isOfApi } from './is-of-api.ts';
import type { KeptTexts } from './kept-texts.ts';
import type { Marks } from './wanted-keys.ts';

/** Kinds whose objects are made late: of a large cluster nearly all are of these. */
export type LateKind = 'Pod' | 'EndpointSlice';

const VERSION = 1;
const NAMESPACE = 2;
const NAME = 3;
const NODE = 4;
const SERVICE = 5;
const ADDRESS = 6;

const DOT = 46;
const ZERO = 48;
const NINE = 57;

/** What is noted of an object in the walk over its bytes: what it is found by, and what a reader could complain about. */
export const LATE_MARKS: Readonly<Record<LateKind, Marks>> = {
  Pod: {
    apiVersion: VERSION,
    metadata: { name: NAME, namespace: NAMESPACE },
    spec: { nodeName: NODE },
    status: { podIP: ADDRESS, podIPs: [{ ip: ADDRESS }] },
  },
  EndpointSlice: {
    apiVersion: VERSION,
    metadata: {
      name: NAME,
      namespace: NAMESPACE,
      labels: { 'kubernetes.io/service-name': SERVICE },
    },
    endpoints: [{ addresses: [ADDRESS] }],
  },
};

/** Objects of one kind that are not made yet, and by what they are found. Those that are found may be others, too. */
export class LateTexts {
  readonly kind: LateKind;
  readonly #kept: KeptTexts;
  /** What number each object has there: JSON that the reader of the kind has no complaint about. */
  readonly #texts: number[] = [];
  readonly #seed = seedOfHash();
  readonly #names = new HashLists();
  readonly #nodes = new HashLists();
  readonly #services = new HashLists();
  readonly #addresses = new HashLists();
  #mayHaveIPv6 = false;
  /** Of the object before. */
  #version = Buffer.alloc(0);
  /** Where each text of one object stands, by what it is noted as. */
  readonly #starts = new Uint32Array(ADDRESS);
  readonly #ends = new Uint32Array(ADDRESS);

  constructor(kind: LateKind, kept: KeptTexts) {
    this.kind = kind;
    this.#kept = kept;
  }

  /** False where all addresses are of IPv4. */
  get mayHaveIPv6(): boolean {
    return this.#mayHaveIPv6;
  }

  /** How many there are. */
  get size(): number {
    return this.#texts.length;
  }

  /**
   * Adds an object that was walked over.
   * @param text its number @param marks what was noted of these bytes, by {@link LATE_MARKS}
   * @returns false where it has to be made at once: it has no name, or something in it cannot be found as it is spelled
   */
  add(text: number, bytes: Buffer, marks: Uint32Array, count: number): boolean {
    const number = this.#texts.length;
    const starts = this.#starts.fill(0);
    const ends = this.#ends;
    for (let index = 0; index < count; index += 3) {
      const mark = marks[index] ?? 0;
      const start = marks[index + 1] ?? 0;
      const end = marks[index + 2] ?? 0;
      if (mark === ADDRESS) {
        if (!enter(this.#addresses, this.#hashAddress(bytes, start, end), number)) return false;
      } else {
        starts[mark] = start;
        ends[mark] = end;
      }
    }
    // A text stands behind a quote, so that none begins at 0.
    const namespace =
      starts[NAMESPACE] === 0 ? hashText('default', this.#seed) : this.#hashOf(NAMESPACE, bytes, this.#seed);
    if (starts[NAME] === 0 || namespace === null || !this.#isOfApi(bytes)) return false;
    if (!enter(this.#names, this.#hashOf(NAME, bytes, namespace), number)) return false;
    if (starts[NODE] !== 0 && !enter(this.#nodes, this.#hashOf(NODE, bytes, this.#seed), number))
      return false;
    if (starts[SERVICE] !== 0 && !enter(this.#services, this.#hashOf(SERVICE, bytes, namespace), number))
      return false;
    this.#texts.push(text);
    return true;
  }

  /** @returns the object with this number, as its reader takes it. */
  objectAt(number: number): Fields {
    return fieldsOf(parseJson(this.#kept.text(this.#texts[number] ?? 0)));
  }

  /** @returns the numbers of the objects, in order, among which are all with this namespace and name. */
  named(namespace: string, name: string): readonly number[] {
    return this.#find(this.#names, name, hashText(namespace, this.#seed));
  }

  /** The same for the pods of a node. */
  onNode(node: string): readonly number[] {
    return this.#find(this.#nodes, node, this.#seed);
  }

  /** The same for the slices of a Service. */
  ofService(namespace: string, service: string): readonly number[] {
    return this.#find(this.#services, service, hashText(namespace, this.#seed));
  }

  /** The same for what has an address, in its usual spelling. */
  atAddress(address: string): readonly number[] {
    return this.#find(this.#addresses, address, this.#seed);
  }

  /** @returns true where two objects have one name: of those the first counts, also where the second alone would be found. */
  hasTwins(): boolean {
    return this.#names.some((numbers) => {
      const met = new Set<string>();
      return numbers.some((number) => {
        const { size } = met;
        return met.add(JSON.stringify(nameOf(this.objectAt(number)))).size === size;
      });
    });
  }

  #hashOf(mark: number, bytes: Buffer, seed: number): number | null {
    return hashBytes(bytes, this.#starts[mark] ?? 0, this.#ends[mark] ?? 0, seed);
  }

  #isOfApi(bytes: Buffer): boolean {
    const start = this.#starts[VERSION] ?? 0;
    const end = this.#ends[VERSION] ?? 0;
    if (start === 0 || isSame(bytes, start, end, this.#version)) return true;
    // All objects of a list have one version.
    this.#version = Buffer.from(bytes.subarray(start, end));
    return isOfApi(this.kind, this.#version.toString('latin1'));
  }

  #find(lists: HashLists, text: string, seed: number | null): readonly number[] {
    const hash = seed === null ? null : hashText(text, seed);
    // What is outside ASCII was not added.
    return hash === null ? [] : lists.at(hash);
  }

  /** Of the address in its usual spelling; null where it is none. */
  #hashAddress(bytes: Buffer, start: number, end: number): number | null {
    if (isUsualIPv4(bytes, start, end)) return hashBytes(bytes, start, end, this.#seed);
    this.#mayHaveIPv6 = true;
    const address = addressTextOf(bytes.toString('latin1', start, end));
    return address === null ? null : hashText(address, this.#seed);
  }
}

function enter(lists: HashLists, hash: number | null, number: number): boolean {
  if (hash !== null) lists.add(hash, number);
  return hash !== null;
}

function isSame(bytes: Buffer, start: number, end: number, text: Buffer): boolean {
  if (end - start !== text.length) return false;
  for (let index = 0; index < text.length; index++) if (bytes[start + index] !== text[index]) return false;
  return true;
}

/** The same as `addressTextOf` calls usual. */
function isUsualIPv4(bytes: Buffer, start: number, end: number): boolean {
  let dots = 0;
  let value = -1;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === DOT) {
      if (value < 0) return false;
      dots++;
      value = -1;
    } else {
      if (byte < ZERO || byte > NINE || value === 0) return false;
      value = Math.max(value, 0) * 10 + byte - ZERO;
      if (value > 255) return false;
    }
  }
  return dots === 3 && value >= 0;
}
