import fc from 'fast-check';
import { packetOf, packetSpec } from './packets.js';
import { POOLS } from './pools.js';
import { ruleSpec, rulesText, writeRule } from './rules.js';
import { SHAPES, writeShape } from './shapes.js';
export const caseSpec = fc.record({
    packets: fc.array(packetSpec, { minLength: 1, maxLength: 12, size: 'max' }),
    rules: fc.array(ruleSpec, { maxLength: 44, size: 'max' }),
    shapes: fc.subarray(Object.keys(SHAPES), { maxLength: 2 }),
    dropping: fc
        .subarray(['filter INPUT', 'filter FORWARD', 'filter OUTPUT', 'mangle FORWARD', 'raw OUTPUT'], {
        maxLength: 1,
    })
        .chain((some) => fc.constantFrom(some, [], [])),
});
/** @returns the rules as text, and the packets. */
export function writeCase(spec, backend, family) {
    const pool = POOLS[family];
    const packets = spec.packets.map((packet, index) => ({
        ...packetOf(packet, pool, index),
        goesOn: packet.goesOn && packet.odd < 28,
    }));
    const generated = spec.rules.map((rule) => writeRule(rule, packets, pool));
    const shaped = spec.shapes.flatMap((name) => writeShape(name, pool));
    const text = rulesText([...generated, ...shaped], new Set(spec.dropping), backend === 'iptables-legacy');
    return { text, packets };
}
