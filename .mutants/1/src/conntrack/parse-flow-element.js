import { TCP } from '../net/protocol.js';
import { addressOf, agree, emptyTuple, finishTuple, parseCount, parsePort, } from './tuple-draft.js';
/**
 * Reads one `<flow>…</flow>` of `conntrack -L -o xml`, which stands on a line of its own.
 * @returns the flow, or null where the element is not complete. Never throws.
 *
 * libnetfilter_conntrack 1.0.9 (`src/conntrack/snprintf_xml.c`) leaves out type, code and id of ICMP, and prints the
 * state of SCTP and DCCP with TCP's names (an established SCTP flow reads FIN_WAIT), so states other than TCP's are
 * dropped here.
 */
export function parseFlowElement(line, file, lineNumber) {
    const end = line.indexOf('</flow>');
    if (end < 0)
        return null;
    const body = line.slice(line.indexOf('<flow>') + 6, end);
    const originalPart = meta(body, 'original');
    const replyPart = meta(body, 'reply');
    const rest = meta(body, 'independent') ?? '';
    if (originalPart === null || replyPart === null)
        return null;
    const protocolText = /<layer4 protonum="(\d{1,3})"/.exec(originalPart)?.[1];
    if (protocolText === undefined)
        return null;
    const protocol = Number(protocolText);
    const original = finishTuple(tupleOf(originalPart), protocol);
    const reply = finishTuple(tupleOf(replyPart), protocol);
    if (original === null || reply === null || !agree(original, reply))
        return null;
    const status = ['assured', 'unreplied', 'offload', 'hw_offload']
        .filter((name) => rest.includes(`<${name}/>`))
        .map((name) => name.toUpperCase());
    const labels = [...rest.matchAll(/<label>([^<]*)<\/label>/g)].map((match) => unescapeXml(match[1] ?? ''));
    return {
        protocol,
        state: protocol === TCP ? element(rest, 'state') : null,
        timeoutSeconds: count(rest, 'timeout'),
        ageSeconds: count(rest, 'deltatime'),
        status,
        original,
        reply,
        mark: count(rest, 'mark'),
        zone: count(rest, 'zone'),
        helper: element(rest, 'helper'),
        secctx: element(rest, 'secctx'),
        id: count(rest, 'id'),
        labels: labels.length === 0 ? null : labels.join(','),
        file,
        line: lineNumber,
    };
}
function tupleOf(part) {
    return {
        ...emptyTuple(),
        source: addressOf(element(part, 'src') ?? ''),
        destination: addressOf(element(part, 'dst') ?? ''),
        sourcePort: parsePort(element(part, 'sport') ?? ''),
        destinationPort: parsePort(element(part, 'dport') ?? ''),
        packets: count(part, 'packets'),
        bytes: count(part, 'bytes'),
        zone: count(part, 'zone'),
    };
}
function meta(body, direction) {
    const open = `<meta direction="${direction}">`;
    const start = body.indexOf(open);
    if (start < 0)
        return null;
    const end = body.indexOf('</meta>', start);
    return end < 0 ? null : body.slice(start + open.length, end);
}
function element(part, name) {
    const start = part.indexOf(`<${name}>`);
    if (start < 0)
        return null;
    const from = start + name.length + 2;
    const end = part.indexOf(`</${name}>`, from);
    return end < 0 ? null : unescapeXml(part.slice(from, end));
}
function count(part, name) {
    return parseCount(element(part, name) ?? '');
}
function unescapeXml(text) {
    const names = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
    return text.replace(/&(lt|gt|quot|apos|amp);/g, (whole, name) => names[name] ?? whole);
}
