import { describe, expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';
import { DECIDED_FIELDS, TAKEN_TARGETS } from './kinds.ts';
import { whyNoKernel } from './lab.ts';
import { LANES } from './lanes.ts';

const missing = whyNoKernel();
const required = (process.env.KP_EXPLAIN_REQUIRE_KERNEL ?? '') !== '';
const PACKETS = Number(process.env.KP_EXPLAIN_KERNEL_PACKETS ?? 4000);

describe.skipIf(missing !== null && !required)('Does the kernel agree on generated rule sets?', () => {
  it('on every packet, step by step, in both backends and both families', { timeout: 600_000 }, async () => {
    expect(missing).toBeNull();
    const report = await runCampaign({ seed: 1, packets: PACKETS, lanes: LANES });
    console.log(
      `kernel: ${report.packets} packets, ${report.ruleSets} rule sets, ${report.forked} with several outcomes`,
    );
    expect(report.disagreements).toEqual([]);
    expect(report.ruleSets).toBeGreaterThanOrEqual(300);
    // What no packet met was not compared.
    const seldom = (kinds: readonly string[], counts: typeof report.counts.fields): string[] =>
      kinds.flatMap((kind) => {
        const { held, failed } = counts.get(kind) ?? { held: 0, failed: 0 };
        return held < 20 || failed < 20 ? [`${kind}: held ${held}, failed ${failed}`] : [];
      });
    expect(seldom(DECIDED_FIELDS, report.counts.fields)).toEqual([]);
    expect(seldom(TAKEN_TARGETS, report.counts.targets)).toEqual([]);
  });
});
