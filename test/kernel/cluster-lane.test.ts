import { describe, expect, it } from 'vitest';
import { runClusterCampaign } from './cluster/campaign.ts';
import { SETUPS } from './cluster/setups.ts';
import { whyNoKernel } from './lab.ts';

const missing = whyNoKernel();
/** `npm run test:kernel -- --lane cluster` has all of them. */
const SHORT = [SETUPS[1], SETUPS[3]].filter((setup) => setup !== undefined);
if (missing !== null) console.log(`skipped: the cluster lane ${missing}`);

describe.skipIf(missing !== null)('Do clients over two nodes see what is told from two captures?', () => {
  it('every one of them, of every Service, where something is in the way', { timeout: 300_000 }, async () => {
    const report = await runClusterCampaign(SHORT);
    expect(report.disagreements).toEqual([]);
    expect(report.pairs).toBeGreaterThan(200);
    // What no client saw was not compared.
    expect(report.seen.works).toBeGreaterThan(50);
    expect(report.seen.refused).toBeGreaterThan(10);
    expect(report.seen['times-out']).toBeGreaterThan(10);
  });
});
