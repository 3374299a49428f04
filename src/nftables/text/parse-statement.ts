import { dictionary } from '../../lookup/dictionary.ts';
import { parseConstant, secondsOf } from './parse-constant.ts';
import { parseData, parseExpression, parseVerdict } from './parse-expression.ts';
import { parseExtra, parseName } from './parse-extra.ts';
import { parseNat, parseTproxy } from './parse-nat.ts';
import type { Tokens } from './tokens.ts';

/** Takes one statement. @returns it as nft's JSON has it. */
export function parseStatement(tokens: Tokens): unknown {
  const simple = parseVerdict(tokens) ?? parseExtra(tokens, parseExpression);
  if (simple !== null) return simple;
  const word = tokens.peek();
  const parse = Object.hasOwn(PARSERS, word) ? PARSERS[word] : undefined;
  if (parse !== undefined) return parse(tokens);
  if (word === 'ct' && CT_OBJECTS.has(tokens.peek(1)) && tokens.peek(2) === 'set') {
    tokens.next();
    const what = tokens.next();
    tokens.next();
    return { [`ct ${what}`]: parseName(tokens, parseExpression) };
  }
  return parseMatch(tokens);
}

const CT_OBJECTS: ReadonlySet<string> = new Set(['helper', 'timeout', 'expectation']);

const OPERATORS: ReadonlySet<string> = new Set(['==', '!=', '<', '>', '<=', '>=', '!']);

const PARSERS = dictionary<(tokens: Tokens) => unknown>({
  ...Object.fromEntries(
    (['dnat', 'snat', 'masquerade', 'redirect'] as const).map((kind) => [kind, parseNat]),
  ),
  tproxy: parseTproxy,
  add: parseUpdate,
  update: parseUpdate,
  delete: parseUpdate,
  log: (tokens) => {
    tokens.next();
    return { log: parseLog(tokens) };
  },
  reject: (tokens) => {
    tokens.next();
    if (!tokens.take('with')) return { reject: null };
    const type = tokens.next();
    if (type === 'tcp') return { reject: { type: `tcp ${tokens.next()}` } };
    // nft before 1.0 writes `icmp type net-unreachable`.
    tokens.take('type');
    return { reject: { type, expr: tokens.next() } };
  },
  notrack: (tokens) => {
    tokens.next();
    return { notrack: null };
  },
  queue: (tokens) => {
    tokens.next();
    const flags: string[] = [];
    let num: unknown;
    for (;;) {
      if (tokens.take('flags')) flags.push(...tokens.next().split(','));
      else if (tokens.take('to') || tokens.take('num')) num = parseConstant(tokens);
      else if (tokens.peek() === 'bypass' || tokens.peek() === 'fanout') flags.push(tokens.next());
      else break;
    }
    return { queue: { ...(num === undefined ? {} : { num }), ...(flags.length === 0 ? {} : { flags }) } };
  },
  synproxy: (tokens) => {
    tokens.next();
    if (tokens.take('name')) return { synproxy: parseName(tokens, parseExpression) };
    const synproxy: Record<string, unknown> = {};
    const flags: string[] = [];
    for (;;) {
      if (tokens.take('mss')) synproxy.mss = Number(tokens.next());
      else if (tokens.take('wscale')) synproxy.wscale = Number(tokens.next());
      else if (tokens.peek() === 'timestamp' || tokens.peek() === 'sack-perm') flags.push(tokens.next());
      else break;
    }
    return { synproxy: flags.length === 0 ? synproxy : { ...synproxy, flags } };
  },
  fwd: (tokens) => {
    tokens.next();
    const family = tokens.peek() === 'ip' || tokens.peek() === 'ip6' ? { family: tokens.next() } : {};
    tokens.take('to');
    const to = tokens.next();
    if (!tokens.take('device')) return { fwd: { ...family, dev: to } };
    return { fwd: { ...family, addr: to, dev: tokens.next() } };
  },
  dup: (tokens) => {
    tokens.next();
    tokens.take('to');
    const addr = tokens.next();
    return { dup: tokens.take('device') ? { addr, dev: tokens.next() } : { addr } };
  },
  flow: (tokens) => {
    tokens.next();
    tokens.take('add');
    return { flow: { op: 'add', flowtable: tokens.next() } };
  },
  '#': (tokens) => {
    tokens.next();
    return { xt: { type: 'match', name: tokens.rest() } };
  },
});

