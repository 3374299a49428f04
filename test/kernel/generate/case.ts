import fc from 'fast-check';
import type { Backend } from '../../../src/iptables/ruleset.ts';
import type { Family } from '../../../src/net/address.ts';
import type { Probe } from '../node/test-node.ts';
import { addressOf, type PacketSpec, packetOf, packetSpec } from './packets.ts';
import { POOLS, type Pool } from './pools.ts';
import { type RuleSpec, ruleSpec, rulesText, writeRule } from './rules.ts';
import { SHAPES, type ShapeName, writeShape } from './shapes.ts';

/** A rule set and packets through it, as numbers, which shrink. */
export interface CaseSpec {
  readonly packets: readonly PacketSpec[];
  readonly rules: readonly RuleSpec[];
  readonly shapes: readonly ShapeName[];
  /** Built-in chains whose policy is DROP. */
  readonly dropping: readonly string[];
}

/** Rules in the kernel's words, and packets. */
export interface Case {
  readonly text: string;
  readonly packets: readonly (Probe & { readonly goesOn: boolean })[];
}

/** @param most packets that one rule set meets at most, without those that follow on their connections */
export function caseSpecOf(most = 12): fc.Arbitrary<CaseSpec> {
  return fc.record({
    packets: fc.array(packetSpec, { minLength: 1, maxLength: most, size: 'max' }),
    rules: fc.array(ruleSpec, { maxLength: 44, size: 'max' }),
    shapes: fc.subarray(Object.keys(SHAPES) as ShapeName[], { maxLength: 2 }),
    dropping: fc
      .subarray(['filter INPUT', 'filter FORWARD', 'filter OUTPUT', 'mangle FORWARD', 'raw OUTPUT'], {
        maxLength: 1,
      })
      .chain((some) => fc.constantFrom(some, [], [])),
  });
}

/**
 * @param elsewhere every other packet goes to a pod of the second node
 * @returns the rules as text, and the packets.
 */
export function writeCase(spec: CaseSpec, backend: Backend, family: Family, elsewhere = false): Case {
  const pool = POOLS[family];
  const packets = spec.packets.map((packet, index) => ({
    ...(elsewhere && index % 2 === 0
      ? toPodElsewhere(packetOf(packet, pool, index), pool)
      : packetOf(packet, pool, index)),
    goesOn: packet.goesOn && packet.odd < 28,
  }));
  const generated = spec.rules.map((rule) => writeRule(rule, packets, pool));
  const shaped = spec.shapes.flatMap((name) => writeShape(name, pool));
  const text = rulesText([...generated, ...shaped], new Set(spec.dropping), backend === 'iptables-legacy');
  return { text, packets };
}

function toPodElsewhere(probe: Probe, pool: Pool): Probe {
  return { ...probe, bridgedTo: null, wire: { ...probe.wire, destination: addressOf(pool.remotePod) } };
}
