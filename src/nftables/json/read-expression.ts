import { type Fields, objectOf, wordOf } from '../../json/fields.ts';
import { dictionary } from '../../lookup/dictionary.ts';
import { bytesOf } from '../bytes.ts';
import type { Element, Expression, Extra, Named } from '../expression.ts';
import { readField } from './read-field.ts';
import { readVerdict } from './read-verdict.ts';
import { numberAt, stringAt } from './values.ts';

/** How deep expressions may stand in each other before they are given up: nft's own go no deeper than a few. */
const DEEPEST = 40;

/** @returns an expression of nft's JSON; what is not known stays as text. Never throws. */
export function readExpression(value: unknown, depth = 0): Expression {
  if (typeof value === 'number') return { kind: 'number', value };
  if (typeof value === 'boolean') return { kind: 'exists', value };
  if (typeof value === 'string') return readWord(value);
  if (depth > DEEPEST) return unknown(value);
  if (Array.isArray(value)) return { kind: 'flags', words: value.map(wordOf) };
  const object = objectOf(value);
  const [key] = Object.keys(object ?? {});
  if (object === null || key === undefined) return unknown(value);
  const read = Object.hasOwn(READERS, key) ? READERS[key] : undefined;
  return read?.(object[key], depth + 1) ?? unknown(value);
}

/** Numbers that nft prints as strings are numbers, as they are in its text. */
function readWord(text: string): Expression {
  if (text.startsWith('@')) return { kind: 'set-name', name: text.slice(1) };
  if (/^(0|[1-9]\d{0,14})$/.test(text)) return { kind: 'number', value: Number(text) };
  return { kind: 'word', text };
}

type Reader = (value: unknown, depth: number) => Expression | null;

const READERS = dictionary<Reader>({
  prefix: (value) => {
    const object = objectOf(value);
    const address = object === null ? null : stringAt(object, 'addr');
    const length = object === null ? null : numberAt(object, 'len');
    return address === null || length === null ? null : { kind: 'prefix', address, length };
  },
  range: (value, depth) =>
    Array.isArray(value) && value.length === 2
      ? { kind: 'range', from: readExpression(value[0], depth), to: readExpression(value[1], depth) }
      : null,
  concat: (value, depth) =>
    Array.isArray(value) ? { kind: 'concat', parts: value.map((part) => readExpression(part, depth)) } : null,
  set: (value, depth) => {
    if (typeof value === 'string') return readWord(value);
    return Array.isArray(value)
      ? { kind: 'set', elements: value.map((each) => readElement(each, depth)) }
      : null;
  },
  elem: (value, depth) => {
    const object = objectOf(value);
    return object === null ? null : readExpression(object.val, depth);
  },
  map: (value, depth) => {
    const object = objectOf(value);
    if (object === null) return null;
    const { key, data } = object;
    return { kind: 'map', key: readExpression(key, depth), data: readExpression(data, depth) };
  },
  numgen: (value) => {
    const object = objectOf(value);
    const modulus = object === null ? null : numberAt(object, 'mod');
    if (object === null || modulus === null) return null;
    const by = object.mode === 'inc' ? 'inc' : 'random';
    return { kind: 'numgen', by, modulus, offset: numberAt(object, 'offset') ?? 0, seed: null, of: null };
  },
  jhash: (value, depth) => {
    const object = objectOf(value);
    const modulus = object === null ? null : numberAt(object, 'mod');
    if (object === null || modulus === null) return null;
    const of = object.expr === undefined ? null : readExpression(object.expr, depth);
    const [offset, seed] = [numberAt(object, 'offset') ?? 0, numberAt(object, 'seed')];
    return { kind: 'numgen', by: 'jhash', modulus, offset, seed, of };
  },
  symhash: (value) => {
    const object = objectOf(value);
    const modulus = object === null ? null : numberAt(object, 'mod');
    if (object === null || modulus === null) return null;
    const offset = numberAt(object, 'offset') ?? 0;
    return { kind: 'numgen', by: 'symhash', modulus, offset, seed: null, of: null };
  },
  ...Object.fromEntries(
    (['&', '|', '^', '<<', '>>'] as const).map((operator) => [operator, binary(operator)]),
  ),
  ...Object.fromEntries(
    ['meta', 'ct', 'payload', 'fib', 'rt', 'socket', 'osf', 'exthdr', 'ipsec']
      .concat(['tcp option', 'ip option', 'sctp chunk', 'dccp option'])
      .map((name): [string, Reader] => [name, (value) => readField({ [name]: value })]),
  ),
});

