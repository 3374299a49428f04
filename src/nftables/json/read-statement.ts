import { type Fields, objectOf, wordOf } from '../../json/fields.ts';
import { dictionary } from '../../lookup/dictionary.ts';
import type { Expression, Extra, MapExpression } from '../expression.ts';
import type { NatStatement, Statement } from '../statement.ts';
import { parseStatement } from '../text/parse-statement.ts';
import { Tokens } from '../text/tokens.ts';
import { readExpression, readExtra } from './read-expression.ts';
import { readField } from './read-field.ts';
import { readVerdict } from './read-verdict.ts';
import { numberAt, stringAt, wordsAt } from './values.ts';

/** @returns a statement of nft's JSON; what is not known stays as text. Never throws. */
export function readStatement(value: unknown): Statement {
  // What nft has no JSON for it prints as text: 1.0.6 `update @m { ip saddr : meta mark }`.
  if (typeof value === 'string') {
    const parsed = parseStatement(new Tokens(value));
    return objectOf(parsed) === null ? unknown(value) : readStatement(parsed);
  }
  const verdict = readVerdict(value);
  if (verdict !== null) return verdict;
  const object = objectOf(value);
  const [name] = Object.keys(object ?? {});
  if (object === null || name === undefined) return unknown(value);
  const inner = object[name];
  const extra = readExtra(name, inner);
  if (extra !== null) return extra;
  const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  return read?.(inner) ?? unknown(value);
}

const OPERATORS = ['==', '!=', '<', '>', '<=', '>=', 'in'] as const;

const READERS = dictionary<(value: unknown) => Statement | null>({
  match: (value) => {
    const object = objectOf(value);
    const operator = OPERATORS.find((each) => each === object?.op);
    if (object === null || operator === undefined) return null;
    const [left, right] = [readExpression(object.left), readExpression(object.right)];
    return { kind: 'match', operator, left, right };
  },
  vmap: (value) => {
    const object = objectOf(value);
    if (object === null) return null;
    return { kind: 'vmap', key: readExpression(object.key), data: readExpression(object.data) };
  },
  mangle: (value) => {
    const object = objectOf(value);
    const field = readField(object?.key);
    if (object === null || field === null) return null;
    return { kind: 'assign', field, value: readExpression(object.value) };
  },
  set: (value) => setUpdate(objectOf(value)),
  map: (value) => setUpdate(objectOf(value)),
  ...Object.fromEntries(
    (['dnat', 'snat', 'masquerade', 'redirect'] as const).map((kind) => [
      kind,
      (value: unknown) => natStatement(kind, objectOf(value)),
    ]),
  ),
  reject: (value) => {
    const object = objectOf(value);
    const [type, code] = object === null ? [null, null] : [stringAt(object, 'type'), codeOf(object.expr)];
    return { kind: 'reject', type, code };
  },
  notrack: () => ({ kind: 'notrack' }),
  tproxy: (value) => {
    const object = objectOf(value);
    if (object === null) return null;
    return {
      kind: 'tproxy',
      family: stringAt(object, 'family'),
      address: optional(object.addr),
      port: optional(object.port),
    };
  },
  queue: (value) => {
    const object = objectOf(value) ?? {};
    const flags = wordsAt(object, 'flags');
    const number = object.num === undefined ? [] : ['to', textOf(object.num)];
    const text = [...(flags.length > 0 ? ['flags', flags.join(',')] : []), ...number].join(' ');
    return { kind: 'queue', bypass: flags.includes('bypass'), text };
  },
  synproxy: (value) => {
    const map = mapOf(value);
    const text = typeof value === 'string' ? `name ${value}` : map === null ? pairs(objectOf(value)) : '';
    return { kind: 'synproxy', map, text };
  },
  fwd: (value) => {
    const object = objectOf(value) ?? {};
    const to = [stringAt(object, 'family'), textOf(object.addr)].filter(
      (each) => each !== null && each !== '',
    );
    const device = quoted(object.dev);
    return { kind: 'fwd', text: to.length === 0 ? `to ${device}` : `${to[0]} to ${to[1]} device ${device}` };
  },
  dup: (value) => {
    const object = objectOf(value) ?? {};
    const [to, device] = [
      textOf(object.addr),
      object.dev === undefined ? '' : ` device ${quoted(object.dev)}`,
    ];
    return { kind: 'dup', text: `to ${to}${device}` };
  },
  flow: (value) => {
    const table = stringAt(objectOf(value) ?? {}, 'flowtable');
    return table === null ? null : { kind: 'flow', table: table.replace(/^@/, '') };
  },
  log: (value) => ({ kind: 'passive', what: 'log', map: null, text: logText(objectOf(value)) }),
  ...Object.fromEntries(
    ['ct helper', 'ct timeout', 'ct expectation', 'secmark'].map((what) => [
      what,
      (value: unknown): Statement => ({ kind: 'passive', what, map: mapOf(value), text: textOf(value) }),
    ]),
  ),
  xt: (value) => {
    const object = objectOf(value) ?? {};
    const [type, name] = [stringAt(object, 'type') ?? 'match', stringAt(object, 'name') ?? ''];
    return { kind: 'xt', type, name };
  },
});

