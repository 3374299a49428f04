import { parseProtocol } from '../../net/protocol.js';
import { independent, isNegated, valueText, } from './extension.js';
import { parseList, parseMasked, parsePorts, parseRange, readPrefix } from './values.js';
const STATES = ['INVALID', 'NEW', 'ESTABLISHED', 'RELATED', 'UNTRACKED'];
const CTSTATES = [...STATES, 'SNAT', 'DNAT'];
const STATUSES = ['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'];
const TUPLE_SIDES = ['origsrc', 'origdst', 'replsrc', 'repldst'];
const CONNTRACK = independent({
    '--ctstate': [1, stateReader(CTSTATES)],
    '--ctproto': [1, readProtocol],
    ...Object.fromEntries(TUPLE_SIDES.flatMap(tupleOptions)),
    '--ctstatus': [1, readStatus],
    '--ctexpire': [1, readExpire],
    '--ctdir': [1, readDirection],
});
/** Modules that ask the packet's connection, its mark or the packet's mark. */
export const connectionModules = {
    conntrack: {
        ...CONNTRACK,
        read: (parts, context) => {
            const matches = CONNTRACK.read(parts, context);
            return matches && markBesideState(matches);
        },
    },
    state: independent({ '--state': [1, stateReader(STATES)] }),
    mark: independent({ '--mark': [1, markReader('mark')] }),
    connmark: independent({ '--mark': [1, markReader('connmark')] }),
    helper: independent({
        '--helper': [1, (part) => ({ kind: 'helper', negated: isNegated(part), name: valueText(part) })],
    }),
};
/** @returns the matches of one `-m conntrack` with those marked that stand beside a state. */
export function markBesideState(matches) {
    if (matches.length < 2 || !matches.some(({ kind }) => kind === 'ctstate'))
        return matches;
    return matches.map((match) => {
        switch (match.kind) {
            case 'ctproto':
            case 'ctaddress':
            case 'ctport':
            case 'ctstatus':
            case 'ctexpire':
            case 'ctdir':
                return { ...match, besideState: true };
            default:
                return match;
        }
    });
}
function stateReader(known) {
    return (part) => {
        const states = parseList(valueText(part), known);
        return states && { kind: 'ctstate', negated: isNegated(part), states };
    };
}
function readProtocol(part) {
    const name = valueText(part);
    if (name === '')
        return null;
    return { kind: 'ctproto', negated: isNegated(part), number: parseProtocol(name), name };
}
function tupleOptions(tuple) {
    const address = (part, context) => {
        const prefix = readPrefix(valueText(part), context.family);
        return prefix && { kind: 'ctaddress', negated: isNegated(part), tuple, prefix };
    };
    const port = (part) => {
        const ports = parsePorts(valueText(part));
        return ports && { kind: 'ctport', negated: isNegated(part), tuple, ports };
    };
    return [
        [`--ct${tuple}`, [1, address]],
        [`--ct${tuple}port`, [1, port]],
    ];
}
function readStatus(part) {
    const statuses = parseList(valueText(part), STATUSES);
    return statuses && { kind: 'ctstatus', negated: isNegated(part), statuses };
}
function readExpire(part) {
    const seconds = parseRange(valueText(part), 0xffffffff);
    return seconds && { kind: 'ctexpire', negated: isNegated(part), seconds };
}
function readDirection(part) {
    const direction = valueText(part).toUpperCase();
    if (direction !== 'ORIGINAL' && direction !== 'REPLY')
        return null;
    return { kind: 'ctdir', negated: isNegated(part), direction };
}
function markReader(kind) {
    return (part) => {
        const masked = parseMasked(valueText(part));
        return masked && { kind, negated: isNegated(part), ...masked };
    };
}
