import fc from 'fast-check';
import type { Family } from '../../../src/net/address.ts';
import type { Case } from '../generate/case.ts';
import { type PacketSpec, packetOf, packetSpec } from '../generate/packets.ts';
import { POOLS, pickFrom } from '../generate/pools.ts';
import {
  BASE_COUNT,
  type BaseSpec,
  baseSpec,
  type NativeText,
  nativeText,
  planChains,
  planTables,
} from './plan.ts';
import { type Focus, focused, focusOf, type RuleSpec, ruleSpec, writeRule } from './rules.ts';

/** A native rule set and packets through it, as numbers, which shrink. */
export interface NftCaseSpec {
  readonly packets: readonly PacketSpec[];
  readonly bases: readonly BaseSpec[];
  readonly rules: readonly RuleSpec[];
  /** What a third of the rules asks first, so that seldom fields are seen to hold and to fail, too. */
  readonly focus: Focus;
}

/** @returns what makes the case of a seed. */
export const nftCaseSpec = (seed: number, most = 12): fc.Arbitrary<NftCaseSpec> =>
  fc.record({
    packets: fc.array(packetSpec, { minLength: 1, maxLength: most, size: 'max' }),
    bases: fc.array(baseSpec, { minLength: BASE_COUNT, maxLength: BASE_COUNT }),
    rules: fc.array(ruleSpec, { maxLength: 44, size: 'max' }),
    focus: fc.constant(focusOf(seed)),
  });

/** Protocols of a packet, as the numbers that {@link packetOf} makes them of. */
const [TCP, UDP, SCTP, ICMP] = [0, 3, 5, 6];

/** Those that have the field, the seldom ones more often. */
const PROTOCOLS: Partial<Record<Focus['field'], readonly number[]>> = {
  ...{ sport: [TCP, UDP, UDP, UDP, SCTP, SCTP, SCTP], dport: [TCP, UDP, SCTP, SCTP], 'tcp flags': [TCP] },
  ...{ 'sctp chunk': [SCTP], 'icmp type': [ICMP], 'icmp code': [ICMP] },
};

/** @returns the packet, of a protocol that has the field. */
function asked(packet: PacketSpec, { field, protocol }: Focus): PacketSpec {
  const protocols = PROTOCOLS[field];
  return protocols === undefined ? packet : { ...packet, protocol: pickFrom(protocols, protocol) };
}

/** @returns the rules as text, and the packets. */
export function writeNftCase(
  spec: NftCaseSpec,
  family: Family,
): { readonly native: NativeText; readonly packets: Case['packets'] } {
  const pool = POOLS[family];
  const packets = spec.packets.map((packet, index) => ({
    ...packetOf(index % 2 === 0 ? asked(packet, spec.focus) : packet, pool, index),
    goesOn: packet.goesOn && packet.odd < 28,
  }));
  const tables = planTables();
  const chains = planChains(spec.bases, tables);
  const rules = spec.rules.map((rule, i) =>
    writeRule(i % 3 === 0 ? focused(rule, spec.focus) : rule, chains, packets, pool),
  );
  return { native: nativeText(tables, chains, rules, spec.bases, family), packets };
}
