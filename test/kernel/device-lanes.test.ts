import { describe, expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';
import { OLDER_LANES, TUNNEL_LANES } from './devices/lanes.ts';
import { tunnelsHere } from './devices/tunnels.ts';
import { whyNoKernel } from './lab.ts';

const noKernel = whyNoKernel();
const missing =
  noKernel ?? (tunnelsHere().length === 0 ? 'needs a tunnel device (VXLAN, IPIP or GRE)' : null);
const PACKETS = Number(process.env.KP_EXPLAIN_TUNNEL_PACKETS ?? 400);
if (missing !== null) console.log(`skipped: packets into tunnels: it ${missing}`);

describe.skipIf(missing !== null)('Does the kernel agree where pods elsewhere are behind a tunnel?', () => {
  it('on every packet, step by step: rules see the tunnel’s device', { timeout: 600_000 }, async () => {
    let entered = 0;
    const report = await runCampaign({
      ...{ seed: 1, packets: PACKETS, lanes: TUNNEL_LANES },
      keep: ({ seen }) => {
        if (seen.out?.device === 'tunnel0') entered++;
      },
    });
    console.log(`tunnels: ${report.packets} packets, ${entered} of them into one`);
    expect(report.disagreements).toEqual([]);
    expect(entered).toBeGreaterThan(5);
  });
});

describe.skipIf(noKernel !== null)(
  'Does the kernel agree on connections that are older than the rules?',
  () => {
    it('on every answer and later packet, step by step', { timeout: 600_000 }, async () => {
      const report = await runCampaign({ seed: 100, packets: PACKETS / 2, lanes: OLDER_LANES });
      expect(report.disagreements).toEqual([]);
      expect(report.packets).toBeGreaterThanOrEqual(PACKETS / 2);
    });
  },
);
