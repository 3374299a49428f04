import fc from 'fast-check';
import { formatAddress } from '../../src/net/address.js';
import { formatProtocol } from '../../src/net/protocol.js';
import { caseSpec, writeCase } from './generate/case.js';
import { IPSETS, SETS_ANEW } from './generate/sets.js';
import { emptyReport, judgeMeeting } from './judge-meeting.js';
import { TestNode } from './node/test-node.js';
import { meet } from './run-case.js';
export const LANES = [
    { backend: 'iptables-nft', family: 'ipv4' },
    { backend: 'iptables-legacy', family: 'ipv4' },
    { backend: 'iptables-nft', family: 'ipv6' },
    { backend: 'iptables-legacy', family: 'ipv6' },
];
/** Disagreements of one lane after which it stops: each is shrunk, which takes its time. */
const ENOUGH = 5;
/** Between the seeds of two lanes, so that each has rule sets of its own. */
const APART = 100_000_000;
/** Generates rule sets and packets, lets kernel and tracer do their part, and compares. The lanes run side by side. */
export async function runCampaign(plan) {
    const total = emptyReport();
    const share = Math.ceil(plan.packets / plan.lanes.length);
    const reports = await Promise.all(plan.lanes.map((lane, i) => runLane(lane, { ...plan, seed: plan.seed + i * APART }, share)));
    for (const report of reports) {
        total.packets += report.packets;
        total.ruleSets += report.ruleSets;
        total.forked += report.forked;
        total.unrepeated += report.unrepeated;
        total.counts.merge(report.counts);
        total.disagreements.push(...report.disagreements);
    }
    return total;
}
async function runLane(lane, plan, share) {
    const report = emptyReport();
    const node = await TestNode.create();
    try {
        await node.makeSets(IPSETS, SETS_ANEW);
        const until = plan.until ?? Number.POSITIVE_INFINITY;
        for (let seed = plan.seed; report.packets < share && report.disagreements.length < ENOUGH; seed++) {
            if (Date.now() > until)
                break;
            const found = await runSeed(node, lane, seed, report, plan.keep);
            if (found !== null)
                report.disagreements.push(found);
        }
    }
    finally {
        node.close();
    }
    return report;
}
/** Runs the case of one seed; where kernel and tracer disagree, looks for the smallest case in which they do. */
async function runSeed(node, lane, seed, report, keep) {
    let first = true;
    let smallest = null;
    const property = fc.asyncProperty(caseSpec, async (spec) => {
        const { text, packets } = writeCase(spec, lane.backend, lane.family);
        const rules = [{ ...lane, text }];
        const meetings = await meet(node, rules, packets);
        let found = differencesOf(meetings, first ? report : null);
        if (first) {
            report.ruleSets++;
            for (const meeting of meetings)
                keep?.(meeting);
            if (found.length > 0) {
                found = differencesOf(await meet(node, rules, packets), null);
                if (found.length === 0)
                    report.unrepeated++;
            }
        }
        first = false;
        if (found.length === 0)
            return;
        smallest = [...found.slice(0, 3).flat(), 'with the rules', text.trimEnd()].join('\n');
        throw new Error('kernel and tracer disagree');
    });
    // What is interrupted runs on beside the next case, and neither is judged: only shrinking may take as long as this.
    const run = await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: 300_000 });
    if (!run.failed)
        return null;
    const again = `npm run test:kernel -- --lane ${lane.backend}/${lane.family} --seed ${seed} --packets 1`;
    return [
        `${lane.backend} ${lane.family}, seed ${seed}: ${again}`,
        smallest ?? String(run.errorInstance),
    ].join('\n');
}
/** @returns for each meeting that differs, the packet and how. */
function differencesOf(meetings, report) {
    return meetings.flatMap((meeting) => {
        const differences = judgeMeeting(meeting, report);
        return differences.length === 0
            ? []
            : [[describe(meeting.question), ...differences.map((line) => `  ${line}`)]];
    });
}
/** @returns the packet in one line. */
export function describe(packet) {
    const { source, sourcePort, destination, destinationPort, inInterface, protocol, mark, state, header } = packet;
    const from = source.address === null ? 'a process' : formatAddress(source.address);
    const flags = header?.tcpFlags === undefined ? '' : ` flags 0x${header.tcpFlags.toString(16)}`;
    const way = `${from} port ${sourcePort} to ${formatAddress(destination)} port ${destinationPort}`;
    return `${formatProtocol(protocol)} ${way} by ${inInterface ?? 'the node itself'}, mark 0x${mark.toString(16)}, ${state}${flags}, TTL ${header?.ttl}`;
}
