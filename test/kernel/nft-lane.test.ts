import { describe, expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';
import { whyNoKernel } from './lab.ts';
import { NFT_LANES } from './nft/lanes.ts';

const missing = whyNoKernel();
const required = (process.env.KP_EXPLAIN_REQUIRE_KERNEL ?? '') !== '';
const PACKETS = Number(process.env.KP_EXPLAIN_NFT_PACKETS ?? 240);
/** Packets after which each field is to be seen on both sides this often. */
const ENOUGH_PACKETS = 4000;
const ON_EACH_SIDE = 20;
/** Fields that these lanes ask; an expression that is added to them is one more. */
const FIELDS = 80;

describe.skipIf(missing !== null && !required)('Does the kernel agree on native rules of nft?', () => {
  it('on every packet, step by step, from JSON and from text, alone and beside iptables', {
    timeout: PACKETS >= ENOUGH_PACKETS ? 3_600_000 : 600_000,
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
    const { fields } = report.nftCounts;
    if (PACKETS < ENOUGH_PACKETS) return;
    expect(fields.size).toBeGreaterThanOrEqual(FIELDS);
    const seldom = [...fields].filter(([, { held, failed }]) => held < ON_EACH_SIDE || failed < ON_EACH_SIDE);
    expect(Object.fromEntries(seldom)).toEqual({});
  });
});
