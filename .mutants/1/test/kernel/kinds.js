/**
 * Fields that the tracer decides by itself: a test of each must have been seen to hold and to fail. Not among them are those
 * that no capture answers (limit, u32, …), those that only nft asks, and these, which hold or fail always: users and groups of
 * packets without a process.
 */
export const DECIDED_FIELDS = [
    ...['ip.saddr', 'ip.daddr', 'meta.iifname', 'meta.oifname', 'meta.l4proto'],
    ...['th.sport', 'th.dport', 'th.port', 'tcp.flags', 'icmp.type-code', 'sctp.chunks', 'ipset'],
    ...['fib.saddr.type', 'fib.daddr.type', 'fib.saddr.oif', 'meta.mark', 'ct.mark', 'ct.state'],
    ...['ct.protocol', 'ct.original.saddr', 'ct.original.sport', 'ct.status', 'ct.direction'],
    ...[
        'recent',
        'meta.sender',
        'meta.pkttype',
        'bridge.carries',
        'bridge.port.in',
        'meta.iifgroup',
    ],
    ...['meta.length', 'ip.ttl', 'ip.dscp', 'ip.tos', 'ip.fragment', 'ct.helper'],
];
/** Targets: each must have been taken and passed by. */
export const TAKEN_TARGETS = [
    ...['none', 'accept', 'drop', 'return', 'jump', 'goto', 'reject', 'mark', 'connmark-set', 'connmark-save'],
    ...[
        'connmark-restore',
        'notrack',
        'dscp',
        'tos',
        'ttl',
        'dnat',
        'redirect',
        'netmap',
        'snat',
        'masquerade',
    ],
    ...['tproxy', 'passive', 'change-sets'],
];
