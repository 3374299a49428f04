import fc from 'fast-check';
import { formatAddress } from '../../src/net/address.ts';
import { formatProtocol } from '../../src/net/protocol.ts';
import type { Packet } from '../../src/trace/packet.ts';
import { IPSETS, SETS_ANEW } from './generate/sets.ts';
import { emptyReport, judgeMeeting, type Report } from './judge-meeting.ts';
import type { KeptCase } from './kept-meetings.ts';
import type { Lane, ReadyCase } from './lane.ts';
import { loadable } from './nft/loadable.ts';
import { type NativeRules, TestNode } from './node/test-node.ts';
import { type Meeting, meet } from './run-case.ts';

/** How long, and where it begins. */
export interface Plan {
  readonly seed: number;
  /** Packets of all lanes together. */
  readonly packets: number;
  readonly lanes: readonly Lane[];
  /** Gets every packet that was sent, for {@link judgeMeeting} to be asked again. */
  readonly keep?: (meeting: Meeting) => void;
  /** Gets every rule set and what its packets met, also those that disagree. */
  readonly record?: (kept: KeptCase) => void;
  /** Packets that one rule set meets at most, without those that follow on their connections. Absent: 12. */
  readonly most?: number;
  /** Whether the tracer judges what was met. Absent: it does; false where that is done later, of what `record` kept. */
  readonly judged?: boolean;
  /** Whether to look for a smaller case that disagrees; takes its time. */
  readonly shrink?: boolean;
  /** Time of day, in milliseconds, after which no further rule set is begun. */
  readonly until?: number;
}

/** Disagreements of one lane after which it stops: each is shrunk, which takes its time. */
const ENOUGH = 5;

/** Between the seeds of two lanes, so that each has rule sets of its own. */
const APART = 100_000_000;

/** Generates rule sets and packets, lets kernel and tracer do their part, and compares. The lanes run side by side. */
export async function runCampaign(plan: Plan): Promise<Report> {
  const total = emptyReport();
  const share = Math.ceil(plan.packets / plan.lanes.length);
  const reports = await Promise.all(
    plan.lanes.map((lane, i) => runLane(lane, { ...plan, seed: plan.seed + i * APART }, share)),
  );
  for (const report of reports) {
    total.packets += report.packets;
    total.ruleSets += report.ruleSets;
    total.forked += report.forked;
    total.parts.came += report.parts.came;
    total.parts.left += report.parts.left;
    total.unrepeated += report.unrepeated;
    total.counts.merge(report.counts);
    total.nftCounts.merge(report.nftCounts);
    for (const how of ['told', 'unknown', 'assumed'] as const) total.held[how] += report.held[how];
    total.refused += report.refused;
    for (const each of report.refusals) total.refusals.add(each);
    total.disagreements.push(...report.disagreements);
  }
  return total;
}

async function runLane(lane: Lane, plan: Plan, share: number): Promise<Report> {
  const report = emptyReport();
  const node = await TestNode.create();
  try {
    await node.makeSets(IPSETS, SETS_ANEW);
    const until = plan.until ?? Number.POSITIVE_INFINITY;
    for (let seed = plan.seed; report.packets < share && report.disagreements.length < ENOUGH; seed++) {
      if (Date.now() > until) break;
      const found = await runSeed(node, lane, seed, report, plan);
      if (found !== null) report.disagreements.push(found);
    }
  } finally {
    node.close();
  }
  return report;
}

/** Runs the case of one seed; where kernel and tracer disagree, looks for the smallest case in which they do. */
async function runSeed(
  node: TestNode,
  lane: Lane,
  seed: number,
  report: Report,
  { keep, record, most, judged = true, shrink = true }: Plan,
): Promise<string | null> {
  let first = true;
  let smallest: string | null = null;
  const property = lane.property(
    async ({ rules, native: lines, packets, state, lost, older }) => {
      const native = lines === null ? null : await loadedOf(lines, node, first ? report : null);
      const met = async (): Promise<Meeting[]> => {
        const meetings = await node.inState(state ?? null, () =>
          meet(node, rules, packets, null, native, older),
        );
        return lost === undefined ? meetings : meetings.map((meeting) => ({ ...meeting, lost }));
      };
      let meetings = await met();
      let found = judged ? differencesOf(meetings, first ? report : null) : [];
      if (!judged) report.packets += meetings.length;
      if (first) {
        report.ruleSets++;
        // What the sound tracer gets wrong tells nothing of a faulty one.
        for (const meeting of found.length === 0 ? meetings : []) keep?.(meeting);
        if (found.length > 0) {
          meetings = await met();
          found = differencesOf(meetings, null);
          if (found.length === 0) report.unrepeated++;
        }
        record?.({ lane: lane.name, seed, meetings });
      }
      first = false;
      if (found.length === 0) return;
      const texts = [...rules.map(({ text }) => text.trimEnd()), ...(native === null ? [] : [native.text])];
      const before = state === undefined ? [] : [`on a node where ${state.name}`];
      smallest = [...found.slice(0, 3).flat(), ...before, 'with the rules', ...texts].join('\n');
      throw new Error('kernel and tracer disagree');
    },
    seed,
    most,
  );
  // What is interrupted runs on beside the next case, and neither is judged: only shrinking may take as long as this.
  const run = await fc.check(property, {
    ...{ seed, numRuns: 1, interruptAfterTimeLimit: 300_000 },
    endOnFailure: !shrink,
  });
  if (!run.failed) return null;
  const again = `npm run test:kernel -- --lane ${lane.name} --seed ${seed} --packets 1${most === undefined ? '' : ` --each ${most}`}`;
  const what = run.interrupted ? 'not judged: it took longer than it may' : String(run.errorInstance);
  return [`${lane.name}, seed ${seed}: ${again}`, smallest ?? what].join('\n');
}

/** Leaves out what nft does not load. */
async function loadedOf(
  { lines, registered, last }: NonNullable<ReadyCase['native']>,
  node: TestNode,
  report: Report | null,
): Promise<NativeRules & { readonly registered: readonly string[] }> {
  const { text, refused } = await loadable(node, lines);
  if (report !== null) {
    report.refused += refused.length;
    for (const each of refused) report.refusals.add(each);
  }
  return { text, last, registered };
}

/** @returns for each meeting that differs, the packet and how. */
export function differencesOf(meetings: readonly Meeting[], report: Report | null): string[][] {
  return meetings.flatMap((meeting) => {
    const differences = judgeMeeting(meeting, report);
    return differences.length === 0
      ? []
      : [[describe(meeting.question), ...differences.map((line) => `  ${line}`)]];
  });
}

/** @returns the packet in one line. */
export function describe(packet: Packet): string {
  const { source, sourcePort, destination, destinationPort, inInterface, protocol, mark, state, header } =
    packet;
  const from = source.address === null ? 'a process' : formatAddress(source.address);
  const flags = header?.tcpFlags === undefined ? '' : ` flags 0x${header.tcpFlags.toString(16)}`;
  const way = `${from} port ${sourcePort} to ${formatAddress(destination)} port ${destinationPort}`;
  return `${formatProtocol(protocol)} ${way} by ${inInterface ?? 'the node itself'}, mark 0x${mark.toString(16)}, ${state}${flags}, TTL ${header?.ttl}`;
}
