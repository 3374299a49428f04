import { findPart, independent, isNegated, textOf, unrecognisedPart, valueText, } from './extension.js';
import { parseMasked, parseRange } from './values.js';
/** Modules that ask who sent a packet and which link it came over. */
export const senderModules = {
    owner: {
        arity: { '--uid-owner': 1, '--gid-owner': 1, '--socket-exists': 0, '--suppl-groups': 0 },
        read: readOwner,
    },
    pkttype: independent({ '--pkt-type': [1, readPktType] }),
    mac: independent({
        '--mac-source': [
            1,
            (part) => ({ kind: 'mac', negated: isNegated(part), address: valueText(part).toLowerCase() }),
        ],
    }),
    physdev: independent({
        '--physdev-in': [1, physdevName('in')],
        '--physdev-out': [1, physdevName('out')],
        '--physdev-is-in': [0, physdevIs('in')],
        '--physdev-is-out': [0, physdevIs('out')],
        '--physdev-is-bridged': [0, physdevIs('bridged')],
    }),
    devgroup: independent({
        '--src-group': [1, group('in')],
        '--dst-group': [1, group('out')],
    }),
    rpfilter: {
        arity: { '--loose': 0, '--validmark': 0, '--accept-local': 0, '--invert': 0 },
        read: (parts) => [
            {
                kind: 'rpfilter',
                negated: findPart(parts, '--invert') !== null,
                loose: findPart(parts, '--loose') !== null,
                validmark: findPart(parts, '--validmark') !== null,
                acceptLocal: findPart(parts, '--accept-local') !== null,
            },
        ],
    },
};
/** User and group names stay text: the node's /etc/passwd is not in a capture. `--suppl-groups` widens the group test. */
function readOwner(parts) {
    const supplementary = findPart(parts, '--suppl-groups') !== null;
    const matches = [];
    for (const part of parts) {
        const text = supplementary ? textOf('owner', parts) : valueText(part);
        const negated = isNegated(part);
        const ids = parseRange(valueText(part), 0xffffffff, '-');
        if (part.flag.text === '--socket-exists')
            matches.push({ kind: 'owner-socket', negated });
        else if (part.values.length === 0 && part.flag.text !== '--suppl-groups')
            matches.push(unrecognisedPart(part));
        else if (part.flag.text === '--uid-owner')
            matches.push({ kind: 'owner-uid', negated, uids: ids, text: valueText(part) });
        else if (part.flag.text === '--gid-owner')
            matches.push({ kind: 'owner-gid', negated, gids: supplementary ? null : ids, text });
    }
    return matches.length === 0 ? null : matches;
}
function readPktType(part) {
    const type = valueText(part).toLowerCase();
    const negated = isNegated(part);
    if (type === 'host')
        return { kind: 'pkttype', negated, type: 'unicast' };
    if (type === 'otherhost')
        return { kind: 'pkttype', negated, type: 'other' };
    if (type !== 'unicast' && type !== 'broadcast' && type !== 'multicast')
        return null;
    return { kind: 'pkttype', negated, type };
}
function physdevName(side) {
    return (part) => {
        const name = valueText(part);
        return name === '' ? null : { kind: 'physdev-name', negated: isNegated(part), side, name };
    };
}
function physdevIs(what) {
    return (part) => ({ kind: 'physdev-is', negated: isNegated(part), what });
}
/** A group may be named in the node's /etc/iproute2/group; then `value` is null. */
function group(side) {
    return (part) => {
        const text = valueText(part);
        if (text === '')
            return null;
        const masked = parseMasked(text);
        const negated = isNegated(part);
        if (masked === null)
            return { kind: 'devgroup', negated, side, value: null, mask: 0xffffffff, text };
        return { kind: 'devgroup', negated, side, ...masked, text };
    };
}