function parseLog(tokens: Tokens): unknown {
  const log: Record<string, unknown> = {};
  for (;;) {
    if (tokens.take('prefix')) log.prefix = tokens.next();
    else if (tokens.take('level')) log.level = tokens.next();
    else if (tokens.take('flags')) log.flags = parseLogFlags(tokens);
    else if (['group', 'snaplen', 'queue-threshold'].includes(tokens.peek()))
      log[tokens.next()] = Number(tokens.next());
    else return Object.keys(log).length === 0 ? null : log;
  }
}

/** `flags all`, `flags tcp sequence,options`, `flags ip options`, `flags skuid`. */
function parseLogFlags(tokens: Tokens): unknown {
  const word = tokens.next();
  if (word !== 'tcp' && word !== 'ip') return word;
  const flags = tokens
    .next()
    .split(',')
    .map((flag) => `${word} ${flag}`);
  return flags.length === 1 ? flags[0] : flags;
}

/** `update @s { ip saddr timeout 1m counter }`, `add @m { ip saddr : ct mark }`. */
function parseUpdate(tokens: Tokens): unknown {
  const op = tokens.next();
  const set = tokens.next();
  tokens.take('{');
  const key = parseExpression(tokens);
  const options: Record<string, unknown> = {};
  const stmt: unknown[] = [];
  let data: unknown;
  while (!tokens.done && !tokens.take('}')) {
    if (tokens.take('timeout')) options.timeout = secondsOf(tokens.next());
    else if (tokens.take('comment')) options.comment = tokens.next();
    else if (tokens.take(':')) data = parseVerdict(tokens) ?? parseExpression(tokens);
    else stmt.push(parseExtra(tokens, parseExpression) ?? tokens.next());
  }
  const elem = Object.keys(options).length === 0 ? key : { elem: { val: key, ...options } };
  const more = stmt.length === 0 ? {} : { stmt };
  return data === undefined
    ? { set: { op, elem, set, ...more } }
    : { map: { op, elem, data, map: set, ...more } };
}

/** `lhs vmap …`, `lhs set …`, `lhs [op] rhs`. */
function parseMatch(tokens: Tokens): unknown {
  const bare = tokens.token()?.quoted !== true && /^[a-z-]+$/.test(tokens.peek());
  const left = parseExpression(tokens);
  // A word that begins nothing that is known here: a statement of another version.
  if (bare && typeof left === 'string') return { unknown: `${left} ${tokens.rest()}` };
  if (tokens.take('vmap')) return { vmap: { key: left, data: parseData(tokens) } };
  if (tokens.take('set')) return { mangle: { key: left, value: parseExpression(tokens) } };
  const written = OPERATORS.has(tokens.peek()) ? tokens.next() : null;
  // nft prints what is compared first, and with what behind it: half of a match is a line that was broken.
  if (isConstant(left) || tokens.done) return { unknown: textOf(left, written, tokens.rest()) };
  const right = parseRight(tokens, isTimed(left));
  if (tokens.take('/')) {
    const mask = parseConstant(tokens);
    return { match: { op: written ?? '==', left: { '&': [left, mask] }, right } };
  }
  const op = written ?? (isBits(left) && !isSet(right) ? 'in' : '==');
  return { match: { op, left, right } };
}

function isConstant(left: unknown): boolean {
  if (typeof left !== 'object' || left === null || Array.isArray(left)) return true;
  return 'prefix' in left || 'range' in left;
}

function textOf(left: unknown, operator: string | null, rest: string): string {
  const words = [typeof left === 'string' ? left : JSON.stringify(left), operator ?? '', rest];
  return words.filter((word) => word !== '').join(' ');
}

function parseRight(tokens: Tokens, timed: boolean): unknown {
  if (tokens.peek() === '{') return parseData(tokens);
  if (tokens.peek().startsWith('@')) return tokens.next();
  return parseConstant(tokens, timed);
}

/** Flags of which one is enough, where no operator is written. */
function isBits(left: unknown): boolean {
  const { ct, payload } = (left ?? {}) as {
    ct?: { key: string };
    payload?: { protocol?: string; field?: string };
  };
  if (ct !== undefined) return ['state', 'status', 'label', 'event'].includes(ct.key);
  return payload?.field === 'flags' && payload.protocol === 'tcp';
}

function isTimed(left: unknown): boolean {
  return (left as { ct?: { key: string } } | null)?.ct?.key === 'expiration';
}

function isSet(right: unknown): boolean {
  return typeof right === 'string'
    ? right.startsWith('@')
    : typeof right === 'object' && right !== null && 'set' in right;
}
