import { writeFileSync } from 'node:fs';
import { serialize } from 'node:v8';
import fc from 'fast-check';
import { IPSETS, SETS_ANEW } from '../generate/sets.ts';
import { LANES } from '../lanes.ts';
import { TestNode, TRACING_RULES } from '../node/test-node.ts';
import { type Meeting, meet } from '../run-case.ts';

/**
 * Runs in the user-mode kernel: sends the packets of generated cases of the lanes with legacy rules, and writes what the kernel did.
 * `node inside.mjs SEED PACKETS SECONDS FILE`
 */
const [seed = '1', packets = '100', seconds = '300', file = '/out/meetings'] = process.argv.slice(2);

/** One case, and what came of its packets. */
export interface LaneMeetings {
  readonly lane: string;
  readonly seed: number;
  readonly meetings: readonly Meeting[];
}

const until = Date.now() + Number(seconds) * 1000;
const lanes = LANES.filter(({ name }) => name.startsWith('iptables-legacy/'));
const node = await TestNode.create(false);
try {
  await node.makeSets(IPSETS, SETS_ANEW);
  const found: LaneMeetings[] = [];
  let sent = 0;
  for (let number = Number(seed); sent < Number(packets) && Date.now() < until; number++)
    for (const lane of lanes) {
      let meetings: readonly Meeting[] = [];
      const property = lane.property(async (ready) => {
        meetings = await meet(node, ready.rules.map(traced), ready.packets);
      });
      const run = await fc.check(property, { seed: number, numRuns: 1, endOnFailure: true });
      if (run.failed) throw new Error(`${lane.name}, seed ${number}: ${String(run.errorInstance)}`);
      found.push({
        lane: lane.name,
        seed: number,
        meetings: meetings.map((meeting) => ({ ...meeting, tracedByRules: true })),
      });
      sent += meetings.length;
    }
  writeFileSync(file, serialize(found));
  console.log(`${sent} packets in ${Math.round(performance.now() / 1000)} s, ${found.length} cases`);
} finally {
  node.close();
}

/** The same rules behind those that have x_tables trace. */
function traced<R extends { readonly text: string }>(rules: R): R {
  const tracing = `${TRACING_RULES.join('\n')}\n`;
  const raw = /^\*raw\n(?::.*\n)*/m;
  const heads = '*raw\n:PREROUTING ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n';
  const text = raw.test(rules.text)
    ? rules.text.replace(raw, (head) => `${head}${tracing}`)
    : `${heads}${tracing}COMMIT\n${rules.text}`;
  return { ...rules, text };
}
