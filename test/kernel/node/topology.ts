/** A neighbour of the node: the far end of one of its links, where packets are sent from and seen arriving. */
export interface Neighbour {
  /** Interface of the node that its frames come in by. */
  readonly port: string;
  /** Interface that iptables sees: the bridge, where the port belongs to one. */
  readonly device: string;
  readonly mac: string;
  readonly ipv4: string;
  readonly ipv6: string;
}

/** Who stands around the node. */
export const NEIGHBOURS = {
  client: { port: 'eth0', device: 'eth0', mac: '02:00:00:00:01:02', ipv4: '192.168.1.2', ipv6: 'fd00:1::2' },
  secondNode: {
    port: 'eth0',
    device: 'eth0',
    mac: '02:00:00:00:01:03',
    ipv4: '192.168.1.3',
    ipv6: 'fd00:1::3',
  },
  outside: { port: 'eth1', device: 'eth1', mac: '02:00:00:00:02:02', ipv4: '172.16.0.2', ipv6: 'fd00:2::2' },
  pod1: { port: 'pod1', device: 'cni0', mac: '02:00:00:00:03:0a', ipv4: '10.244.0.10', ipv6: 'fd00:244::a' },
  pod2: { port: 'pod2', device: 'cni0', mac: '02:00:00:00:03:0b', ipv4: '10.244.0.11', ipv6: 'fd00:244::b' },
  pod3: {
    port: 'cali3',
    device: 'cali3',
    mac: '02:00:00:00:04:0a',
    ipv4: '10.244.1.10',
    ipv6: 'fd00:244:1::a',
  },
} as const satisfies Record<string, Neighbour>;

export type NeighbourName = keyof typeof NEIGHBOURS;

/** Interfaces of the node and the link addresses that frames to it carry; `@` in the other namespace stands before the far end's name. */
export const PORTS = { eth0: 1, eth1: 2, pod1: 3, pod2: 4, cali3: 5 } as const;

/** Link address of the bridge. */
export const BRIDGE_MAC = '02:00:00:00:00:0c';

/** @returns the link address of one of the node's ports. */
export function portMac(port: string): string {
  const number = Object.entries(PORTS).find(([name]) => name === port)?.[1] ?? 0;
  return `02:00:00:00:00:${String(number).padStart(2, '0')}`;
}

const DEVICES = ['eth0', 'eth1', 'cni0', 'cali3'] as const;
/** Nobody's link address. */
const STRANGER = '02:00:00:00:09:09';
/** The node's own addresses, and one behind the second node. */
const WRITTEN_IPV4 = ['192.168.1.1', '192.168.1.9', '10.244.0.1', '172.16.0.1', '10.244.2.7'] as const;
const WRITTEN_IPV6 = ['fd00:1::1', 'fd00:244::1', 'fd00:2::1', 'fd00:244:2::7'] as const;

