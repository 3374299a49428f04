import fc from 'fast-check';
import type { Family } from '../../../src/net/address.ts';
import type { Case } from '../generate/case.ts';
import { type PacketSpec, packetOf, packetSpec } from '../generate/packets.ts';
import { POOLS } from '../generate/pools.ts';
import type { FieldName } from './fields.ts';
import {
  BASE_COUNT,
  type BaseSpec,
  baseSpec,
  type NativeText,
  nativeText,
  planChains,
  planTables,
} from './plan.ts';
import { focused, focusSpec, type RuleSpec, ruleSpec, writeRule } from './rules.ts';

/** A native rule set and packets through it, as numbers, which shrink. */
export interface NftCaseSpec {
  readonly packets: readonly PacketSpec[];
  readonly bases: readonly BaseSpec[];
  readonly rules: readonly RuleSpec[];
  /** What a third of the rules asks first, so that seldom fields are seen to hold and to fail, too. */
  readonly focus: FieldName;
}

export const nftCaseSpec: fc.Arbitrary<NftCaseSpec> = fc.record({
  packets: fc.array(packetSpec, { minLength: 1, maxLength: 12, size: 'max' }),
  bases: fc.array(baseSpec, { minLength: BASE_COUNT, maxLength: BASE_COUNT }),
  rules: fc.array(ruleSpec, { maxLength: 44, size: 'max' }),
  focus: focusSpec,
});

/** @returns the rules as text, and the packets. */
export function writeNftCase(
  spec: NftCaseSpec,
  family: Family,
): { readonly native: NativeText; readonly packets: Case['packets'] } {
  const pool = POOLS[family];
  const packets = spec.packets.map((packet, index) => ({
    ...packetOf(packet, pool, index),
    goesOn: packet.goesOn && packet.odd < 28,
  }));
  const tables = planTables();
  const chains = planChains(spec.bases, tables);
  const rules = spec.rules.map((rule, i) =>
    writeRule(i % 3 === 0 ? focused(rule, spec.focus) : rule, chains, packets, pool),
  );
  return { native: nativeText(tables, chains, rules, spec.bases, family), packets };
}
