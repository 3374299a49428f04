import type { Branch } from './branch.ts';
import { choose } from './choose.ts';
import type { TraceContext } from './context.ts';
import { ended, next, type Passage } from './passage.ts';
import { droppedByFrameRule } from './route-endings.ts';

/** Hooks of bridges, in which frames meet chains of nft and of ebtables. */
export type BridgeHook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

/** Tables and chains of legacy ebtables at each, in the order in which they are asked (NF_BR_PRI_*). */
const CHAINS: Readonly<Record<BridgeHook, readonly (readonly [table: string, chain: string])[]>> = {
  prerouting: [['nat', 'PREROUTING']],
  input: [['filter', 'INPUT']],
  forward: [['filter', 'FORWARD']],
  output: [
    ['nat', 'OUTPUT'],
    ['filter', 'OUTPUT'],
  ],
  postrouting: [['nat', 'POSTROUTING']],
};

/** Rules of legacy ebtables that may drop the frame, both ways by name: what they ask is not followed. */
export function pastFrameRules(start: Branch, hook: BridgeHook, context: TraceContext): Passage[] {
  const lost: Passage[] = [];
  let passed: Branch[] = [start];
  for (const [table, chain] of CHAINS[hook])
    for (const rule of context.world.host.frameRules ?? []) {
      if (rule.table !== table || rule.chain !== chain) continue;
      if (rule.family !== null && rule.family !== start.state.family) continue;
      const place = `${table} ${chain}`;
      const { text } = rule;
      const drop = (branch: Branch): Branch[] => {
        lost.push(ended(droppedByFrameRule(branch, place, text)));
        return [];
      };
      passed = passed.flatMap((branch) => {
        if (rule.does === 'drops') return drop(branch);
        const choices = [false, true].map((drops) => ({
          value: drops,
          question: { code: 'frame-rule', place, text, drops } as const,
        }));
        return choose(branch, choices, context.questions).flatMap(({ branch: way, value }) =>
          value ? drop(way) : [way],
        );
      });
    }
  return [...passed.map(next), ...lost];
}
