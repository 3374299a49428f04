import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { whyNoKernel } from '../lab.ts';
import { ASKED, BROKEN } from './broken.ts';
import { ClusterLab } from './cluster-lab.ts';

/**
 * Makes fixtures/broken-nodes: `npm run tools && node .tools/test/kernel/cluster/write-broken.js`, as root. Each folder has captures
 * of two nodes, of which the second is broken, and in seen.json what a client of the first saw.
 */
const missing = whyNoKernel();
if (missing !== null) throw new Error(missing);
const TRIES = 5;
const into = join('fixtures', 'broken-nodes');
for (const { name } of BROKEN) rmSync(join(into, name), { recursive: true, force: true });
const lab = await ClusterLab.open();
try {
  for (const { name, setup } of BROKEN) {
    await lab.use(setup);
    const folder = join(into, name);
    mkdirSync(folder, { recursive: true });
    const seen = await lab.ask(
      Array.from({ length: TRIES }, () => ASKED),
      2,
    );
    await lab.capture(folder, setup);
    writeFileSync(join(folder, 'seen.json'), `${JSON.stringify({ ...ASKED, seen }, null, 1)}\n`);
    console.log(`${name}: ${seen.join(' ')}`);
  }
} finally {
  lab.close();
}
