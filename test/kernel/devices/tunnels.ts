import { spawnSync } from 'node:child_process';
import type { NodeState } from '../lost/node-states.ts';

/** A node whose way to pods elsewhere is a tunnel to the second node: rules see its device, and then the packet in its envelope. */
const TUNNELS: readonly NodeState[] = [
  tunnel(
    'vxlan',
    'type vxlan id 5 dstport 4789 local 192.168.1.1 remote 192.168.1.3 dev eth0',
    'ip neigh replace 10.245.0.2 lladdr 02:00:00:00:05:02 dev tunnel0; ip -6 neigh replace fd00:245::2 lladdr 02:00:00:00:05:02 dev tunnel0',
  ),
  tunnel('ipip', 'type ipip local 192.168.1.1 remote 192.168.1.3', ''),
  tunnel('gre', 'type gre local 192.168.1.1 remote 192.168.1.3', ''),
];

function tunnel(name: string, link: string, neighbours: string): NodeState {
  const make = [
    `ip link add tunnel0 ${link}`,
    'ip addr add 10.245.0.1/24 dev tunnel0',
    // Over IPIP goes IPv4 alone.
    ...(name === 'ipip' ? [] : ['ip -6 addr add fd00:245::1/64 dev tunnel0 nodad']),
    'ip link set tunnel0 up',
    'ip route replace 10.244.2.0/24 via 10.245.0.2 dev tunnel0',
    ...(name === 'ipip' ? [] : ['ip -6 route replace fd00:244:2::/64 via fd00:245::2 dev tunnel0']),
    neighbours,
  ];
  const undo = [
    'ip route replace 10.244.2.0/24 via 192.168.1.3',
    'ip -6 route replace fd00:244:2::/64 via fd00:1::3',
    'ip link del tunnel0',
  ];
  return {
    name: `pods elsewhere are behind ${name}`,
    make: make.filter((line) => line !== '').join('\n'),
    undo: undo.join('\n'),
    told: [],
    newLinks: true,
  };
}

let known: readonly NodeState[] | null = null;

/** @returns those that this kernel has; it is asked once. */
export function tunnelsHere(): readonly NodeState[] {
  known ??= madeHere();
  return known;
}

function madeHere(): readonly NodeState[] {
  const name = `kpxk${process.pid}v`;
  spawnSync('ip', ['netns', 'add', name]);
  const here = TUNNELS.filter(({ make }) => {
    const [add = ''] = make.split('\n');
    const words = add.split(' ').filter((word, at, all) => word !== 'dev' && all[at - 1] !== 'dev');
    const made = spawnSync('ip', ['-n', name, ...words.slice(1)]).status === 0;
    if (made) spawnSync('ip', ['-n', name, 'link', 'del', 'tunnel0']);
    return made;
  });
  spawnSync('ip', ['netns', 'del', name]);
  return here;
}
