import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { differencesOf, runCampaign } from './campaign.ts';
import { emptyReport } from './judge-meeting.ts';
import { CaseFile, keptIn } from './kept-meetings.ts';
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

describe.skipIf(missing !== null && !required)('Can the tracer be judged again by what a run kept?', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kp-explain-kept-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'kept');

  it('as it was, and a kernel that had done otherwise is noticed', { timeout: 120_000 }, async () => {
    const file = new CaseFile(path);
    const report = await runCampaign({
      ...{ seed: 4711, packets: 60, lanes: LANES.slice(0, 1) },
      record: (kept) => file.add(kept),
    });
    file.close();
    const again = emptyReport();
    const kept = [...keptIn(path)];
    expect(kept.flatMap(({ meetings }) => differencesOf(meetings, again))).toEqual([]);
    expect([again.packets, again.forked]).toEqual([report.packets, report.forked]);
    expect(kept).toHaveLength(report.ruleSets);
    const delivered = kept.flatMap(({ meetings }) => meetings.filter(({ seen }) => seen.out !== null));
    const vanished = delivered.map((meeting) => ({ ...meeting, seen: { ...meeting.seen, out: null } }));
    expect(vanished.length).toBeGreaterThan(5);
    expect(differencesOf(vanished, null)).toHaveLength(vanished.length);
  });

  it('also of a file that an interrupted run cut off', () => {
    const whole = [...keptIn(path)].length;
    const cut = join(folder, 'cut');
    writeFileSync(cut, readFileSync(path).subarray(0, -5));
    expect([...keptIn(cut)]).toHaveLength(whole - 1);
  });
});
