import type { NatRange } from '../../iptables/target.ts';
import type { Range } from '../../net/range.ts';
import type { Expression } from '../../nftables/expression.ts';
import { printStatement } from '../../nftables/print/print-statement.ts';
import type { NatStatement } from '../../nftables/statement.ts';
import type { Rewrite } from '../../rules/effect.ts';
import { patternOf } from './constants.ts';
import type { NftContext } from './context.ts';
import type { ValueKind } from './kinds.ts';
import { type LookUp, lookUp } from './look-up.ts';

/** What a nat statement writes, or what has to be looked up for it. */
export type NatChoice =
  | { readonly kind: 'target'; readonly target: Rewrite }
  /** `address` is what another map has given already. */
  | {
      readonly kind: 'map';
      readonly gives: 'address' | 'port';
      readonly found: LookUp;
      readonly address: Expression | null;
    }
  /** It cannot be told from the listing. */
  | { readonly kind: 'unreadable'; readonly text: string };

/** @returns what a nat statement does to this packet (nft_nat_eval, nft_masq_eval, nft_redir_eval). */
export function natChoice(nat: NatStatement, context: NftContext): NatChoice {
  const text = printStatement(nat);
  // Both write the node's own address: one that was read is something that was not understood.
  if (nat.address !== null && (nat.kind === 'masquerade' || nat.kind === 'redirect'))
    return { kind: 'unreadable', text };
  if (nat.address?.kind === 'map') {
    const { key, data } = nat.address;
    return { kind: 'map', gives: 'address', found: lookUp(key, data, context, text), address: null };
  }
  return withPort(nat, nat.address, nat.port, context, text);
}

/** The port may come from a map, too: `redirect to :tcp dport map { 80 : 8080 }`. */
function withPort(
  nat: NatStatement,
  address: Expression | null,
  port: Expression | null,
  context: NftContext,
  text: string,
): NatChoice {
  if (port?.kind !== 'map') return targetOf(nat, address, port, context, text);
  return { kind: 'map', gives: 'port', found: lookUp(port.key, port.data, context, text), address };
}

/** @param data what a map gave: an address, or `addr . port`, or a port. @returns what is written. */
export function natOfMap(
  nat: NatStatement,
  { gives, address: before }: Extract<NatChoice, { kind: 'map' }>,
  data: Expression,
  context: NftContext,
): NatChoice {
  const text = printStatement(nat);
  if (gives === 'port') return targetOf(nat, before, data, context, text);
  if (data.kind !== 'concat') return withPort(nat, data, nat.port, context, text);
  const [address = null, port = null] = data.parts;
  return targetOf(nat, address, port, context, text);
}

function targetOf(
  nat: NatStatement,
  address: Expression | null,
  port: Expression | null,
  { state }: NftContext,
  text: string,
): NatChoice {
  const ports = port === null ? null : rangeOf(port);
  const random = nat.random || nat.fullyRandom;
  if (ports === 'unreadable') return { kind: 'unreadable', text };
  if (nat.kind === 'masquerade' || nat.kind === 'redirect')
    return { kind: 'target', target: { kind: nat.kind, ports, random } };
  const kind: ValueKind = state.family;
  const pattern = address === null ? null : patternOf(address, kind);
  if (address !== null && pattern?.kind !== 'range') return { kind: 'unreadable', text };
  if (nat.prefix && pattern?.kind === 'range') {
    const mask = (state.family === 'ipv4' ? 0xffffffffn : (1n << 128n) - 1n) & ~(pattern.to - pattern.from);
    return { kind: 'target', target: { kind: 'netmap', value: pattern.from, mask } };
  }
  const [from, last] = pattern?.kind === 'range' ? [pattern.from, pattern.to] : [null, null];
  const to: NatRange = { from, to: last, ports, portBase: null };
  return { kind: 'target', target: { kind: nat.kind, to, random, persistent: nat.persistent, text } };
}

function rangeOf(port: Expression): Range | 'unreadable' {
  const pattern = patternOf(port, 'port');
  return pattern?.kind === 'range' ? { from: Number(pattern.from), to: Number(pattern.to) } : 'unreadable';
}
