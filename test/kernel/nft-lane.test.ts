import { describe, expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';
import { whyNoKernel } from './lab.ts';
import { NFT_LANES } from './nft/lanes.ts';

const missing = whyNoKernel();
const required = (process.env.KP_EXPLAIN_REQUIRE_KERNEL ?? '') !== '';
const PACKETS = Number(process.env.KP_EXPLAIN_NFT_PACKETS ?? 240);

describe.skipIf(missing !== null && !required)('Does the kernel agree on native rules of nft?', () => {
  it('on every packet, step by step, from JSON and from text, alone and beside iptables', {
    timeout: 600_000,
  }, async () => {
    expect(missing).toBeNull();
    const report = await runCampaign({ seed: 1, packets: PACKETS, lanes: NFT_LANES });
    console.log(
      `nft: ${report.packets} packets, ${report.ruleSets} rule sets, ${report.forked} with several outcomes`,
    );
    expect(report.disagreements).toEqual([]);
    expect(report.packets).toBeGreaterThanOrEqual(PACKETS);
    // What nft refuses was not compared.
    expect(report.refused).toBeLessThan(report.ruleSets);
  });
});
