import type { Known } from '../explain/question/question.ts';
import type { ServiceItem } from '../explain/service-list.ts';
import { CARRIER_OF, CARRIERS, listProgrammed, readingOf } from '../explain/services/carriers.ts';
import { isLocalAddress } from '../host/local-addresses.ts';
import { formatAddress } from '../net/address.ts';
import type { Unfollowed } from './document.ts';
import type { DifferingClass } from './explore/explore.ts';

/** @returns true where kube-proxy works otherwise on the two sides: what one writes the other has elsewhere. */
export function isOtherMode(before: Known, after: Known): boolean {
  const [own, other] = [CARRIER_OF[before.proxyMode], CARRIER_OF[after.proxyMode]];
  return own !== null && other !== null && own !== other;
}

/** @returns the Service ports that each side's mode programs, of the families that both sides tell as a whole. */
export function listCarried(sides: readonly [Known, Known]): readonly [ServiceItem[], ServiceItem[]] {
  const readers = sides.map((known) => {
    const carrier = CARRIER_OF[known.proxyMode];
    const reader = carrier === null ? null : CARRIERS[carrier];
    return { families: reader?.families(known) ?? [], items: reader?.list(readingOf(known)) ?? [] };
  });
  const told = (at: 0 | 1): ServiceItem[] =>
    readers[at]?.items.filter(({ family }) => readers.every(({ families }) => families.includes(family))) ??
    [];
  return [told(0), told(1)];
}

/**
 * @param sides as they were captured
 * @returns what carries Services on a side, and through which no packet is followed
 */
export function carriersUnfollowed(sides: readonly [Known, Known]): Unfollowed[] {
  return MODES.filter((mode) =>
    sides.some(({ proxyMode }) => proxyMode === mode && !(mode === 'nftables' && followsNft(sides))),
  );
}

/**
 * Where kube-proxy's mode differs, rules that one side was not captured with cannot be those of the other.
 * @returns whether packets are followed through native nft tables of both sides
 */
export function followsNft(sides: readonly [Known, Known]): boolean {
  return isOtherMode(...sides)
    ? sides.every(({ nft, rulesets }) => nft != null && rulesets.length > 0)
    : sides.some(({ nft }) => nft != null);
}

const MODES = ['ipvs', 'nftables', 'userspace'] as const;

/**
 * What a trace tells of packets to Services is not what becomes of them where kube-proxy's nft table was not captured, where
 * it chooses endpoints itself, or where IPVS takes them and the other side has none.
 * @param sides as they were captured
 * @returns whether nothing can be said of a class of packets
 */
export function isBeyond(sides: readonly [Known, Known]): (one: DifferingClass) => boolean {
  const ipvs = isOtherMode(...sides);
  const isElsewhere = sides.some(
    ({ proxyMode }) => proxyMode === 'userspace' || (proxyMode === 'nftables' && !followsNft(sides)),
  );
  const places = isElsewhere ? placesOf(sides.flatMap((known) => listProgrammed(known))) : null;
  return ({ packet, before, after }) => {
    if (
      ipvs &&
      [before, after].some(({ ends }) =>
        [...ends.values()].some(({ reason }) => reason?.code === 'ipvs-beyond'),
      )
    )
      return true;
    if (places === null) return false;
    const isLocal = sides.some(({ host }) => isLocalAddress(host, packet.destination) !== false);
    return (
      places.addresses.has(formatAddress(packet.destination)) ||
      (isLocal && packet.destinationPort !== null && places.nodePorts.has(packet.destinationPort))
    );
  };
}

function placesOf(items: readonly ServiceItem[]): {
  addresses: ReadonlySet<string>;
  nodePorts: ReadonlySet<number>;
} {
  return {
    addresses: new Set(
      items.flatMap(({ clusterIPs, externalIPs, loadBalancerIPs }) =>
        [...clusterIPs, ...externalIPs, ...loadBalancerIPs].map(({ address }) => address),
      ),
    ),
    nodePorts: new Set(items.flatMap(({ nodePort }) => nodePort ?? [])),
  };
}
