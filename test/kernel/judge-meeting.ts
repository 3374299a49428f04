import { tracePacket } from '../../src/trace/trace-packet.ts';
import { BalancedCounts } from './ipvs/balanced-counts.ts';
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
  /** Of packets past IPVS. */
  readonly balanced: BalancedCounts;
  /** Each a text of several lines: what differs, the rules, and the command that repeats it. */
  readonly disagreements: string[];
}

export function emptyReport(): Report {
  return {
    packets: 0,
    ruleSets: 0,
    forked: 0,
    unrepeated: 0,
    counts: new Counts(),
    balanced: new BalancedCounts(),
    disagreements: [],
  };
}

/** @returns what differs; nothing where one outcome is the kernel's way. Adds to the report, if there is one. */
export function judgeMeeting(meeting: Meeting, report: Report | null): readonly string[] {
  const world = worldOf(meeting, meeting.question.family);
  const trace = tracePacket(meeting.question, world);
  const balanced = meeting.ipvs !== undefined;
  const { outcome, differences } = judge(trace, meeting.seen, balanced ? isUntold : undefined);
  if (report !== null) {
    report.packets++;
    if (trace.outcomes.length > 1) report.forked++;
    if (outcome !== null && !balanced) report.counts.add(outcome, world);
    if (outcome !== null && balanced) report.balanced.add(outcome, meeting);
  }
  return differences;
}

/** What no rule tells: IPVS, and the rules that have x_tables trace (TRACING_RULES), which are told or not. */
function isUntold(name: string): boolean {
  return name.startsWith('ipvs ') || /^iptables-legacy raw (PREROUTING|OUTPUT) 1$/.test(name);
}
