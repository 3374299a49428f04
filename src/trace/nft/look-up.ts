import { type Element, type Expression, partsOf } from '../../nftables/expression.ts';
import { printExpression } from '../../nftables/print/print-expression.ts';
import { type Unknown, unknown } from '../answer.ts';
import type { PacketState } from '../state.ts';
import { asRead } from './as-read.ts';
import type { NftContext } from './context.ts';
import { candidates, type ElementIndex, find, type IndexedElement, indexOf } from './element-index.ts';
import { kindsOf } from './kinds.ts';
import { read } from './read.ts';
import type { NftSetChange } from './set-change.ts';
import type { Pattern, Reading, Value } from './values.ts';
import { changesOf } from './write-set.ts';

/** What looking up the packet's key in a set or map finds. */
export type LookUp =
  | { readonly kind: 'found'; readonly element: Element }
  | { readonly kind: 'missed' }
  /** A part of the key is absent: the rule breaks. */
  | { readonly kind: 'absent' }
  /** Chance picks: `null` for what no element holds. */
  | {
      readonly kind: 'chance';
      readonly ways: readonly { readonly element: Element | null; readonly share: number }[];
    }
  /** Each way is the one where its question holds and those before do not. */
  | {
      readonly kind: 'open';
      readonly ways: readonly { readonly element: Element | null; readonly asked: Unknown | null }[];
    }
  /** The listing does not hold the set, or it is too wide to be followed. */
  | { readonly kind: 'unknown'; readonly asked: Unknown };

/** Elements that are followed one by one where part of the key is not known. */
const MOST = 64;

/**
 * @param data a set's or map's name, or its elements
 * @param text of the rule, for questions about it
 */
export function lookUp(key: Expression, data: Expression, context: NftContext, text: string): LookUp {
  const { table } = context;
  const set = data.kind === 'set-name' ? table.sets.get(data.name) : undefined;
  const elements = set?.elements ?? (data.kind === 'set' ? data.elements : null);
  const asked = (): Unknown => questionOf(key, data, context, text);
  if (elements === null) return { kind: 'unknown', asked: asked() };
  const index = indexOf(elements, kindsOf(key));
  const gaps: Gaps = { some: index.unreadable || set?.cut === true, asked };
  const readings = partsOf(key).map((part) => read(part, context));
  if (readings.some(({ kind }) => kind === 'absent')) return { kind: 'absent' };
  const [only] = readings;
  if (only?.kind === 'chance' && readings.length === 1) return byChance(index, only, gaps);
  const values = readings.map((reading) => (reading.kind === 'known' ? reading.value : undefined));
  const changes = data.kind === 'set-name' ? changesOf(context, data.name) : [];
  if (values.every((value): value is Value => value !== undefined))
    return withChanges(whole(find(index, values), index, gaps), values, changes, index, asked);
  if (changes.length > 0) return { kind: 'unknown', asked: asked() };
  return inPart(index, readings, values, gaps, context, key);
}

/** Takes in what rules wrote into the set on the packet's way: what is there stays as it is, what is not is entered. */
function withChanges(
  listed: LookUp,
  values: readonly Value[],
  changes: readonly NftSetChange[],
  index: ElementIndex,
  asked: () => Unknown,
): LookUp {
  const rest = restOf(index);
  const missed: LookUp = rest === null ? { kind: 'missed' } : { kind: 'found', element: rest };
  let found = listed;
  for (const { key, entered, element } of changes) {
    if (key === null) return { kind: 'unknown', asked: asked() };
    if (key.some((value, at) => value !== values[at])) continue;
    if (!entered) found = missed;
    else if (found.kind === 'missed' || (found.kind === 'found' && found.element === rest))
      found = { kind: 'found', element };
    else if (found.kind === 'open')
      found = {
        kind: 'open',
        ways: found.ways.map((way) =>
          way.element === null || way.element === rest ? { ...way, element } : way,
        ),
      };
  }
  return found;
}

/** Whether there may be elements that are not known: then what none of the known ones holds is not known to be missed. */
interface Gaps {
  readonly some: boolean;
  /** What is asked then. */
  readonly asked: () => Unknown;
}

function whole(found: IndexedElement | null, index: ElementIndex, { some, asked }: Gaps): LookUp {
  // A listing is of the past: an element with a time may have run out since.
  if (found !== null && found.element.expires !== null)
    return {
      kind: 'open',
      ways: [
        { element: found.element, asked: asked() },
        { element: restOf(index), asked: null },
      ],
    };
  if (found !== null) return { kind: 'found', element: found.element };
  if (some) return { kind: 'unknown', asked: asked() };
  const rest = restOf(index);
  return rest === null ? { kind: 'missed' } : { kind: 'found', element: rest };
}

