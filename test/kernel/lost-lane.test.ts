import { describe, expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';
import { whyNoKernel } from './lab.ts';
import { LOST_LANES } from './lost/lanes.ts';

const missing = whyNoKernel();
const required = (process.env.KP_EXPLAIN_REQUIRE_KERNEL ?? '') !== '';
const PACKETS = Number(process.env.KP_EXPLAIN_LOST_PACKETS ?? 240);

describe.skipIf(missing !== null && !required)('Does an answer hold where files were not captured?', () => {
  it('the kernel’s way is told, said to be unknown, or rests on what is named as assumed', {
    timeout: 600_000,
  }, async () => {
    expect(missing).toBeNull();
    const report = await runCampaign({ seed: 1, packets: PACKETS, lanes: LOST_LANES });
    const { told, unknown, assumed } = report.held;
    console.log(`lost files: ${told} told, ${unknown} unknown, ${assumed} assumed by name`);
    expect(report.disagreements).toEqual([]);
    expect(told + unknown + assumed).toBeGreaterThanOrEqual(PACKETS);
    expect(assumed).toBeGreaterThan(5);
  });
});
