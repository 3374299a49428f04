import { secondsOf } from './parse-constant.ts';
import type { Tokens } from './tokens.ts';

/**
 * Takes a counter, quota, limit, `last` or count of connections.
 * @param expression takes the expression of a counter that a map chooses
 * @returns it as nft's JSON has it; null where the next word is none of them.
 */
export function parseExtra(
  tokens: Tokens,
  expression: (tokens: Tokens) => unknown,
): Readonly<Record<string, unknown>> | null {
  const word = tokens.peek();
  switch (word) {
    case 'counter':
      tokens.next();
      if (tokens.take('name')) return { counter: parseName(tokens, expression) };
      return { counter: parseCounts(tokens) };
    case 'quota':
      tokens.next();
      return { quota: tokens.take('name') ? parseName(tokens, expression) : parseQuota(tokens) };
    case 'limit':
      tokens.next();
      return { limit: tokens.take('name') ? parseName(tokens, expression) : parseLimit(tokens) };
    case 'last':
      tokens.next();
      if (!tokens.take('used')) return { last: null };
      return { last: { used: secondsOf(tokens.next()) } };
    case 'ct': {
      if (tokens.peek(1) !== 'count') return null;
      tokens.next();
      tokens.next();
      const over = tokens.take('over');
      return { 'ct count': { val: Number(tokens.next()), ...(over ? { inv: true } : {}) } };
    }
    default:
      return null;
  }
}

/** @returns a name, or a map that gives one: `counter name ip saddr map @m`. */
export function parseName(tokens: Tokens, expression: (tokens: Tokens) => unknown): unknown {
  return tokens.token()?.quoted === true ? tokens.next() : expression(tokens);
}

function parseCounts(tokens: Tokens): unknown {
  if (!tokens.take('packets')) return null;
  const packets = Number(tokens.next());
  tokens.take('bytes');
  return { packets, bytes: Number(tokens.next()) };
}

/** `over 10 mbytes used 3 kbytes`. */
export function parseQuota(tokens: Tokens): Readonly<Record<string, unknown>> {
  const over = tokens.take('over');
  if (!over) tokens.take('until');
  const quota: Record<string, unknown> = { val: Number(tokens.next()), val_unit: tokens.next() };
  if (tokens.take('used')) Object.assign(quota, { used: Number(tokens.next()), used_unit: tokens.next() });
  return over ? { ...quota, inv: true } : quota;
}

/** `rate over 1 mbytes/second burst 2 mbytes`. nft 1.0.6 leaves out a burst of 5 packets. */
export function parseLimit(tokens: Tokens): Readonly<Record<string, unknown>> {
  tokens.take('rate');
  const over = tokens.take('over');
  const [rate = '', whole] = tokens.next().split('/');
  const [unit, per] = whole === undefined ? tokens.next().split('/') : [undefined, whole];
  const limit: Record<string, unknown> = { rate: Number(rate), burst: unit === undefined ? 5 : 0, per };
  if (unit !== undefined) limit.rate_unit = unit;
  if (tokens.take('burst')) {
    limit.burst = Number(tokens.next());
    const burstUnit = tokens.next();
    if (unit !== undefined) limit.burst_unit = burstUnit;
  }
  return over ? { ...limit, inv: true } : limit;
}