function restOf({ rest }: ElementIndex): Element | null {
  return rest?.element ?? null;
}

function byChance(
  index: ElementIndex,
  { modulus, offset }: Extract<Reading, { kind: 'chance' }>,
  { some, asked }: Gaps,
): LookUp {
  const ways: { element: Element | null; share: number }[] = [];
  let left = modulus;
  for (const { element, patterns } of [...index.exact.values(), ...index.wide]) {
    const hits = hitsOf(patterns[0] ?? null, modulus, offset);
    if (hits > 0) ways.push({ element, share: hits / modulus });
    left -= hits;
  }
  if (left > 0 && some) return { kind: 'unknown', asked: asked() };
  if (left > 0) ways.push({ element: restOf(index), share: left / modulus });
  return { kind: 'chance', ways };
}

/** @returns how many of the numbers from `offset` on the pattern holds. */
export function hitsOf(pattern: Pattern | null, modulus: number, offset: number): number {
  if (pattern?.kind !== 'range') return 0;
  const from = Math.max(Number(pattern.from), offset);
  const to = Math.min(Number(pattern.to), offset + modulus - 1);
  return Math.max(0, to - from + 1);
}

function inPart(
  index: ElementIndex,
  readings: readonly Reading[],
  values: readonly (Value | undefined)[],
  { some, asked }: Gaps,
  { answered, state }: NftContext,
  key: Expression,
): LookUp {
  if (some) return { kind: 'unknown', asked: asked() };
  const rest = { element: restOf(index), asked: null };
  const ways: { element: Element | null; asked: Unknown | null }[] = [];
  const possible = candidates(index, values);
  if (possible.length > MOST) return { kind: 'unknown', asked: asked() };
  for (const { element, patterns } of possible) {
    const open = readings.flatMap((reading, at) => {
      const pattern = patterns[at] ?? null;
      return reading.kind === 'known' ? [] : [settled(askPart(reading, pattern), answered)];
    });
    if (open.includes('no')) continue;
    const questions = open.filter((each) => each !== 'yes' && each !== 'no');
    const [first, ...more] = questions;
    if (first === undefined) return { kind: 'open', ways: [...ways, { element, asked: null }] };
    // Two parts that are not known make one question of the whole key; an entry with a time, of its set.
    if (more.length > 0 || element.expires !== null) return { kind: 'unknown', asked: asked() };
    const question = first ?? settled(ownWords(key, element, state), answered);
    if (question === 'no') continue;
    if (question === 'yes') return { kind: 'open', ways: [...ways, { element, asked: null }] };
    ways.push({ element, asked: question });
  }
  if (ways.length === 0)
    return rest.element === null ? { kind: 'missed' } : { kind: 'found', element: rest.element };
  return { kind: 'open', ways: [...ways, rest] };
}

/** Asks whether the key is that of the element, in their own words. */
function ownWords(key: Expression, element: Element, state: PacketState): Unknown {
  const words = [key, element.key].map((each) => (each === null ? '*' : printExpression(each)));
  return unknown({ code: 'nft-expression', text: words.join(' '), ...asRead([key], state) });
}

/** Replaces a question that the branch has answered before by its answer. */
function settled(
  answer: 'yes' | 'no' | Unknown | null,
  answered: NftContext['answered'],
): 'yes' | 'no' | Unknown | null {
  if (answer === null || typeof answer === 'string') return answer;
  const held = answered(answer);
  return held === null ? answer : held ? 'yes' : 'no';
}

/** Whether a part that is not known fits; null where there is no question of its own for it. */
function askPart(reading: Reading, pattern: Pattern | null): 'yes' | 'no' | Unknown | null {
  if (pattern === null) return null;
  if (reading.kind === 'partly') {
    if (pattern.kind !== 'range' || pattern.from !== pattern.to) return null;
    return ((reading.bits ^ pattern.from) & reading.known) === 0n ? null : 'no';
  }
  return reading.kind === 'open' ? (reading.ask?.([pattern]) ?? null) : null;
}

/** What rules or NAT make of the key on the way, or of the set, is another question. */
function questionOf(key: Expression, data: Expression, context: NftContext, text: string): Unknown {
  const { table, state } = context;
  if (data.kind !== 'set-name') return unknown({ code: 'nft-expression', text, ...asRead([key], state) });
  const { family, name } = table;
  return unknown({
    code: 'nft-element',
    table: `${family} ${name}`,
    set: data.name,
    key: printExpression(key),
    ...asRead([key], state, changesOf(context, data.name).length),
  });
}
