import { dictionary } from '../../lookup/dictionary.ts';
import { type Element, type Expression, partsOf } from '../../nftables/expression.ts';
import type { NftContext } from '../../trace/nft/context.ts';
import { type ElementIndex, type IndexedElement, indexOf } from '../../trace/nft/element-index.ts';
import { kindsOf } from '../../trace/nft/kinds.ts';
import { read } from '../../trace/nft/read.ts';
import { fits, isExact, type Pattern, type Value } from '../../trace/nft/values.ts';
import type { KeptPackets } from '../explore/kept-packets.ts';
import { alikeInExpression } from './alike-expression.ts';
import { comparedWith, PRESENCE } from './compared.ts';

/** `member`: whether a set holds the key. `element`: which element does. */
export type Wanted = 'member' | 'element';

/**
 * Keeps the packets whose key finds what this packet's key finds. A key of several parts is taken part by part, as far as
 * it takes to tell that no element, or this one, holds it.
 */
export function alikeInLookUp(
  key: Expression,
  data: Expression,
  wanted: Wanted,
  at: NftContext,
  narrowing: KeptPackets,
): void {
  const elements = elementsOf(data, at);
  const parts = partsOf(key);
  for (const part of parts) alikeInExpression(part, PRESENCE, at, narrowing);
  if (elements === null) return;
  let group = rootOf(indexOf(elements, kindsOf(key)));
  const single = parts.length === 1 && wanted === 'member';
  for (const [place, part] of cheapestFirst(parts, at, narrowing)) {
    const reading = read(part, at);
    if (reading.kind === 'absent') return;
    if (reading.kind !== 'known') {
      // Each answer asks for the elements one by one.
      for (const pattern of group.patternsAt(place))
        alikeInExpression(part, comparedWith(pattern), at, narrowing);
      continue;
    }
    if (single) {
      alikeInExpression(part, { kind: 'patterns', patterns: group.patternsAt(place) }, at, narrowing);
      return;
    }
    const { fitting, others, next } = group.step(place, reading.value);
    for (const pattern of fitting) alikeInExpression(part, comparedWith(pattern), at, narrowing);
    // Where one value alone fits, none of the others does.
    if (!fitting.some(isExact))
      alikeInExpression(part, { kind: 'patterns', patterns: others }, at, narrowing);
    if (next === null) return;
    group = next;
  }
}

/** @returns what a set or map holds; null where the listing lacks it. */
export function elementsOf(data: Expression, { table }: NftContext): readonly Element[] | null {
  if (data.kind === 'set-name') return table.sets.get(data.name)?.elements ?? null;
  return data.kind === 'set' ? data.elements : null;
}

/**
 * What NAT wrote is the same for all packets of the class, and so costs nothing: it is asked first. Then few elements are
 * left that the client's own address could find.
 */
function cheapestFirst(
  parts: readonly Expression[],
  { state }: NftContext,
  { packet }: KeptPackets,
): readonly (readonly [number, Expression])[] {
  const isWritten = dictionary<boolean>({
    daddr: state.destination.value !== packet.destination.value,
    dport: state.destinationPort !== packet.destinationPort,
    saddr: state.source.address?.value !== packet.source.address?.value,
  });
  const costs = (part: Expression): number => {
    if (part.kind === 'meta') return part.key === 'l4proto' ? 1 : 3;
    if (part.kind !== 'payload') return 3;
    return isWritten[part.field] === true ? 0 : 2;
  };
  return [...parts.entries()].sort(([, a], [, b]) => costs(a) - costs(b));
}

/** What one value of a part leaves of a group. */
interface Step {
  /** The patterns that hold the value, each once. */
  readonly fitting: readonly Pattern[];
  readonly others: readonly Pattern[];
  /** The elements that may still hold the key; null where there is none. */
  readonly next: Group | null;
}

/** Elements that hold the parts of a key so far. */
class Group {
  readonly #elements: readonly IndexedElement[];
  readonly #patterns = new Map<number, readonly Pattern[]>();
  readonly #exact = new Map<number, Map<Value, IndexedElement[]>>();
  readonly #steps = new Map<string, Step>();

  constructor(elements: readonly IndexedElement[]) {
    this.#elements = elements;
  }

  /** @returns what elements have in this place of their keys, each pattern once; equal calls give the same list. */
  patternsAt(place: number): readonly Pattern[] {
    let known = this.#patterns.get(place);
    if (known === undefined) {
      known = distinct(this.#elements.flatMap(({ patterns }) => patterns[place] ?? []));
      this.#patterns.set(place, known);
    }
    return known;
  }

  step(place: number, value: Value): Step {
    const exact = this.#exactAt(place).get(value);
    const wide = this.#wideAt(place).filter((pattern) => fits(pattern, value));
    const name = `${place} ${exact === undefined ? '' : String(value)} ${wide.map(patternText).join()}`;
    let known = this.#steps.get(name);
    if (known === undefined) {
      known = this.#stepTo(place, value, exact, wide);
      this.#steps.set(name, known);
    }
    return known;
  }

  #stepTo(
    place: number,
    value: Value,
    exact: readonly IndexedElement[] | undefined,
    wide: readonly Pattern[],
  ): Step {
    const own: Pattern[] = [];
    if (exact !== undefined)
      own.push(
        typeof value === 'string'
          ? { kind: 'name', text: value, prefix: false }
          : { kind: 'range', from: value, to: value },
      );
    const names = new Set(wide.map(patternText));
    const left = [
      ...(exact ?? []),
      ...this.#elements.filter(({ patterns }) => {
        const pattern = patterns[place] ?? null;
        // An element that was not understood may hold any value.
        return pattern === null || (!isExact(pattern) && fits(pattern, value));
      }),
    ];
    return {
      fitting: [...own, ...wide],
      others:
        own.length === 0 && wide.length === 0
          ? this.patternsAt(place)
          : this.patternsAt(place).filter(
              (pattern) => !names.has(patternText(pattern)) && !fits(pattern, value),
            ),
      next: left.length === 0 ? null : new Group(left),
    };
  }

  #exactAt(place: number): Map<Value, IndexedElement[]> {
    let known = this.#exact.get(place);
    if (known === undefined) {
      known = new Map();
      for (const element of this.#elements) {
        const pattern = element.patterns[place];
        if (pattern == null || !isExact(pattern)) continue;
        const value = pattern.kind === 'name' ? pattern.text : pattern.from;
        const list = known.get(value);
        if (list === undefined) known.set(value, [element]);
        else list.push(element);
      }
      this.#exact.set(place, known);
    }
    return known;
  }

  #wideAt(place: number): readonly Pattern[] {
    return this.patternsAt(place).filter((pattern) => !isExact(pattern));
  }
}

const ROOTS = new WeakMap<ElementIndex, Group>();

function rootOf(index: ElementIndex): Group {
  let root = ROOTS.get(index);
  if (root === undefined) {
    root = new Group([...index.exact.values(), ...index.wide]);
    ROOTS.set(index, root);
  }
  return root;
}

function distinct(patterns: readonly Pattern[]): Pattern[] {
  return [...new Map(patterns.map((pattern) => [patternText(pattern), pattern])).values()];
}

function patternText(pattern: Pattern): string {
  return pattern.kind === 'name'
    ? `${pattern.text}${pattern.prefix ? '*' : ''}"`
    : `${pattern.from}-${pattern.to}`;
}
