import { dictionary } from '../../lookup/dictionary.js';
/** Keys of `meta` that are written without the word. */
const BARE_META = new Set([
    'iif',
    'iifname',
    'iiftype',
    'iifgroup',
    'oif',
    'oifname',
    'oiftype',
    'oifgroup',
    'skuid',
    'skgid',
    'mark',
].concat([
    'nftrace',
    'rtclassid',
    'pkttype',
    'cpu',
    'cgroup',
    'ibrname',
    'obrname',
    'ibriport',
    'obriport',
]));
const PROTOCOLS = new Set([
    'ether',
    'vlan',
    'arp',
    'ip',
    'ip6',
    'icmp',
    'icmpv6',
    'igmp',
    'tcp',
    'udp',
    'udplite',
    'sctp',
    'dccp',
    'th',
].concat(['esp', 'ah', 'comp', 'vxlan', 'gre', 'geneve', 'gretap']));
const EXTENSION_HEADERS = new Set([
    'hbh',
    'frag',
    'dst',
    'mh',
    'srh',
    'rt0',
    'rt2',
    'rt4',
]);
/** What stands behind `tcp option maxseg`, where it is not only asked whether the option is there. */
const OPTION_FIELDS = new Set([
    'size',
    'count',
    'left',
    'right',
    'tsval',
    'tsecr',
    'length',
    'kind',
    'type',
    'ptr',
    'value',
    'addr',
    'flags',
].concat(['tsn', 'stream', 'ssn', 'ppid', 'init-tag', 'a-rwnd', 'num-outbound-streams', 'cum-tsn-ack']));
const TUPLE_FAMILIES = new Set(['ip', 'ip6']);
/** Takes a field. @returns it as nft's JSON has it; null where the next word begins none. */
export function parseField(tokens) {
    const word = tokens.peek();
    if (word === '')
        return null;
    const after = tokens.peek(1);
    if (BARE_META.has(word))
        return { meta: { key: tokens.next() } };
    if (word.startsWith('@') && word.includes(','))
        return parseRaw(tokens);
    if (after === 'option' && (word === 'tcp' || word === 'ip' || word === 'dccp'))
        return parseOption(tokens);
    if (word === 'sctp' && after === 'chunk')
        return parseOption(tokens);
    if (PROTOCOLS.has(word))
        return parsePayload(tokens);
    if (word === 'exthdr') {
        tokens.next();
        return { exthdr: { name: tokens.next() } };
    }
    if (EXTENSION_HEADERS.has(word))
        return { exthdr: { name: tokens.next(), field: tokens.next() } };
    return Object.hasOwn(PARSERS, word) ? (PARSERS[word]?.(tokens) ?? null) : null;
}
function parseRaw(tokens) {
    const [base = '', offset, len] = tokens.next().slice(1).split(',');
    return { payload: { base, offset: Number(offset), len: Number(len) } };
}
/** `arp saddr ip` has a field of two words. */
function parsePayload(tokens) {
    const protocol = tokens.next();
    const field = tokens.next();
    const two = protocol === 'arp' && (field === 'saddr' || field === 'daddr');
    return { payload: { protocol, field: two ? `${field} ${tokens.next()}` : field } };
}
function parseOption(tokens) {
    const of = `${tokens.next()} ${tokens.next()}`;
    const name = tokens.next();
    const field = OPTION_FIELDS.has(tokens.peek()) ? { field: tokens.next() } : {};
    return { [of]: { name, ...field } };
}
const PARSERS = dictionary({
    meta: (tokens) => {
        tokens.next();
        return { meta: { key: tokens.next() } };
    },
    ct: (tokens) => {
        tokens.next();
        const dir = tokens.peek() === 'original' || tokens.peek() === 'reply' ? { dir: tokens.next() } : {};
        const key = tokens.next();
        return { ct: { key: TUPLE_FAMILIES.has(key) ? `${key} ${tokens.next()}` : key, ...dir } };
    },
    rt: (tokens) => {
        tokens.next();
        const key = tokens.next();
        return { rt: TUPLE_FAMILIES.has(key) ? { key: tokens.next(), family: key } : { key } };
    },
    fib: (tokens) => {
        tokens.next();
        const flags = [tokens.next()];
        while (tokens.take('.'))
            flags.push(tokens.next());
        return { fib: { result: tokens.next(), flags } };
    },
    socket: (tokens) => {
        tokens.next();
        const key = tokens.next();
        if (key === 'cgroupv2' && tokens.take('level'))
            return { socket: { key: `${key} level ${tokens.next()}` } };
        return { socket: { key } };
    },
    osf: (tokens) => {
        tokens.next();
        const ttl = tokens.take('ttl') ? { ttl: tokens.next() } : {};
        return { osf: { key: tokens.next(), ...ttl } };
    },
    ipsec: (tokens) => {
        tokens.next();
        const dir = tokens.next();
        const spnum = tokens.take('spnum') ? { spnum: Number(tokens.next()) } : {};
        const family = TUPLE_FAMILIES.has(tokens.peek()) ? { family: tokens.next() } : {};
        return { ipsec: { dir, ...spnum, ...family, key: tokens.next() } };
    },
});
