import type { Address, Family } from '../../net/address.ts';
import { DCCP, ICMP, ICMPV6, SCTP, TCP, UDP } from '../../net/protocol.ts';
import type { Packet } from '../../trace/packet.ts';
import type { Box } from './box.ts';
import { Intervals } from './intervals.ts';
import { allAddresses } from './prefix-intervals.ts';

/** Where a packet comes from: in through an interface (undefined: one that is not known), or out of a process. */
export type Door =
  | { readonly kind: 'in'; readonly device: string | undefined }
  /** `source` is the address the process is bound to; null: the kernel chooses. */
  | { readonly kind: 'node'; readonly source: Address | null };

/** Conntrack's word for the packet as it arrives. */
export type PacketConntrack = Packet['state'];

/** ICMP type and code. */
export interface IcmpKind {
  readonly type: number;
  readonly code: number;
}

/** What fields of few values can hold: everything that occurs in the rules of either side, and one value that does not. */
export interface Universe {
  readonly family: Family;
  readonly doors: readonly Door[];
  readonly states: readonly PacketConntrack[];
  readonly marks: readonly number[];
  readonly protocols: readonly number[];
  readonly icmp: readonly IcmpKind[];
  /** What was left out because there is more than can be followed, in words. */
  readonly leftOut: readonly string[];
}

/** What the rules and hosts of both sides mention. */
export interface Mentioned {
  readonly doors: readonly Door[];
  readonly states: ReadonlySet<PacketConntrack>;
  readonly marks: ReadonlySet<number>;
  readonly protocols: ReadonlySet<number>;
  readonly icmp: readonly IcmpKind[];
}

/** A bit set holds this many values. */
const MOST = 30;

/** A protocol that no rule mentions stands for all of them. */
const OTHERS = [47, 50, 89, 103, 4, 41, 112, DCCP, 253, 254];

/** @returns the universe of one family, likeliest values first: they are the ones shown as examples. */
export function makeUniverse(family: Family, mentioned: Mentioned): Universe {
  const leftOut: string[] = [];
  const most = <T>(values: readonly T[], what: string): readonly T[] => {
    if (values.length > MOST) leftOut.push(`${values.length - MOST} of ${values.length} ${what}`);
    return values.slice(0, MOST);
  };
  const icmp = family === 'ipv4' ? ICMP : ICMPV6;
  const known = [TCP, UDP, icmp];
  if (mentioned.protocols.has(SCTP)) known.splice(2, 0, SCTP);
  const others = [...mentioned.protocols].filter((number) => number !== 0 && !known.includes(number));
  const protocols = [...known, ...others.sort((a, b) => a - b)];
  const unmentioned = OTHERS.find((number) => !protocols.includes(number));
  if (unmentioned !== undefined) protocols.push(unmentioned);
  const echo: IcmpKind = { type: family === 'ipv4' ? 8 : 128, code: 0 };
  const kinds = [echo, { type: family === 'ipv4' ? 3 : 1, code: 1 }, ...mentioned.icmp];
  const states: readonly PacketConntrack[] = ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'];
  return {
    family,
    doors: most(mentioned.doors, 'interfaces and local addresses'),
    states: states.filter((state) => state === 'NEW' || mentioned.states.has(state)),
    marks: most([0, ...[...mentioned.marks].filter((mark) => mark !== 0).sort((a, b) => a - b)], 'marks'),
    protocols: most(protocols, 'protocols'),
    icmp: most(
      kinds.filter(
        (kind, at) => kinds.findIndex((one) => one.type === kind.type && one.code === kind.code) === at,
      ),
      'ICMP types',
    ),
    leftOut,
  };
}

/** Every port. */
export const ALL_PORTS = Intervals.range(0n, 65535n);

/** @returns the box of all packets of a universe. */
export function everything(universe: Universe): Box {
  return {
    destination: allAddresses(universe.family),
    protocols: bits(universe.protocols),
    destinationPort: ALL_PORTS,
    doors: bits(universe.doors),
    states: bits(universe.states),
    source: allAddresses(universe.family),
    sourcePort: ALL_PORTS,
    marks: bits(universe.marks),
    icmp: bits(universe.icmp),
  };
}

/** @returns the bits of the values for which `test` holds. */
export function bits<T>(values: readonly T[], test: (value: T) => boolean = () => true): number {
  return values.reduce((sum, value, at) => (test(value) ? sum | (1 << at) : sum), 0);
}

/** @returns the likeliest value of a bit set. Throws RangeError for an empty one. */
export function firstOf<T>(values: readonly T[], set: number): T {
  const found = values.find((_, at) => (set & (1 << at)) !== 0);
  if (found === undefined) throw new RangeError('an empty set of values');
  return found;
}
