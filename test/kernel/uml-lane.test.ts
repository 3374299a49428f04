import { describe, expect, it } from 'vitest';
import { runLegacyLanesInUml } from './ipvs/legacy-lanes.ts';
import { NoMachine, whyNoUml } from './ipvs/uml.ts';

const missing = whyNoUml();
const PACKETS = Number(process.env.KP_EXPLAIN_UML_PACKETS ?? 100);
if (missing !== null) console.log(`skipped: legacy rules on Linux 6.1: it ${missing}`);

describe.skipIf(missing !== null)('Does Linux 6.1 agree on generated rule sets?', () => {
  it('on every packet, step by step, with legacy rules of both families', { timeout: 600_000 }, async ({
    skip,
  }) => {
    const report = await runLegacyLanesInUml({ seed: 1, packets: PACKETS, seconds: 540 }).catch(
      (error: unknown) => {
        // Where processes may not be traced a user-mode kernel does not start.
        if (error instanceof NoMachine) return error.message;
        throw error;
      },
    );
    if (typeof report === 'string') {
      console.log(`skipped: legacy rules on Linux 6.1: ${report}`);
      return skip();
    }
    expect(report.disagreements).toEqual([]);
    expect(report.refused).toBeLessThanOrEqual(report.ruleSets / 5);
    expect(report.packets).toBeGreaterThanOrEqual(PACKETS);
    expect(report.counts.fields.size).toBeGreaterThan(20);
    expect(report.counts.targets.size).toBeGreaterThan(10);
  });
});
