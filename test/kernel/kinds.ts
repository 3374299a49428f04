/**
 * Matches that the tracer decides by itself: each must have been seen to hold and to fail. Not among them are those that
 * no capture answers (limit, u32, …), and these, which hold or fail always: `comment`, `-f` and `helper` for packets that
 * are whole and expected by nobody, users and groups of packets without a process.
 */
export const DECIDED_MATCHES = [
  ...[
    'source',
    'destination',
    'in-interface',
    'out-interface',
    'protocol',
    'source-port',
    'destination-port',
  ],
  ...['tcp-flags', 'icmp-type', 'sctp-chunks', 'multiport', 'iprange', 'set', 'addrtype', 'mark', 'connmark'],
  ...['ctstate', 'ctproto', 'ctaddress', 'ctport', 'ctstatus', 'ctdir', 'recent', 'owner-socket', 'pkttype'],
  ...[
    'physdev-is',
    'physdev-name',
    'devgroup',
    'rpfilter',
    'length',
    'ttl',
    'dscp',
    'tos',
    'fragment',
    'helper',
  ],
] as const;

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
  ...['tproxy', 'passive'],
] as const;
