import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize } from 'node:v8';
import { rolldown } from 'rolldown';
import { describe } from '../campaign.ts';
import { emptyReport, judgeMeeting, type Report } from '../judge-meeting.ts';
import type { Meeting } from '../run-case.ts';
import type { CaseMeetings } from './inside.ts';
import { bootUml } from './uml.ts';

/** How long, and where it begins. */
export interface IpvsPlan {
  readonly seed: number;
  readonly packets: number;
  /** Time for the machine, from its start. */
  readonly seconds: number;
  /** Lanes of legacy rules: every case meets a tunnel, and every other packet goes into it. Absent: one in five does, and one a VRF. */
  readonly tunnels?: true;
  /** Gets every packet that was sent, for `judgeMeeting` to be asked again. */
  readonly keep?: (meeting: Meeting) => void;
}

/** Boots the user-mode kernel, has it send packets past IPVS, and compares what it did with the tracer. */
export async function runIpvsCampaign(plan: IpvsPlan): Promise<Report> {
  const report = emptyReport();
  for (const { seed, meetings } of await meetInUml<CaseMeetings>('inside', plan)) {
    report.ruleSets++;
    for (const meeting of meetings) {
      plan.keep?.(meeting);
      const differences = judgeMeeting(meeting, report);
      if (differences.length > 0)
        report.disagreements.push(
          [
            `ipvs, seed ${seed}: npm run test:kernel -- --lane ipvs --seed ${seed} --packets 1`,
            describe(meeting.question),
            ...differences.map((line) => `  ${line}`),
            ...(meeting.ipvs ?? '').trimEnd().split('\n'),
          ].join('\n'),
        );
    }
  }
  return report;
}

/**
 * Boots the user-mode kernel, and runs there the program of a file beside this one.
 * @returns what it wrote
 */
export async function meetInUml<T>(
  program: 'inside' | 'inside-lanes',
  { seed, packets, seconds, tunnels }: IpvsPlan,
): Promise<readonly T[]> {
  const work = mkdtempSync(join(tmpdir(), 'kpx-inside-'));
  const text = await bundled(work, program);
  const test = `${fileURLToPath(new URL('..', import.meta.url))}`.replace(/\.tools[/\\]/, '');
  const { status, output, out, remove } = bootUml(
    [
      process.execPath,
      '/out/inside.mjs',
      String(seed),
      String(packets),
      String(seconds - 60),
      '/out/meetings',
      ...(tunnels === true ? ['tunnels'] : []),
    ],
    { KP_EXPLAIN_AGENT: join(test, 'node/agent.pl') },
    seconds,
    { 'inside.mjs': text },
  );
  try {
    if (status !== 0) throw new Error(`the machine ended with ${status}: ${output.trim()}`);
    return deserialize(readFileSync(join(out, 'meetings'))) as T[];
  } finally {
    remove();
    rmSync(work, { recursive: true, force: true });
  }
}

/** @returns the program for the machine, which has no compiler's time to lose. */
async function bundled(work: string, program: string): Promise<string> {
  const here = fileURLToPath(import.meta.url);
  const bundle = await rolldown({
    input: here.replace(/campaign\.([jt]s)$/, `${program}.$1`),
    platform: 'node',
    logLevel: 'warn',
  });
  const file = join(work, 'inside.mjs');
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  await bundle.close();
  return readFileSync(file, 'utf8');
}