/** `ip` commands that set up the node: two links to the outside, a bridge with two pods, and a pod on a link of its own. */
export const NODE_SETUP = `
  link set lo up
  link add cni0 address ${BRIDGE_MAC} type bridge
  link set cni0 up
  link set pod1 master cni0
  link set pod2 master cni0
  ${Object.keys(PORTS)
    .map((port) => `link set ${port} address ${portMac(port)} up`)
    .join('\n')}
  addr add 192.168.1.1/24 dev eth0
  addr add 192.168.1.9/24 dev eth0
  addr add fd00:1::1/64 dev eth0 nodad
  addr add 172.16.0.1/24 dev eth1
  addr add fd00:2::1/64 dev eth1 nodad
  addr add 10.244.0.1/24 dev cni0
  addr add fd00:244::1/64 dev cni0 nodad
  route add 10.244.1.10 dev cali3
  route add fd00:244:1::a dev cali3
  route add 10.244.2.0/24 via 192.168.1.3
  route add fd00:244:2::/64 via fd00:1::3
  route add default via 172.16.0.254
  route add default via fd00:2::2
  rule add fwmark 0x100/0x100 lookup 100
  route add default via 192.168.1.3 table 100
  rule add fwmark 0x200/0xf00 lookup 2004
  route add local default dev lo table 2004
  neigh add 172.16.0.254 lladdr 02:00:00:00:02:02 dev eth1
  ${Object.values(NEIGHBOURS)
    .flatMap(({ device: own, mac, ipv4, ipv6 }) =>
      // A rule of nft may write an address behind the routing decision: it is then looked for on another link.
      DEVICES.flatMap((device) => [
        `neigh add ${ipv4} lladdr ${device === own ? mac : STRANGER} dev ${device}`,
        `neigh add ${ipv6} lladdr ${device === own ? mac : STRANGER} dev ${device}`,
      ]),
    )
    .join('\n')}
  ${DEVICES.flatMap((device) =>
    [...WRITTEN_IPV4, ...WRITTEN_IPV6].map(
      (address) => `neigh add ${address} lladdr ${STRANGER} dev ${device}`,
    ),
  ).join('\n')}`;

/** The same for IPv6, where a command does not tell its family by an address, and the neighbours' link-local address. */
export const NODE_SETUP_IPV6 = `
  ${[NEIGHBOURS.client, NEIGHBOURS.outside, NEIGHBOURS.pod3]
    .map(({ mac, device }) => `neigh add fe80::5 lladdr ${mac} dev ${device}`)
    .join('\n')}
  rule add fwmark 0x100/0x100 lookup 100
  route add default via fd00:1::3 table 100
  rule add fwmark 0x200/0xf00 lookup 2004
  route add local default dev lo table 2004`;

/** Switches of the node. No neighbour is asked for an address, and every refusal is answered. */
export const NODE_SYSCTLS: Readonly<Record<string, string | number>> = {
  'net.ipv4.ip_forward': 1,
  'net.ipv6.conf.all.forwarding': 1,
  'net.ipv4.conf.all.rp_filter': 0,
  ...Object.fromEntries(['eth0', 'eth1', 'cni0', 'lo'].map((name) => [`net.ipv4.conf.${name}.rp_filter`, 0])),
  'net.ipv4.conf.cali3.rp_filter': 1,
  'net.ipv4.icmp_ratelimit': 0,
  'net.ipv4.icmp_msgs_per_sec': 1_000_000,
  'net.ipv6.icmp.ratelimit': 0,
  'net.bridge.bridge-nf-call-iptables': 1,
  'net.bridge.bridge-nf-call-ip6tables': 1,
  // TRACE of the legacy tables goes to whoever logs for the family; this one tells it to a socket.
  'net.netfilter.nf_log.2': 'nfnetlink_log',
  'net.netfilter.nf_log.10': 'nfnetlink_log',
};

/** The table that has the kernel trace. */
export const TRACING_TABLE = 'kpx_tracing';

/** Native rules that have the kernel trace every packet, in both backends alike, and give packets from outside the mark written into their sender's link address. */
export const TRACING = `
table inet kpx_tracing {
  chain in {
    type filter hook prerouting priority -500
    meta nftrace set 1
    iifname != "lo" @ll,48,16 0x0601 meta mark set @ll,64,32
  }
  chain out { type filter hook output priority -500; meta nftrace set 1; }
}
`;

/** The same where native chains stand at devices and in bridges: packets are traced, and marked, as they come in. */
export const TRACING_FRAMES = `
table netdev kpx_tracing {
  chain in {
    type filter hook ingress devices = { ${Object.keys(PORTS).join(', ')} } priority -500
    meta nftrace set 1
    @ll,48,16 0x0601 meta mark set @ll,64,32
  }
}
table inet kpx_tracing {
  chain in { type filter hook prerouting priority -500; meta nftrace set 1; }
  chain out { type filter hook output priority -500; meta nftrace set 1; }
}
`;
