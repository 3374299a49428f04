import { readdirSync } from 'node:fs';
import { it } from 'vitest';
import { compareFamily } from '../../src/diff/compare-family.ts';
import { groupClasses } from '../../src/diff/explore/group-classes.ts';
import { stateOf } from '../../src/diff/two-sides.ts';
import { openCapture } from '../support/open-capture.ts';

const root = '/work/shared/changes';
for (const name of readdirSync(root)) {
  it(name, async () => {
    const a = await openCapture(`${root}/${name}/before`);
    const b = await openCapture(`${root}/${name}/after`);
    const states = [stateOf(a.known), stateOf(b.known)] as const;
    for (const family of ['ipv4', 'ipv6'] as const) {
      const t = performance.now();
      const c = compareFamily(states, family, { budget: 20000, destinations: null, sources: null });
      console.log(name, family, 'deltas', c.deltas.map((d) => `${d.pair.table} ${d.pair.name} ${d.whole}`).join(';').slice(0, 600), 'traced', c.exploration.traced, 'unexplored', c.exploration.unexplored.length, 'classes', c.exploration.classes.length, (performance.now() - t).toFixed(0), [...c.exploration.unknowns.keys()]);
      for (const g of groupClasses(c.exploration.classes, () => false).slice(0, 30)) {
        const p = g.shown.packet;
        console.log(' ', g.change, g.severity, g.classes.length, p.entersAt, p.inInterface, p.protocol, p.source.address?.value.toString(16), p.destination.value.toString(16), p.destinationPort, p.mark, p.state, [...g.shown.before.shares.keys()], '=>', [...g.shown.after.shares.keys()]);
      }
    }
  });
}
