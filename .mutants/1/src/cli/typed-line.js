import { readPacketLine } from '../explain/question/packet-line.js';
import { socketText } from '../net/socket.js';
import { UsageError } from './usage-error.js';
/** Characters of standard input that are read: a trace of many packets. */
export const MOST_TYPED = 8 * 1024 * 1024;
/**
 * @param typed an argument: text of a tool, or `-` for what standard input holds
 * @returns the text; null where the argument is one word. Throws UsageError where standard input is the node's state.
 */
export async function typedText(typed, { sources }, io) {
    if (typed !== '-')
        return /\s/.test(typed.trim()) ? typed : null;
    if (sources.files.includes('-'))
        throw new UsageError('stdin-twice', 'standard input can be the packet or the state of the node, not both');
    let text = '';
    for await (const piece of io.stdin()) {
        text += piece.toString('utf8');
        if (text.length > MOST_TYPED)
            break;
    }
    return text;
}
/** @returns the first line of a text that tells of a packet; null where the text is null. Throws UsageError where none does. */
export function typedLine(text, typed) {
    if (text === null)
        return null;
    for (const line of text.split('\n')) {
        const found = lineOf(line);
        if (found !== null)
            return found;
    }
    if (typed !== '-')
        return null;
    throw new UsageError('question', 'standard input holds no line of conntrack, tcpdump -n, ss -n or a LOG rule (all with numbers, not names)');
}
function lineOf(text) {
    if (!/\s/.test(text.trim()))
        return null;
    const packet = readPacketLine(text);
    if (packet === null)
        return null;
    const { tool, protocol, source, sourcePort, destination, destinationPort } = packet;
    const way = `${socketText(source, sourcePort)} → ${socketText(destination, destinationPort)}`;
    return {
        packet,
        text: text.trim(),
        told: `read as ${tool}: ${protocol === null ? '' : `${protocol} `}${way}`,
    };
}
/** @returns the question that a line asks; what was said by options stays. */
export function questionOf(request, { packet, text }) {
    const { files, demo } = request.sources;
    const isCapture = files.length > 0 || demo !== false;
    return {
        ...request,
        sources: packet.isFlow && isCapture ? { ...request.sources, typed: text } : request.sources,
        destination: socketText(packet.destination, packet.destinationPort),
        from: request.from ?? packet.source,
        protocol: request.protocol ?? packet.protocol,
        sourcePort: request.sourcePort ?? packet.sourcePort,
        inInterface: request.inInterface ?? packet.inInterface,
    };
}
