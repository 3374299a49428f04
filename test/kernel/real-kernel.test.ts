import { describe, expect, it } from 'vitest';
import { whyNoKernel } from './lab.ts';
import { findCaptures, probeCapture } from './real-rules.ts';

const missing = whyNoKernel();
const required = (process.env.KP_EXPLAIN_REQUIRE_KERNEL ?? '') !== '';

// All targets, and the captures beside the repository: `npm run test:kernel -- --real`.
describe.skipIf(missing !== null && !required)('Does the kernel agree on the rules of a real node?', () => {
  it.each(findCaptures(['fixtures/demo', 'fixtures/kube-proxy-1.20-legacy']))(
    '%s',
    { timeout: 300_000 },
    async (folder) => {
      expect(missing).toBeNull();
      const report = await probeCapture(folder, 6);
      expect(report.disagreements).toEqual([]);
      expect(report.packets).toBeGreaterThan(100);
    },
  );
});
