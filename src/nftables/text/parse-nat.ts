import { readConstant } from './parse-constant.ts';
import { parseExpression } from './parse-expression.ts';
import type { Tokens } from './tokens.ts';

type Parts = Record<string, unknown>;

const FLAGS: ReadonlySet<string> = new Set(['random', 'fully-random', 'persistent']);

/** Takes `dnat ip to 10.0.0.1:8080 random`, `masquerade to :1024-65535`, … @returns it as nft's JSON has it. */
export function parseNat(tokens: Tokens): unknown {
  const kind = tokens.next();
  const parts: Parts = {};
  if (tokens.peek() === 'ip' || tokens.peek() === 'ip6') parts.family = tokens.next();
  if (tokens.take('prefix')) Object.assign(parts, { type_flags: 'prefix' });
  // nft 0.9 and 1.0.0 say what the map gives: `addr . port to`, `interval to`.
  while (!tokens.done && ['addr', '.', 'port', 'interval'].includes(tokens.peek())) tokens.next();
  if (tokens.take('to')) Object.assign(parts, parseTo(tokens));
  const flags = parseFlags(tokens);
  if (parts.type_flags === 'prefix' && !flags.includes('netmap')) flags.push('netmap');
  if (flags.length > 0) parts.flags = flags.length === 1 ? flags[0] : flags;
  return { [kind]: Object.keys(parts).length === 0 ? null : parts };
}

/** Takes `tproxy ip to 127.0.0.1:5000`. */
export function parseTproxy(tokens: Tokens): unknown {
  tokens.next();
  const parts: Parts = {};
  if (tokens.peek() === 'ip' || tokens.peek() === 'ip6') parts.family = tokens.next();
  if (tokens.take('to')) Object.assign(parts, parseTo(tokens));
  return { tproxy: parts };
}

function parseFlags(tokens: Tokens): string[] {
  const flags: string[] = [];
  while (
    tokens.peek() !== '' &&
    tokens
      .peek()
      .split(',')
      .every((flag) => FLAGS.has(flag))
  )
    flags.push(...tokens.next().split(','));
  return flags;
}

function parseTo(tokens: Tokens): Parts {
  const word = tokens.peek();
  const [, bracketed, port6] = /^\[([^\]]+)\](?:-\[[^\]]+\])?(?::(\S+))?$/.exec(word) ?? [];
  if (bracketed !== undefined) {
    const [, last] = /^\[[^\]]+\]-\[([^\]]+)\]/.exec(word) ?? [];
    tokens.next();
    const addr = last === undefined ? bracketed : { range: [bracketed, last] };
    return { addr, ...portOf(port6) };
  }
  const [, addr4, port4] = /^((?:\d+\.){3}\d+(?:-(?:\d+\.){3}\d+)?)?:(\d[\d-]*)$/.exec(word) ?? [];
  if (port4 !== undefined) {
    tokens.next();
    return { ...(addr4 === undefined ? {} : { addr: readConstant(addr4) }), ...portOf(port4) };
  }
  const addr = parseExpression(tokens);
  const after = /^:(\d[\d-]*)$/.exec(tokens.peek())?.[1];
  if (after !== undefined) tokens.next();
  return { addr, ...portOf(after) };
}

function portOf(text: string | undefined): Parts {
  return text === undefined ? {} : { port: readConstant(text) };
}
