import { independent, isNegated, named, valueText, } from './extension.js';
import { parsePorts, parseRange, parseUnsigned } from './values.js';
const FLAG_BITS = new Map([
    ['FIN', 1],
    ['SYN', 2],
    ['RST', 4],
    ['PSH', 8],
    ['ACK', 16],
    ['URG', 32],
    ['ALL', 63],
    ['NONE', 0],
]);
/** @returns TCP flag names as header bits, or null for a name that is none. `--syn` is `FIN,SYN,RST,ACK SYN`. */
export function parseTcpFlags(text) {
    let bits = 0;
    for (const name of text.split(',')) {
        const bit = FLAG_BITS.get(name.toUpperCase());
        if (bit === undefined)
            return null;
        bits |= bit;
    }
    return bits;
}
/** Modules of the protocols with ports. Without an option they ask nothing: `-p` already names the protocol. */
export const transportModules = {
    tcp: independent({
        ...portOptions('tcp'),
        '--tcp-flags': [2, readTcpFlags],
        '--syn': [0, (part) => ({ kind: 'tcp-flags', negated: isNegated(part), mask: 23, comp: 2 })],
        '--tcp-option': [1, optionReader('tcp-option')],
    }, false),
    udp: independent(portOptions('udp'), false),
    udplite: independent(portOptions('udplite'), false),
    sctp: independent({ ...portOptions('sctp'), '--chunk-types': [2, readChunks] }, false),
    dccp: independent({
        ...portOptions('dccp'),
        '--dccp-types': [1, readDccpTypes],
        '--dccp-option': [1, optionReader('dccp-option')],
    }, false),
    multiport: independent({
        ...named(['--sports', '--source-ports'], [1, multiport('source')]),
        ...named(['--dports', '--destination-ports'], [1, multiport('destination')]),
        '--ports': [1, multiport('either')],
    }),
    tcpmss: independent({
        '--mss': [
            1,
            (part) => {
                const size = parsePorts(valueText(part));
                return size && { kind: 'tcpmss', negated: isNegated(part), size };
            },
        ],
    }),
};
function portOptions(module) {
    const reader = (kind) => (part) => {
        const ports = parsePorts(valueText(part));
        return ports && { kind, negated: isNegated(part), module, ports };
    };
    return {
        ...named(['--sport', '--source-port'], [1, reader('source-port')]),
        ...named(['--dport', '--destination-port'], [1, reader('destination-port')]),
    };
}
function optionReader(kind) {
    return (part) => {
        const option = parseUnsigned(valueText(part), 255);
        return option === null ? null : { kind, negated: isNegated(part), option };
    };
}
function readTcpFlags(part) {
    const mask = parseTcpFlags(valueText(part));
    const comp = parseTcpFlags(part.values[1]?.text ?? '');
    return mask === null || comp === null ? null : { kind: 'tcp-flags', negated: isNegated(part), mask, comp };
}
function readChunks(part) {
    const scope = valueText(part);
    const chunks = part.values[1]?.text;
    if (chunks === undefined || (scope !== 'all' && scope !== 'any' && scope !== 'only'))
        return null;
    return { kind: 'sctp-chunks', negated: isNegated(part), scope, chunks: chunks.split(',') };
}
function readDccpTypes(part) {
    const types = valueText(part);
    return types === '' ? null : { kind: 'dccp-types', negated: isNegated(part), types: types.split(',') };
}
function multiport(side) {
    return (part) => {
        const ports = [];
        for (const word of valueText(part).split(',')) {
            const range = parseRange(word, 65535);
            if (range === null)
                return null;
            ports.push(range);
        }
        return { kind: 'multiport', negated: isNegated(part), side, ports };
    };
}
