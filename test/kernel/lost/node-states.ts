import type { Lost } from './lost-files.ts';

/** What was done to the node before the rules were loaded, in commands of sh that stand for themselves and are taken back. */
export interface NodeState {
  readonly name: string;
  readonly make: string;
  readonly undo: string;
  /** The files that tell of it. */
  readonly told: readonly Lost[];
  /** It makes links. Absent: no. */
  readonly newLinks?: true;
}

/** A node as it is built, and what makes other packets fare otherwise in ways that one file alone tells. */
export const STATES: readonly NodeState[] = [
  { name: 'as it was built', make: '', undo: '', told: [] },
  sysctl('forwarding is off', 'net.ipv4.ip_forward', 0, 1),
  sysctl('eth0 does not forward', 'net.ipv4.conf.eth0.forwarding', 0, 1),
  sysctl('sources are filtered strictly', 'net.ipv4.conf.all.rp_filter', 1, 0),
  sysctl('loopback is routed', 'net.ipv4.conf.all.route_localnet', 1, 0),
  sysctl('own sources are taken', 'net.ipv4.conf.all.accept_local', 1, 0),
  sysctl('IPv6 is not forwarded', 'net.ipv6.conf.all.forwarding', 0, 1),
  {
    name: 'IPv6 is forwarded from eth0 alone',
    make: 'sysctl -qw net.ipv6.conf.all.forwarding=0 net.ipv6.conf.eth0.force_forwarding=1',
    undo: 'sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.conf.eth0.force_forwarding=0',
    told: ['sysctls'],
  },
  {
    name: 'IPv6 is forwarded from cni0 alone',
    make: 'sysctl -qw net.ipv6.conf.all.forwarding=0 net.ipv6.conf.cni0.force_forwarding=1',
    undo: 'sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.conf.cni0.force_forwarding=0',
    told: ['sysctls'],
  },
  {
    name: 'ports are isolated',
    make: 'bridge link set dev pod1 isolated on; bridge link set dev pod2 isolated on',
    undo: 'bridge link set dev pod1 isolated off; bridge link set dev pod2 isolated off',
    told: ['details'],
  },
  {
    name: 'ports turn back',
    make: 'bridge link set dev pod1 hairpin on; bridge link set dev pod2 hairpin on',
    undo: 'bridge link set dev pod1 hairpin off; bridge link set dev pod2 hairpin off',
    told: ['details'],
  },
  route('pods elsewhere are lost in a hole', 'blackhole', '10.244.2.0/28', 'fd00:244:2::/96'),
  route('a pod is prohibited', 'prohibit', '10.244.0.11', 'fd00:244::b'),
  rule('pods may not reach the client', 'from 10.244.0.0/16 to 192.168.1.2 prohibit'),
  rule('what comes by eth1 is lost', 'iif eth1 blackhole'),
];

function sysctl(name: string, key: string, value: number, was: number): NodeState {
  return { name, make: `sysctl -qw ${key}=${value}`, undo: `sysctl -qw ${key}=${was}`, told: ['sysctls'] };
}

function route(name: string, type: string, ipv4: string, ipv6: string): NodeState {
  const each = (what: 'add' | 'del'): string =>
    `ip route ${what} ${type} ${ipv4} metric 1; ip -6 route ${what} ${type} ${ipv6} metric 1`;
  return { name, make: each('add'), undo: each('del'), told: ['routes'] };
}

function rule(name: string, words: string): NodeState {
  const each = (what: 'add' | 'del'): string =>
    `ip rule ${what} pref 90 ${words}${words.startsWith('iif') ? `; ip -6 rule ${what} pref 90 ${words}` : ''}`;
  return { name, make: each('add'), undo: each('del'), told: ['policyRules'] };
}
