import { readFileSync } from 'node:fs';
import { explainTrace } from '../../src/explain/explain-trace.js';
import { readDestination } from '../../src/explain/question/destination.js';
import { plainQuestion } from '../../src/explain/question/question.js';
import { readVantages } from '../../src/explain/question/vantage.js';
import { tracePacket } from '../../src/trace/trace-packet.js';
import { openCapture } from '../support/open-capture.js';
import { comparePair, unknownReason } from './compare-pair.js';
import { comparePath } from './compare-path.js';
export async function checkTruth(captureFolder, truthFile) {
    const truth = JSON.parse(readFileSync(truthFile, 'utf8'));
    const { known: full } = await openCapture(captureFolder);
    // The flows of a capture were open while it was taken; the measured connections were new.
    const known = { ...full, flows: null };
    const tally = () => ({ agree: 0, of: 0 });
    const report = { outcomes: tally(), backends: tally(), masquerade: tally(), paths: tally() };
    const allowed = new Map();
    const unknown = { pairs: new Map(), paths: new Map() };
    const disagreements = [];
    for (const pair of truth.pairs ?? []) {
        const question = questionOf(pair.client, pair.dst, null);
        const name = `${pair.client.kind} ${question.from} → ${question.destination}/${question.protocol} (${pair.dst.service ?? ''})`;
        const [item] = explainTrace(question, known);
        if (item === undefined)
            throw new Error(`no answer for ${name}`);
        const result = comparePair(pair, item, truth);
        for (const allowance of result.allowed)
            count(allowed, allowance);
        if (result.unknown !== null)
            count(unknown.pairs, result.unknown);
        for (const aspect of result.checked) {
            report[aspect].of++;
            if (!result.disagreements.some((each) => each.aspect === aspect))
                report[aspect].agree++;
        }
        disagreements.push(...result.disagreements.map(({ aspect, text }) => `${aspect} of ${name}: ${text}`));
    }
    for (const trace of truth.traces ?? []) {
        const question = questionOf(trace.client, trace.dst, trace.client.sport ?? null);
        const destination = readDestination(question, known);
        const [vantage] = readVantages(question, destination, known);
        if (vantage === undefined)
            throw new Error('no vantage');
        const packet = {
            family: destination.address.family,
            protocol: destination.protocol,
            source: vantage.sender,
            sourcePort: question.sourcePort,
            destination: destination.address,
            destinationIsLocal: false,
            destinationPort: destination.port,
            icmp: null,
            entersAt: vantage.entersAt,
            inInterface: vantage.inInterface,
            mark: 0,
            state: 'NEW',
        };
        const rulesets = known.rulesets.filter(({ family }) => family === packet.family);
        const own = tracePacket(packet, {
            rulesets,
            nft: known.nft ?? null,
            host: known.host,
            flows: null,
            ipvs: known.ipvs ?? null,
            recoverDestination: () => null,
        });
        if (wentToDrained(trace, truth)) {
            count(allowed, 'path-drained-before-capture');
            continue;
        }
        const difference = comparePath(trace, own, rulesets[0]?.backend ?? 'nft');
        const [item] = difference === null ? [] : explainTrace(question, known);
        const reason = item === undefined ? null : unknownReason(item);
        if (reason !== null) {
            count(unknown.paths, reason);
            continue;
        }
        report.paths.of++;
        if (difference === null)
            report.paths.agree++;
        else
            disagreements.push(`path of ${trace.what} from ${trace.client.kind}: ${difference}`);
    }
    return { ...report, allowed, unknown, disagreements };
}
/** As `drained-before-capture` (allowed.ts): web-a1 was still a real server of shop/web. */
function wentToDrained({ dst, path }, { capture }) {
    return (capture.includes('-ipvs-') &&
        dst.ip === '10.96.10.1' &&
        path.some(({ packet }) => packet.dst === '10.244.1.11'));
}
function count(map, name) {
    map.set(name, (map.get(name) ?? 0) + 1);
}
export function questionOf(client, target, sourcePort) {
    const v6 = target.ip.includes(':');
    return {
        ...plainQuestion(v6 ? `[${target.ip}]:${target.port}` : `${target.ip}:${target.port}`),
        from: client.kind === 'node' ? 'node' : client.ip,
        protocol: target.proto.toLowerCase(),
        sourcePort,
        detail: 'path',
    };
}
