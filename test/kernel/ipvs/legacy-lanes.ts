import { describe } from '../campaign.ts';
import { emptyReport, judgeMeeting, type Report } from '../judge-meeting.ts';
import { type IpvsPlan, meetInUml } from './campaign.ts';
import type { LaneMeetings } from './inside-lanes.ts';

/** Boots the user-mode kernel, has it send the packets of the lanes with legacy rules, and compares what it did with the tracer. */
export async function runLegacyLanesInUml(plan: IpvsPlan): Promise<Report> {
  const report = emptyReport();
  const kinds = new Map<string, number>();
  for (const { lane, seed, tunnel, refused, meetings } of await meetInUml<LaneMeetings>(
    'inside-lanes',
    plan,
  )) {
    if (refused !== null) {
      report.refused++;
      report.refusals.add(refused);
      continue;
    }
    report.ruleSets++;
    for (const meeting of meetings) {
      if (tunnel !== null && meeting.seen.out?.device === 'tunnel0')
        kinds.set(tunnel, (kinds.get(tunnel) ?? 0) + 1);
      plan.keep?.(meeting);
      const differences = judgeMeeting(meeting, report);
      if (differences.length > 0)
        report.disagreements.push(
          [
            `${lane}, seed ${seed}: npm run test:kernel -- --kernel uml-6.1${plan.tunnels === true ? ' --lane tunnels' : ''} --seed ${seed} --packets 1`,
            describe(meeting.question),
            ...differences.map((line) => `  ${line}`),
            ...meeting.saved.map(({ text }) => text.trimEnd()),
          ].join('\n'),
        );
    }
  }
  for (const [name, packets] of kinds) console.log(`${name}: ${packets} packets left by it`);
  return report;
}
