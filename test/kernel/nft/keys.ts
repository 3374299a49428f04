import { formatAddress } from '../../../src/net/address.ts';
import { DESTINATION_PORTS, destinationsOf, pickFrom } from '../generate/pools.ts';
import { NEIGHBOURS } from '../node/topology.ts';
import type { Aim } from './aim.ts';
import { ipOf, l4Of } from './fields.ts';
import { around } from './operands.ts';

/** What a map or set is asked by. */
export interface MapKey {
  /** `ip daddr . meta l4proto . th dport`. */
  readonly text: string;
  /** Of a named map; null where it has none. */
  readonly type: string | null;
  /** The packet's own key as it was sent, or a range or prefix that holds it. */
  readonly own: string;
  readonly other: string;
  readonly interval: boolean;
}

interface Part {
  readonly text: string;
  readonly type: string;
  readonly own: string;
  readonly other: string;
  /** A range or prefix around it. */
  readonly wide: string;
}

/** @returns a key of one or more parts that the packet has; null where it has no such parts. */
export function keyFor(aim: Aim): MapKey | null {
  const { pick } = aim;
  const shapes: readonly (readonly (keyof typeof PARTS)[])[] = [
    ['daddr', 'l4proto', 'dport'],
    ['daddr'],
    ['saddr'],
    ['l4proto', 'dport'],
    ['dport'],
    ['saddr', 'daddr'],
    ['iifname'],
    ['mark'],
    ['iifname', 'daddr'],
    ['daddr', 'dport'],
    ['saddr', 'l4proto'],
    ['mark', 'daddr'],
  ];
  const names = pickFrom(shapes, pick);
  const parts = names.map((name) => PARTS[name](aim));
  const known = parts.filter((part): part is Part => part !== null);
  if (known.length < parts.length) return null;
  // nft keeps a range of names only as a star, which no concatenation has.
  const interval = (pick >> 8) % 3 === 0 && names.every((name) => name !== 'iifname');
  const at = pickFrom(known, pick >> 5);
  const own = known.map((part) => (interval && part === at ? part.wide : part.own));
  return {
    text: known.map(({ text }) => text).join(' . '),
    type: known.map(({ type }) => type).join(' . '),
    own: own.join(' . '),
    other: known.map(({ other }) => other).join(' . '),
    interval,
  };
}

const PARTS = {
  saddr: (aim: Aim): Part => address(aim, 'source'),
  daddr: (aim: Aim): Part => address(aim, 'destination'),
  l4proto: (aim: Aim): Part => {
    const own = l4Of(aim);
    const other = own === 'tcp' ? 'udp' : 'tcp';
    return { text: 'meta l4proto', type: 'inet_proto', own, other, wide: own };
  },
  dport: (aim: Aim): Part | null => {
    const port = aim.packet.wire.destinationPort;
    if (port === null) return null;
    const other = pickFrom(
      DESTINATION_PORTS.filter((one) => Math.abs(one - port) > 20),
      aim.pick >> 4,
    );
    return {
      text: 'th dport',
      type: 'inet_service',
      own: String(port),
      other: String(other),
      wide: `${port - (aim.pick % 3)}-${port + 1 + (aim.pick % 4)}`,
    };
  },
  iifname: (aim: Aim): Part | null => {
    const { from } = aim.packet;
    if (from === 'node') return null;
    const own = NEIGHBOURS[from].device;
    const other = own === 'eth0' ? 'eth1' : 'eth0';
    return { text: 'iifname', type: 'ifname', own: `"${own}"`, other: `"${other}"`, wide: `"${own}"` };
  },
  mark: ({ packet }: Aim): Part => {
    const own = packet.mark;
    return { text: 'meta mark', type: 'mark', own: String(own), other: '0x99', wide: `${own}` };
  },
} satisfies Readonly<Record<string, (aim: Aim) => Part | null>>;

function address(aim: Aim, side: 'source' | 'destination'): Part {
  const { pool, packet, pick } = aim;
  const own = formatAddress(packet.wire[side]);
  const wide = around(own, pool.family, pick >> 6);
  // Not within what stands around the packet's own.
  const far = pool.family === 'ipv4' ? '203.0.113.9' : '2001:db8:ffff::9';
  const others = destinationsOf(pool).filter((other) => other !== own);
  const other = wide === own ? pickFrom(others, pick >> 4) : far;
  return {
    text: `${ipOf(aim)} ${side === 'source' ? 'saddr' : 'daddr'}`,
    type: pool.family === 'ipv4' ? 'ipv4_addr' : 'ipv6_addr',
    own,
    other,
    wide,
  };
}
