import type { Destination } from '../../explain/question/destination.ts';
import { type Known, plainQuestion } from '../../explain/question/question.ts';
import { readVantages, type Vantage } from '../../explain/question/vantage.ts';
import { ADDRESS_BITS, type Address, type Family } from '../../net/address.ts';
import { maskOfLength, type Prefix, parsePrefix, prefixesOverlap } from '../../net/prefix.ts';
import { type Sender, senderOf } from '../../trace/packet.ts';
import type { Side } from '../expected/setting.ts';

/** Who sends the packets that are followed, one for each side and family: the same clients for every Service. */
export interface Client {
  readonly side: Side;
  /** `pod shop/client-a`, `a process on node-1`, `any address outside the cluster`. */
  readonly from: string;
  readonly sender: Sender;
  readonly entersAt: 'PREROUTING' | 'OUTPUT';
  readonly inInterface: string | null | undefined;
  /** Where it stands for addresses of which the rules and loadBalancerSourceRanges differ: which, in words. */
  readonly range?: string;
}

/** @returns a pod of this node, the node itself and the outside world, as `trace` asks them. */
export function clientsOf(known: Known, family: Family): Client[] {
  // Only the family of the destination counts for who asks.
  const destination: Destination = {
    address: { family, value: 0n },
    port: null,
    protocol: 6,
    isLocal: false,
    named: null,
    chosen: null,
  };
  return readVantages(QUESTION, destination, known).flatMap((vantage) => {
    const { kind, onlyIfOtherThan } = vantage;
    // Nobody says that clients come by another interface than the default route's: what happens there is no fault.
    return kind === 'given' || onlyIfOtherThan !== undefined ? [] : [clientOf(kind, vantage)];
  });
}

function clientOf(side: Side, { from, sender, entersAt, inInterface }: Vantage): Client {
  return { side, from, sender, entersAt, inInterface };
}

const QUESTION = plainQuestion('');

/** @returns the outside client, inside one of the source ranges and outside all of them. */
export function splitByRanges(external: Client, ranges: readonly Prefix[]): Client[] {
  const inside = ranges.find((range) => !external.sender.outside.some((own) => prefixesOverlap(own, range)));
  const barred: Client = {
    ...external,
    side: 'barred',
    from: 'an address outside loadBalancerSourceRanges',
    sender: { ...external.sender, outside: [...external.sender.outside, ...ranges] },
  };
  if (ranges.some(({ mask }) => mask === 0n)) return [{ ...external, side: 'admitted' }];
  if (inside === undefined) return [barred];
  const sender = isHost(inside)
    ? senderOf({ family: inside.family, value: inside.value })
    : { ...external.sender, within: [inside] };
  return [{ ...external, side: 'admitted', from: 'an address in loadBalancerSourceRanges', sender }, barred];
}

/** @returns what no packet from outside has as source: `ip_route_input_slow` drops it (net/ipv4/route.c), `ip6_rcv_core` (net/ipv6/ip6_input.c). */
export function sourceless(family: Family): Prefix[] {
  return NO_SOURCE[family].flatMap((text) => parsePrefix(text) ?? []);
}

const NO_SOURCE: Readonly<Record<Family, readonly string[]>> = {
  ipv4: ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/3'],
  ipv6: ['::/8', 'fe80::/10', 'ff00::/8'],
};

function isHost({ family, mask }: Prefix): boolean {
  return mask === maskOfLength(family, ADDRESS_BITS[family]);
}

/** @returns a client with this address that comes in through this interface. */
export function clientAt(
  side: Side,
  from: string,
  address: Address,
  inInterface: string | undefined,
): Client {
  return { side, from, sender: senderOf(address), entersAt: 'PREROUTING', inInterface };
}