function setUpdate(object: Fields | null): Statement | null {
  const operation = (['add', 'update', 'delete'] as const).find((each) => each === object?.op);
  const set = object === null ? null : (stringAt(object, 'set') ?? stringAt(object, 'map'));
  if (object === null || operation === undefined || set === null) return null;
  const wrapped = objectOf(objectOf(object.elem)?.elem);
  const inside: Extra[] = Object.entries(wrapped ?? {}).flatMap(
    ([name, each]) => readExtra(name, each) ?? [],
  );
  const listed = Array.isArray(object.stmt) ? object.stmt : [];
  const outside = listed.flatMap((each): Extra[] => {
    const [name] = Object.keys(objectOf(each) ?? {});
    const extra = name === undefined ? null : readExtra(name, objectOf(each)?.[name]);
    return extra === null ? [] : [extra];
  });
  return {
    kind: 'set-update',
    operation,
    set: set.replace(/^@/, ''),
    key: readExpression(wrapped === null ? object.elem : wrapped.val),
    data: optional(object.data),
    timeout: wrapped === null ? null : numberAt(wrapped, 'timeout'),
    comment: wrapped === null ? null : stringAt(wrapped, 'comment'),
    extras: [...inside, ...outside],
  };
}

function natStatement(kind: NatStatement['kind'], object: Fields | null): NatStatement {
  const flags = object === null ? [] : wordsAt(object, 'flags');
  const family = object === null ? null : stringAt(object, 'family');
  return {
    kind,
    family: family === 'ip' || family === 'ip6' ? family : null,
    address: optional(object?.addr),
    port: optional(object?.port),
    random: flags.includes('random'),
    fullyRandom: flags.includes('fully-random'),
    persistent: flags.includes('persistent'),
    prefix: flags.includes('netmap') || (object !== null && wordsAt(object, 'type_flags').includes('prefix')),
  };
}

function mapOf(value: unknown): MapExpression | null {
  const expression = objectOf(value)?.map === undefined ? null : readExpression(value);
  return expression?.kind === 'map' ? expression : null;
}

function optional(value: unknown): Expression | null {
  return value === undefined || value === null ? null : readExpression(value);
}

/** A code is a name, or of nft 1.1 for some a number. */
function codeOf(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? wordOf(value) : null;
}

function textOf(value: unknown): string {
  const object = objectOf(value);
  if (Array.isArray(object?.range)) return object.range.map(wordOf).join('-');
  return object !== null
    ? JSON.stringify(object)
    : value === undefined || value === null
      ? ''
      : wordOf(value);
}

function quoted(value: unknown): string {
  return `"${textOf(value)}"`;
}

function logText(object: Fields | null): string {
  if (object === null) return '';
  const words: string[] = [];
  for (const [key, value] of Object.entries(object)) {
    if (key === 'prefix') words.push('prefix', quoted(value));
    else if (key === 'flags' && Array.isArray(value)) words.push('flags', value.map(wordOf).join(','));
    else words.push(key, wordOf(value));
  }
  return words.join(' ');
}

function pairs(object: Fields | null): string {
  return Object.entries(object ?? {})
    .map(([key, value]) =>
      key === 'flags' ? [value].flat().map(wordOf).join(' ') : `${key} ${wordOf(value)}`,
    )
    .join(' ');
}

function unknown(value: unknown): Statement {
  // What the text of nft holds, and its reader does not know.
  const said = objectOf(value)?.unknown;
  return { kind: 'unknown', text: typeof said === 'string' ? said : (JSON.stringify(value) ?? 'nothing') };
}
