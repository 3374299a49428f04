const LOOKS = { remembers: false, ofItsRule: false, needsConntrack: false, beyond: null };
const TRACKS = { ...LOOKS, needsConntrack: true };
const ASKS_CONNECTION = { ...TRACKS, beyond: 'answers' };
const REMEMBERS = { ...LOOKS, remembers: true };
const COUNTS = { ...REMEMBERS, ofItsRule: true };
/** One line a field. */
const FIELDS = {
    'meta.nfproto': LOOKS,
    'meta.l4proto': LOOKS,
    'ip.saddr': LOOKS,
    'ip.daddr': LOOKS,
    'ip.fragment': { ...LOOKS, beyond: 'fragments' },
    'meta.length': LOOKS,
    'ip.ttl': LOOKS,
    'ip.dscp': LOOKS,
    'ip.tos': LOOKS,
    'ip.ecn': LOOKS,
    'th.sport': LOOKS,
    'th.dport': LOOKS,
    'th.port': LOOKS,
    'tcp.flags': LOOKS,
    'tcp.option': LOOKS,
    'tcp.mss': LOOKS,
    'sctp.chunks': { ...LOOKS, beyond: 'chunks' },
    'dccp.type': { ...LOOKS, beyond: 'chunks' },
    'dccp.option': LOOKS,
    'icmp.type-code': LOOKS,
    'meta.pkttype': LOOKS,
    'ether.saddr': LOOKS,
    'meta.iifname': LOOKS,
    'meta.oifname': LOOKS,
    'meta.iifgroup': LOOKS,
    'meta.oifgroup': LOOKS,
    'bridge.port.in': LOOKS,
    'bridge.port.out': LOOKS,
    'bridge.carries': LOOKS,
    'meta.mark': LOOKS,
    'meta.skuid': LOOKS,
    'meta.skgid': LOOKS,
    'meta.sender': LOOKS,
    // What a rule sees of a connection beside its state is of the whole connection; see `beyond` for DNAT and SNAT.
    'ct.state': TRACKS,
    'ct.status': ASKS_CONNECTION,
    'ct.mark': ASKS_CONNECTION,
    'ct.direction': ASKS_CONNECTION,
    'ct.protocol': TRACKS,
    'ct.original.saddr': ASKS_CONNECTION,
    'ct.original.daddr': ASKS_CONNECTION,
    'ct.reply.saddr': ASKS_CONNECTION,
    'ct.reply.daddr': ASKS_CONNECTION,
    'ct.original.sport': ASKS_CONNECTION,
    'ct.original.dport': ASKS_CONNECTION,
    'ct.reply.sport': ASKS_CONNECTION,
    'ct.reply.dport': ASKS_CONNECTION,
    'ct.expiration': ASKS_CONNECTION,
    'ct.helper': ASKS_CONNECTION,
    'fib.saddr.type': LOOKS,
    'fib.daddr.type': LOOKS,
    'fib.saddr.oif': LOOKS,
    'ipvs.taken': TRACKS,
    'ipvs.protocol': TRACKS,
    'ipvs.address': TRACKS,
    'ipvs.port': TRACKS,
    ipset: LOOKS,
    recent: REMEMBERS,
    chance: LOOKS,
    opaque: REMEMBERS,
    unrecognised: { ...REMEMBERS, needsConntrack: true },
    lost: REMEMBERS,
};
/** Of extensions that cannot be answered, each has its own. */
const OPAQUE = {
    ah: REMEMBERS,
    bpf: REMEMBERS,
    cgroup: REMEMBERS,
    cluster: { ...REMEMBERS, needsConntrack: true },
    connbytes: { ...REMEMBERS, needsConntrack: true },
    connlabel: { ...REMEMBERS, needsConntrack: true },
    connlimit: { ...REMEMBERS, needsConntrack: true },
    cpu: REMEMBERS,
    dst: REMEMBERS,
    esp: REMEMBERS,
    eui64: REMEMBERS,
    frag: REMEMBERS,
    hashlimit: REMEMBERS,
    hbh: REMEMBERS,
    ipcomp: REMEMBERS,
    ipv6header: REMEMBERS,
    ipvs: { ...REMEMBERS, needsConntrack: true },
    limit: COUNTS,
    mh: REMEMBERS,
    osf: REMEMBERS,
    policy: REMEMBERS,
    quota: COUNTS,
    rateest: REMEMBERS,
    realm: REMEMBERS,
    rt: REMEMBERS,
    socket: REMEMBERS,
    srh: REMEMBERS,
    string: REMEMBERS,
    time: REMEMBERS,
    u32: REMEMBERS,
    unclean: REMEMBERS,
    'nfacct-list': COUNTS,
};
/** @returns what is to be known of a test besides its answer. */
export function traitsOf(test) {
    switch (test.field) {
        case 'opaque':
            return OPAQUE[test.in.module];
        case 'chance':
            return test.in.every === null ? LOOKS : COUNTS;
        case 'ct.state':
            return seesRewrite(test.in) ? ASKS_CONNECTION : FIELDS[test.field];
        default:
            return FIELDS[test.field];
    }
}
/** Answers of rewritten connections are in state DNAT or SNAT beside ESTABLISHED. */
function seesRewrite(states) {
    return (states.includes('DNAT') || states.includes('SNAT')) && !states.includes('ESTABLISHED');
}
const SEEN = {
    shows: 'seen',
    leaves: false,
    needsConntrack: false,
    writesMark: false,
    beyond: null,
};
const MARKS = { ...SEEN, writesMark: true };
const LEAVES = { ...SEEN, leaves: true };
const TRACKED = { ...SEEN, needsConntrack: true };
const UNSEEN = { ...SEEN, shows: 'unseen' };
/** One line an effect. */
const EFFECTS = {
    accept: LEAVES,
    drop: LEAVES,
    reject: LEAVES,
    return: LEAVES,
    queue: SEEN,
    tproxy: SEEN,
    synproxy: TRACKED,
    unrecognised: TRACKED,
    jump: SEEN,
    goto: SEEN,
    dnat: TRACKED,
    snat: TRACKED,
    masquerade: TRACKED,
    redirect: TRACKED,
    netmap: TRACKED,
    'set-mark': MARKS,
    'set-ct-mark': TRACKED,
    'save-mark': TRACKED,
    // The mark of a connection is what earlier packets left there.
    'restore-mark': { ...TRACKED, writesMark: true, beyond: 'answers' },
    'blur-mark': MARKS,
    'set-tos': SEEN,
    'set-ttl': SEEN,
    // Alone it does not start tracking (`xt_ct_tg_check`).
    notrack: SEEN,
    zone: TRACKED,
    // With --map-mark.
    'change-sets': MARKS,
    'segment-size': UNSEEN,
    alter: UNSEEN,
    note: { ...SEEN, shows: 'none' },
};
/** @returns what is to be known of an effect besides how it is applied. */
export function traitsOfEffect({ kind }) {
    return EFFECTS[kind];
}
