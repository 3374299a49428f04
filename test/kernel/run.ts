import fc from 'fast-check';
import type { Backend } from '../../src/iptables/ruleset.ts';
import type { Family } from '../../src/net/address.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import { caseSpec, writeCase } from './generate/case.ts';
import { IPSETS } from './generate/sets.ts';
import { judge } from './judge/judge.ts';
import { TestNode } from './node/test-node.ts';
import { meet, worldOf } from './run-case.ts';

const seed0 = Number(process.argv[2] ?? 1);
const count = Number(process.argv[3] ?? 20);
const backends = (process.argv[4] ?? 'iptables-nft,iptables-legacy').split(',') as Backend[];
const families = (process.argv[5] ?? 'ipv4,ipv6').split(',') as Family[];
const show = process.argv[6] === 'show';
for (const backend of backends)
  for (const family of families) {
    const node = await TestNode.create();
    await node.makeSets(IPSETS);
    let packets = 0,
      bad = 0,
      forks = 0,
      refused = 0;
    const t0 = performance.now();
    try {
      for (let i = 0; i < count; i++) {
        const seed = seed0 + i;
        const [spec] = fc.sample(caseSpec, { seed, numRuns: 1 });
        if (!spec) throw new Error();
        const { text, packets: probes } = writeCase(spec, backend, family);
        if (show) console.log(text);
        let meetings;
        try {
          meetings = await meet(node, [{ backend, family, text }], probes);
        } catch (error) {
          refused++;
          console.log('REFUSED', seed, String(error).slice(0, 400));
          const n = /line:? (\d+)/i.exec(String(error))?.[1];
          if (n) console.log('  >', text.split('\n')[Number(n) - 1]);
          if (String(error).includes('agent')) process.exit(1);
          continue;
        }
        for (const [k, m] of meetings.entries()) {
          packets++;
          const trace = tracePacket(m.question, worldOf(m, family));
          const { differences } = judge(trace, m.seen);
          if (trace.outcomes.length > 1) forks++;
          if (differences.length) {
            bad++;
            console.log(
              `BAD ${backend} ${family} seed ${seed} packet ${k} (${m.flows ? 'follow' : 'first'}, ${trace.outcomes.length} outcomes)`,
            );
            for (const d of differences) console.log('   ', d);
            if (show)
              console.log(
                JSON.stringify(m.question, (_, v) => (typeof v === 'bigint' ? String(v) : v)),
                m.flows,
              );
          }
        }
      }
    } finally {
      node.close();
    }
    console.log(
      backend,
      family,
      { packets, bad, forks, refused },
      ((performance.now() - t0) / 1000).toFixed(1),
      's',
    );
  }
