import { describe, expect, it } from 'vitest';
import { runIpvsCampaign } from './ipvs/campaign.ts';
import { NoMachine, whyNoUml } from './ipvs/uml.ts';

const missing = whyNoUml();
const PACKETS = Number(process.env.KP_EXPLAIN_IPVS_PACKETS ?? 150);
if (missing !== null) console.log(`skipped: the IPVS lane ${missing}`);

describe.skipIf(missing !== null)('Does a kernel agree on what IPVS does?', () => {
  it('on every packet, step by step, in both families', { timeout: 600_000 }, async ({ skip }) => {
    const report = await runIpvsCampaign({ seed: 300, packets: PACKETS, seconds: 540 }).catch(
      (error: unknown) => {
        // Where processes may not be traced a user-mode kernel does not start.
        if (error instanceof NoMachine) return error.message;
        throw error;
      },
    );
    if (typeof report === 'string') {
      console.log(`skipped: the IPVS lane: ${report}`);
      return skip();
    }
    expect(report.disagreements).toEqual([]);
    expect(report.packets).toBeGreaterThanOrEqual(PACKETS);
    // What no packet met was not compared.
    expect(report.balanced.schedulers.size).toBeGreaterThan(5);
    expect([...report.balanced.sets.keys()].sort()).toEqual([
      'bitmap:port',
      'hash:ip',
      'hash:ip,port',
      'hash:ip,port,ip',
      'hash:ip,port,net',
    ]);
  });

  // It asked of an INIT ACK that conntrack has no connection of as NEW, and left out what IPVS had of a port that nat chose.
  it('on the answer of a masqueraded request that IPVS took untracked', { timeout: 600_000 }, async ({
    skip,
  }) => {
    const report = await runIpvsCampaign({ seed: 6_020_012, packets: 1, seconds: 540 }).catch(
      (error: unknown) => {
        if (error instanceof NoMachine) return null;
        throw error;
      },
    );
    if (report === null) return skip();
    expect(report.disagreements).toEqual([]);
    expect(report.packets).toBeGreaterThan(10);
  });
});
