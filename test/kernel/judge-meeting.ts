import { TCP } from '../../src/net/protocol.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import type { World } from '../../src/trace/world.ts';
import { BalancedCounts } from './ipvs/balanced-counts.ts';
import { Counts } from './judge/counts.ts';
import { judge } from './judge/judge.ts';
import { type Held, judgeLost } from './lost/judge-lost.ts';
import { NftCounts } from './nft/nft-counts.ts';
import { type Meeting, worldOf } from './run-case.ts';

/** What a campaign found. */
export interface Report {
  packets: number;
  ruleSets: number;
  /** Packets of which the tracer gave more than one outcome. */
  forked: number;
  /** Packets that came to the node in parts, and that left it so. */
  readonly parts: { came: number; left: number };
  /** Cases that differed once and not when they were run again: the kernel may lose a trace message for want of memory. */
  unrepeated: number;
  readonly counts: Counts;
  /** Of native rules. */
  readonly nftCounts: NftCounts;
  /** Of packets past IPVS. */
  readonly balanced: BalancedCounts;
  /** Each a text of several lines: what differs, the rules, and the command that repeats it. */
  readonly disagreements: string[];
  /** Packets asked about with files lost, by how the answer held what the kernel did. */
  readonly held: Record<Held, number>;
  /** Generated rules that nft did not load. */
  refused: number;
  readonly refusals: Set<string>;
}

export function emptyReport(): Report {
  return {
    packets: 0,
    ruleSets: 0,
    forked: 0,
    parts: { came: 0, left: 0 },
    unrepeated: 0,
    counts: new Counts(),
    nftCounts: new NftCounts(),
    balanced: new BalancedCounts(),
    disagreements: [],
    held: { told: 0, unknown: 0, assumed: 0 },
    refused: 0,
    refusals: new Set(),
  };
}

/** @returns what differs; nothing where one outcome is the kernel's way. Adds to the report, if there is one. */
export function judgeMeeting(meeting: Meeting, report: Report | null): readonly string[] {
  if (report !== null && meeting.cut === true) report.parts.came++;
  if (report !== null && meeting.seen.out?.packet.cut === true) report.parts.left++;
  if (meeting.lost !== undefined) return judgeWithout(meeting, report);
  if (meeting.nft !== undefined) return [...judgeNft(meeting, report), ...lengthThatDiffers(meeting)];
  const world = worldOf(meeting, meeting.question.family);
  const trace = tracePacket(meeting.question, world);
  const balanced = meeting.ipvs !== undefined;
  const untold = balanced || meeting.tracedByRules === true;
  const { outcome, differences } = judge(trace, meeting.seen, untold ? isUntold : undefined);
  if (report !== null) {
    report.packets++;
    if (trace.outcomes.length > 1) report.forked++;
    if (outcome !== null && !balanced) report.counts.add(outcome, world);
    if (outcome !== null && balanced) report.balanced.add(outcome, meeting);
  }
  return [...differences, ...lengthThatDiffers(meeting)];
}

/** What came in parts leaves as long as it was, in parts or not. TCP has none, and TCPMSS makes a SYN longer. */
function lengthThatDiffers({ question, seen }: Meeting): string[] {
  const bytes = seen.out?.bytes ?? seen.delivered?.bytes;
  const length = question.header?.length;
  if (bytes === undefined || length === undefined || question.protocol === TCP) return [];
  const whole = length - (question.family === 'ipv4' ? 20 : 40);
  return bytes === whole ? [] : [`${bytes} bytes behind its header, sent ${whole}`];
}

function judgeWithout(meeting: Meeting, report: Report | null): readonly string[] {
  // Of a packet on a connection that is known the question would have to say its state.
  if (meeting.flows !== null) return [];
  const { held, forked } = judgeLost(meeting, meeting.lost ?? []);
  if (report !== null) {
    report.packets++;
    if (forked) report.forked++;
  }
  if (typeof held !== 'string') return held;
  if (report !== null) report.held[held]++;
  return [];
}

/**
 * Both listings of nft must lead to the kernel's way; and so must one of them without the order in which chains were hooked,
 * but which chains it passes that do nothing to it is not told then.
 */
function judgeNft(meeting: Meeting, report: Report | null): readonly string[] {
  const read = (spelling: 'json' | 'text', ranked: boolean) => {
    const world = worldOf(meeting, meeting.question.family, spelling, ranked);
    const trace = tracePacket(meeting.question, world);
    const untold = (name: string): boolean => spelling === 'json' && idleAtDevices(world).has(name);
    return { world, trace, ...judge(trace, meeting.seen, untold, ranked ? 'steps' : 'result') };
  };
  const json = read('json', true);
  const text = read('text', true);
  const unranked = read('text', false);
  if (report !== null) {
    report.packets++;
    if (json.trace.outcomes.length > 1) report.forked++;
    if (json.outcome !== null) {
      report.counts.add(json.outcome, json.world);
      report.nftCounts.add(json.outcome, json.world);
    }
  }
  return [
    ...json.differences.map((line) => `from JSON, ${line}`),
    ...text.differences.map((line) => `from text, ${line}`),
    ...unranked.differences.map((line) => `not told the order of hooking, ${line}`),
  ];
}

/** JSON of nft 1.0.6 does not tell the device: of a chain without rules nobody asks which it is, and no step tells of it. */
function idleAtDevices({ nft }: World): Set<string> {
  const chains = [...(nft?.tables.values() ?? [])].flatMap((table) => [...table.chains.values()]);
  return new Set(
    chains
      .filter(({ base, rules }) => base?.hook === 'ingress' && rules.length === 0)
      .map(({ family, table, name }) => `nft ${family} ${table} ${name} end`),
  );
}

/** What no rule tells: IPVS, and the rules that have x_tables trace (TRACING_RULES), which are told or not. */
function isUntold(name: string): boolean {
  return name.startsWith('ipvs ') || /^iptables-legacy raw (PREROUTING|OUTPUT) 1$/.test(name);
}
