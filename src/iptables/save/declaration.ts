import type { Counters, Policy, TableName } from '../ruleset.ts';

const TABLES: ReadonlySet<string> = new Set(['raw', 'mangle', 'nat', 'filter', 'security']);

/** Counters that have counted nothing. */
export const ZERO: Counters = { packets: 0, bytes: 0 };

/** @returns counters as `[packets:bytes]` spells them; all zeros share one object, since most chains have them. */
function toCounters(packets: string, bytes: string | undefined): Counters {
  return packets === '0' && bytes === '0' ? ZERO : { packets: Number(packets), bytes: Number(bytes) };
}

/** @returns what `:NAME POLICY [packets:bytes]` declares; null for any other line. */
export function readDeclaration(
  text: string,
): { readonly name: string; readonly declared: readonly (string | undefined)[] } | null {
  const found = /^:(\S+)\s+(\S+)(?:\s+\[(\d+):(\d+)\])?\s*$/.exec(text);
  if (found === null) return null;
  const [, name = '', ...declared] = found;
  return { name, declared };
}

/** @param declared policy, packets and bytes as a dump spells them; `policy` is null for any other word. */
export function toDeclaration([policy = '-', packets, bytes]: readonly (string | undefined)[]): {
  readonly policy: Policy | null;
  readonly counters: Counters | null;
} {
  const counters = packets === undefined ? null : toCounters(packets, bytes);
  return { policy: toPolicy(policy), counters };
}

function toPolicy(word: string): Policy | null {
  return word === 'ACCEPT' || word === 'DROP' ? word : null;
}

/** @returns true for the five tables of iptables. */
export function isTableName(name: string): name is TableName {
  return TABLES.has(name);
}

/** How the line of a user's chain that counted nothing ends. */
export const PLAIN_END = ' - [0:0]';

/** @returns true for nearly every chain line of a large dump. @param end of the line, as byte position. */
export function isPlainUserChain(bytes: Buffer, end: number): boolean {
  const start = end - PLAIN_END.length;
  for (let index = 0; index < PLAIN_END.length; index++) {
    if (bytes[start + index] !== PLAIN_END.charCodeAt(index)) return false;
  }
  return true;
}