/** Flags that are joined stay a list of flags; nft 1.1 joins more than two in one, older ones two and two. */
function binary(operator: '&' | '|' | '^' | '<<' | '>>'): Reader {
  return (value, depth) => {
    if (!Array.isArray(value) || value.length < 2) return null;
    if (operator === '|' && value.every((each) => typeof each === 'string'))
      return { kind: 'flags', words: value };
    const parts = value.map((each) => readExpression(each, depth));
    const words = operator === '|' ? parts.map(flagsOf) : [];
    if (words.length > 0 && !words.includes(null))
      return { kind: 'flags', words: words.flatMap((each) => each ?? []) };
    const [first, ...more] = parts;
    if (first === undefined) return null;
    return more.reduce((left, right): Expression => ({ kind: 'binary', operator, left, right }), first);
  };
}

function flagsOf(part: Expression): readonly string[] | null {
  return part.kind === 'flags' ? part.words : part.kind === 'word' ? [part.text] : null;
}

/** @returns an element of a set, or a pair of a map: `[key, value]`. */
export function readElement(value: unknown, depth = 0): Element {
  if (Array.isArray(value) && value.length === 2) {
    const element = readKey(value[0], depth);
    return { ...element, data: readVerdict(value[1]) ?? readExpression(value[1], depth + 1) };
  }
  return readKey(value, depth);
}

function readKey(value: unknown, depth: number): Element {
  const wrapped = objectOf(objectOf(value)?.elem);
  const key = wrapped === null ? value : wrapped.val;
  const extras = Object.entries(wrapped ?? {}).flatMap(([name, each]) => readExtra(name, each) ?? []);
  return {
    key: key === '*' ? null : readExpression(key, depth + 1),
    data: null,
    comment: wrapped === null ? null : stringAt(wrapped, 'comment'),
    timeout: wrapped === null ? null : numberAt(wrapped, 'timeout'),
    expires: wrapped === null ? null : numberAt(wrapped, 'expires'),
    extras,
  };
}

function unknown(value: unknown): Expression {
  // What the text of nft holds, and its reader does not know.
  const said = objectOf(value)?.unknown;
  return { kind: 'unknown', text: typeof said === 'string' ? said : (JSON.stringify(value) ?? 'nothing') };
}

/**
 * @param name of the statement: `counter`, `limit`, …
 * @returns a counter, quota, limit or count of connections; null where it is none.
 */
export function readExtra(name: string, value: unknown): Extra | null {
  const object = objectOf(value);
  const over = object?.inv === true;
  switch (name) {
    case 'counter': {
      const [packets, bytes] =
        object === null ? [null, null] : [numberAt(object, 'packets'), numberAt(object, 'bytes')];
      return { kind: 'counter', name: namedBy(value), packets, bytes };
    }
    case 'quota':
      return { kind: 'quota', name: namedBy(value), over, ...quotaBytes(object) };
    case 'limit':
      return { kind: 'limit', name: namedBy(value), over, text: object === null ? '' : limitText(object) };
    case 'ct count':
      return { kind: 'ct-count', over, value: object === null ? 0 : (numberAt(object, 'val') ?? 0) };
    case 'last':
      return { kind: 'last', text: '' };
    default:
      return null;
  }
}

function namedBy(value: unknown): Named {
  if (typeof value === 'string') return value;
  const object = objectOf(value);
  const map: Expression | null = object?.map === undefined ? null : readExpression(object);
  return map;
}

function quotaBytes(
  object: Fields | null,
): Pick<Extract<Extra, { kind: 'quota' }>, 'bytes' | 'used' | 'text'> {
  if (object === null) return { bytes: null, used: null, text: '' };
  const { val, val_unit: unit = 'bytes', used, used_unit: usedUnit = 'bytes' } = object;
  return {
    bytes: bytesOf(val, unit),
    // nft tells it where there is some.
    used: used === undefined ? 0 : bytesOf(used, usedUnit),
    text: quotaText(object),
  };
}

/** `10 mbytes`, without `over`. */
function quotaText(object: Fields): string {
  const { val, val_unit: unit, used, used_unit: usedUnit } = object;
  const text = `${wordOf(val)} ${stringAt(object, 'val_unit') === null ? 'bytes' : wordOf(unit)}`;
  return typeof used === 'number' && used > 0 ? `${text} used ${used} ${wordOf(usedUnit ?? 'bytes')}` : text;
}

/** `10/second burst 5 packets`, as nft 1.1 prints it. */
function limitText(object: Fields): string {
  const unit = stringAt(object, 'rate_unit');
  const burstUnit = stringAt(object, 'burst_unit') ?? 'packets';
  const { rate, per, burst } = object;
  const text = `${wordOf(rate)}${unit === null || unit === 'packets' ? '' : ` ${unit}`}/${wordOf(per)}`;
  // Of bytes nft leaves out a burst of 0, of packets 1.0.6 the 5 that is taken unless told.
  if (typeof burst !== 'number' || (unit !== null && burst === 0)) return text;
  return `${text} burst ${burst} ${burstUnit}`;
}
