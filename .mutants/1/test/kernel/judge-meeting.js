import { tracePacket } from '../../src/trace/trace-packet.js';
import { BalancedCounts } from './ipvs/balanced-counts.js';
import { Counts } from './judge/counts.js';
import { judge } from './judge/judge.js';
import { worldOf } from './run-case.js';
export function emptyReport() {
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
export function judgeMeeting(meeting, report) {
    const world = worldOf(meeting, meeting.question.family);
    const trace = tracePacket(meeting.question, world);
    const balanced = meeting.ipvs !== undefined;
    const { outcome, differences } = judge(trace, meeting.seen, balanced ? isUntold : undefined);
    if (report !== null) {
        report.packets++;
        if (trace.outcomes.length > 1)
            report.forked++;
        if (outcome !== null && !balanced)
            report.counts.add(outcome, world);
        if (outcome !== null && balanced)
            report.balanced.add(outcome, meeting);
    }
    return differences;
}
/** What no rule tells: IPVS, and the rules that have x_tables trace (TRACING_RULES), which are told or not. */
function isUntold(name) {
    return name.startsWith('ipvs ') || /^iptables-legacy raw (PREROUTING|OUTPUT) 1$/.test(name);
}
