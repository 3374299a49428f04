import { dictionary } from '../../lookup/dictionary.js';
import { parseTos } from '../extensions/header.js';
import { option } from './printed.js';
/** How the extensions that ask addresses, sets, senders, links and the IP header print (iptables 1.8). */
export const senderPrints = {
    ADDRTYPE: readAddrtype,
    'match-set': readSet,
    source: (cursor) => readRange(cursor, '--src-range'),
    destination: (cursor) => readRange(cursor, '--dst-range'),
    owner: readOwner,
    PKTTYPE: (cursor) => {
        const found = cursor.take(/PKTTYPE (!?)= (\S+)/y);
        return found && { module: 'pkttype', parts: [option('--pkt-type', found[1] === '!', found[2] ?? '')] };
    },
    MAC: (cursor) => {
        const found = cursor.take(/MAC (! ?)?([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5})(?!\S)/y);
        return (found && { module: 'mac', parts: [option('--mac-source', found[1] !== undefined, found[2] ?? '')] });
    },
    PHYSDEV: readPhysdev,
    'src-group': (cursor, negated) => readGroup(cursor, negated),
    'dst-group': (cursor, negated) => readGroup(cursor, negated),
    rpfilter: (cursor) => {
        const found = cursor.take(/rpfilter((?: (?:loose|validmark|accept-local|invert)(?!\S))*)(?!\S)/y);
        if (found === null)
            return null;
        const words = (found[1] ?? '').split(' ').filter((word) => word !== '');
        return { module: 'rpfilter', parts: words.map((word) => option(`--${word}`, false)) };
    },
    'nfacct-name': (cursor) => {
        const found = cursor.take(/nfacct-name\s+(\S+)/y);
        return found && { module: 'nfacct', parts: [option('--nfacct-name', false, found[1] ?? '')] };
    },
    length: (cursor) => {
        const found = cursor.take(/length (!?)(\d+(?::\d+)?)(?!\S)/y);
        return found && { module: 'length', parts: [option('--length', found[1] === '!', found[2] ?? '')] };
    },
    TTL: (cursor) => readTtl(cursor, 'ttl'),
    HL: (cursor) => readTtl(cursor, 'hl'),
    DSCP: (cursor) => {
        const found = cursor.take(/DSCP match (!?)(0x[0-9a-fA-F]+)(?!\S)/y);
        return found && { module: 'dscp', parts: [option('--dscp', found[1] === '!', found[2] ?? '')] };
    },
    tos: readTos,
    TOS: readTos,
    ECN: readEcn,
};
function readAddrtype(cursor) {
    if (cursor.take(/ADDRTYPE match(?!\S)/y) === null)
        return null;
    const parts = [];
    const source = cursor.take(/ src-type (!?)([A-Z,]+)(?!\S)/y);
    if (source !== null)
        parts.push(option('--src-type', source[1] === '!', source[2] ?? ''));
    const destination = cursor.take(/ dst-type (!?)([A-Z,]+)(?!\S)/y);
    if (destination !== null)
        parts.push(option('--dst-type', destination[1] === '!', destination[2] ?? ''));
    if (parts.length === 0)
        return null;
    const limit = cursor.take(/ limit-(in|out)(?!\S)/y);
    if (limit !== null)
        parts.push(option(`--limit-iface-${limit[1]}`, false));
    return { module: 'addrtype', parts };
}
function readSet(cursor, negated) {
    const found = cursor.take(/match-set (\S+) ((?:src|dst)(?:,(?:src|dst))*)(?!\S)/y);
    if (found === null)
        return null;
    const parts = [option('--match-set', negated, found[1] ?? '', found[2] ?? '')];
    for (;;) {
        const more = cursor.take(/ (! )?(return-nomatch|update-counters|update-subcounters|(?:packets|bytes)-(?:eq|lt|gt) (\d+))(?!\S)/y);
        if (more === null)
            return { module: 'set', parts };
        const [flag = '', ...values] = (more[2] ?? '').split(' ');
        parts.push(option(`--${flag}`, more[1] !== undefined, ...values));
    }
}
function readRange(cursor, flag) {
    const found = cursor.take(/\w+ IP range (! ?)?([0-9a-fA-F.:]+-[0-9a-fA-F.:]+)(?!\S)/y);
    return found && { module: 'iprange', parts: [option(flag, found[1] !== undefined, found[2] ?? '')] };
}
function readOwner(cursor, negated) {
    if (cursor.take(/owner socket exists(?!\S)/y) !== null) {
        return { module: 'owner', parts: [option('--socket-exists', negated)] };
    }
    const found = cursor.take(/owner ([UG])ID match (\S+)( incl\. suppl\. groups(?!\S))?/y);
    if (found === null)
        return null;
    const parts = [option(found[1] === 'U' ? '--uid-owner' : '--gid-owner', negated, found[2] ?? '')];
    if (found[3] !== undefined)
        parts.push(option('--suppl-groups', false));
    return { module: 'owner', parts };
}
function readPhysdev(cursor) {
    if (cursor.take(/PHYSDEV match(?!\S)/y) === null)
        return null;
    const parts = [];
    for (;;) {
        const named = cursor.take(/ (! )?(--physdev-(?:in|out)) (\S+)/y);
        const is = named ?? cursor.take(/ (! )?(--physdev-is-(?:in|out|bridged))(?!\S)/y);
        if (is === null)
            return parts.length === 0 ? null : { module: 'physdev', parts };
        parts.push(option(is[2] ?? '', is[1] !== undefined, ...is.slice(3)));
    }
}
function readGroup(cursor, negated) {
    const found = cursor.take(/((?:src|dst)-group) (\S+)/y);
    return found && { module: 'devgroup', parts: [option(`--${found[1]}`, negated, found[2] ?? '')] };
}
const TTL_OPERATORS = dictionary({ '==': 'eq', '!=': 'eq', '<': 'lt', '>': 'gt' });
function readTtl(cursor, module) {
    const found = cursor.take(/(?:TTL|HL) match (?:TTL|HL) (==|!=|<|>) (\d+)(?!\S)/y);
    if (found === null)
        return null;
    const flag = `--${module}-${TTL_OPERATORS[found[1] ?? ''] ?? ''}`;
    return { module, parts: [option(flag, found[1] === '!=', found[2] ?? '')] };
}
/** 1.8.9 prints `tos match0x10/0x3f` with `-n`, `tos match Minimize-Delay` without. */
function readTos(cursor) {
    const found = cursor.take(/tos match ?(!?)([\w/-]+)(?!\S)/iy);
    if (found === null || parseTos(found[2] ?? '') === null)
        return null;
    return { module: 'tos', parts: [option('--tos', found[1] === '!', found[2] ?? '')] };
}
function readEcn(cursor) {
    if (cursor.take(/ECN match(?!\S)/y) === null)
        return null;
    const parts = [];
    for (;;) {
        const flag = cursor.take(/ (!?)(ECE|CWR)(?!\S)/y);
        const code = flag === null ? cursor.take(/ (!?)ECT=(\d)(?!\S)/y) : null;
        if (flag !== null)
            parts.push(option(`--ecn-tcp-${(flag[2] ?? '').toLowerCase()}`, flag[1] === '!'));
        else if (code !== null)
            parts.push(option('--ecn-ip-ect', code[1] === '!', code[2] ?? ''));
        else
            return parts.length === 0 ? null : { module: 'ecn', parts };
    }
}
