import { tracePacket } from '../../src/trace/trace-packet.ts';
import { Counts } from './judge/counts.ts';
import { judge } from './judge/judge.ts';
import { type Meeting, worldOf } from './run-case.ts';

/** What a campaign found. */
export interface Report {
  packets: number;
  ruleSets: number;
  /** Packets of which the tracer gave more than one outcome. */
  forked: number;
  /** Cases that differed once and not when they were run again: the kernel may lose a trace message for want of memory. */
  unrepeated: number;
  readonly counts: Counts;
  /** Each a text of several lines: what differs, the rules, and the command that repeats it. */
  readonly disagreements: string[];
}

export function emptyReport(): Report {
  return { packets: 0, ruleSets: 0, forked: 0, unrepeated: 0, counts: new Counts(), disagreements: [] };
}

/** @returns what differs; nothing where one outcome is the kernel's way. Adds to the report, if there is one. */
export function judgeMeeting(meeting: Meeting, report: Report | null): readonly string[] {
  const world = worldOf(meeting, meeting.question.family);
  const trace = tracePacket(meeting.question, world);
  const { outcome, differences } = judge(trace, meeting.seen);
  if (report !== null) {
    report.packets++;
    if (trace.outcomes.length > 1) report.forked++;
    if (outcome !== null) report.counts.add(outcome, world);
  }
  return differences;
}
