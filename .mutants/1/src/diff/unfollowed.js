import { CARRIER_OF, CARRIERS, listProgrammed, readingOf } from '../explain/services/carriers.js';
import { isLocalAddress } from '../host/local-addresses.js';
import { formatAddress } from '../net/address.js';
/** @returns true where kube-proxy works otherwise on the two sides: what one writes the other has elsewhere. */
export function isOtherMode(before, after) {
    const [own, other] = [CARRIER_OF[before.proxyMode], CARRIER_OF[after.proxyMode]];
    return own !== null && other !== null && own !== other;
}
/** @returns the Service ports that each side's mode programs, of the families that both sides tell as a whole. */
export function listCarried(sides) {
    const readers = sides.map((known) => {
        const carrier = CARRIER_OF[known.proxyMode];
        const reader = carrier === null ? null : CARRIERS[carrier];
        return { families: reader?.families(known) ?? [], items: reader?.list(readingOf(known)) ?? [] };
    });
    const told = (at) => readers[at]?.items.filter(({ family }) => readers.every(({ families }) => families.includes(family))) ??
        [];
    return [told(0), told(1)];
}
/** @returns what carries Services on a side, and through which no packet is followed; not what says the same on both, word by word. */
export function carriersUnfollowed(states, native) {
    const modes = new Set(states.map(({ known }) => known.proxyMode));
    const same = modes.size === 1 && native?.differing.length === 0;
    return MODES.filter((mode) => modes.has(mode) && !(mode === 'nftables' && same));
}
const MODES = ['ipvs', 'nftables', 'userspace'];
/**
 * What a trace through iptables alone tells of packets to Services is not what becomes of them where kube-proxy's nft table
 * rewrites or refuses them, or where IPVS takes them and the other side has none.
 * @param sides as they were captured
 * @returns whether nothing can be said of a class of packets
 */
export function isBeyond(sides) {
    const ipvs = isOtherMode(...sides);
    const isElsewhere = sides.some(({ proxyMode }) => proxyMode === 'nftables' || proxyMode === 'userspace');
    const places = isElsewhere ? placesOf(sides.flatMap((known) => listProgrammed(known))) : null;
    return ({ packet, before, after }) => {
        if (ipvs &&
            [before, after].some(({ ends }) => [...ends.values()].some(({ reason }) => reason?.code === 'ipvs-beyond')))
            return true;
        if (places === null)
            return false;
        const isLocal = sides.some(({ host }) => isLocalAddress(host, packet.destination) !== false);
        return (places.addresses.has(formatAddress(packet.destination)) ||
            (isLocal && packet.destinationPort !== null && places.nodePorts.has(packet.destinationPort)));
    };
}
function placesOf(items) {
    return {
        addresses: new Set(items.flatMap(({ clusterIPs, externalIPs, loadBalancerIPs }) => [...clusterIPs, ...externalIPs, ...loadBalancerIPs].map(({ address }) => address))),
        nodePorts: new Set(items.flatMap(({ nodePort }) => nodePort ?? [])),
    };
}
