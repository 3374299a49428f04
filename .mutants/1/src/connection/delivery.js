import { sameAddress } from '../net/address.js';
import { parsePrefix, prefixContains } from '../net/prefix.js';
import { linkNamed } from '../trace/bridge.js';
/** @param outcome of an accepted packet @returns who gets it */
export function deliveryOf(view, outcome, neighbours) {
    const { exit } = outcome;
    const { destination } = outcome.end;
    if (exit === null)
        return { kind: 'unknown' };
    if (exit.kind === 'local')
        return { kind: 'process' };
    const { name: device, nextHop } = exit;
    if (leadsNowhere(view.host, device))
        return { kind: 'nobody' };
    const direct = nextHop ?? destination;
    const own = view.book.podAt(destination);
    if (nextHop === null && own !== null && own.node !== null && own.node === view.name && !own.hostNetwork)
        return { kind: 'workload' };
    const owner = nodeWith(direct, view, neighbours) ??
        nodeWith(destination, view, neighbours) ??
        podsNode(destination, view);
    if (owner !== null && owner !== view.name)
        return { kind: 'node', name: owner, device, hop: nextHop };
    if (nextHop !== null)
        return { kind: 'outside', nextHop };
    if (isTunnel(view.host, device))
        return { kind: 'unknown' };
    return uplinks(view.host, destination.family).has(device)
        ? { kind: 'outside', nextHop: null }
        : { kind: 'workload' };
}
function leadsNowhere(host, device) {
    const kind = linkNamed(host, device)?.kind ?? null;
    if (kind === 'dummy')
        return true;
    return kind === 'bridge' && host.links?.every(({ master }) => master !== device) === true;
}
/** The node that has an address itself: by the API, by the captures, or as the first of its pods' network (flannel's own). */
function nodeWith(address, view, neighbours) {
    return view.book.nodeAt(address)?.name ?? neighbours.ownerOf(address) ?? tunnelsNode(address, view);
}
/** flannel's VXLAN device has the first address of the node's pod network. */
function tunnelsNode({ family, value }, { cluster }) {
    const found = podNetworksOf(cluster).find(({ prefix }) => prefix.family === family && prefix.value === value);
    return found?.node ?? null;
}
/** The node whose pod has the address, or whose pod network it lies in. */
function podsNode(address, { book, cluster }) {
    const node = book.podAt(address)?.node ?? null;
    if (node !== null)
        return node;
    return podNetworksOf(cluster).find(({ prefix }) => prefixContains(prefix, address))?.node ?? null;
}
/** Each of 5,000 endpoints asks for the networks of 1,000 nodes: they are read once. */
const KNOWN = new WeakMap();
function podNetworksOf(cluster) {
    const known = KNOWN.get(cluster);
    if (known !== undefined)
        return known;
    const networks = (cluster.nodes ?? []).flatMap(({ name, podCIDRs }) => podCIDRs.flatMap((text) => {
        const prefix = parsePrefix(text);
        return prefix === null ? [] : [{ node: name, prefix }];
    }));
    KNOWN.set(cluster, networks);
    return networks;
}
/** Kinds of devices that carry packets between nodes in packets of their own. */
const TUNNELS = new Set([
    'vxlan',
    'geneve',
    'ipip',
    'sit',
    'gre',
    'ip6tnl',
    'wireguard',
]);
/** Without `ip -d` the kind is not told: names that network plugins give. */
const TUNNEL_NAMES = /^(?:flannel|vxlan|geneve|tunl|wireguard|wg|cilium_vxlan|antrea-|genev_sys|vxlan_sys)/;
function isTunnel(host, device) {
    const kind = linkNamed(host, device)?.kind ?? null;
    return kind === null ? TUNNEL_NAMES.test(device) : TUNNELS.has(kind);
}
/** The interfaces that lead out of the cluster: of a default route. */
function uplinks(host, family) {
    const routes = host.routes[family] ?? [];
    const devices = routes
        .filter(({ destination, type }) => destination.mask === 0n && type === 'unicast')
        .flatMap(({ nextHops }) => nextHops.map(({ device }) => device));
    return new Set(devices.filter((device) => device !== null));
}
/**
 * By which interface a packet comes to the next node: through a tunnel by the tunnel's device there, else by the one in
 * the network that both have, else by the one that has the address it was sent to, else from a router.
 * @returns undefined where the capture of that node does not tell
 */
export function arrivalDevice(from, { device, hop }, destination, to) {
    const links = to.host.links?.filter(({ loopback }) => !loopback) ?? null;
    if (links === null)
        return undefined;
    if (isTunnel(from.host, device)) {
        const kind = linkNamed(from.host, device)?.kind ?? null;
        const same = links.find(({ name }) => name === device);
        return (same ?? links.find((link) => kind !== null && link.kind === kind))?.name;
    }
    const { family } = destination;
    const networks = (linkNamed(from.host, device)?.addresses ?? []).filter(({ address }) => address.family === family && !isLinkLocal(address));
    const near = links.find(({ name, addresses }) => !isTunnel(to.host, name) &&
        addresses.some(({ address }) => networks.some((network) => network.address.family === address.family && sharesNetwork(network, address))));
    if (near !== undefined)
        return near.name;
    const asked = hop ?? destination;
    const holder = links.find(({ addresses }) => addresses.some(({ address }) => sameAddress(address, asked)));
    if (holder !== undefined && hop !== null)
        return holder.name;
    const [uplink, ...others] = uplinks(to.host, family);
    return others.length === 0 ? uplink : undefined;
}
function isLinkLocal({ family, value }) {
    return family === 'ipv6' ? value >> 118n === 0x3fan : value >> 16n === 0xa9fen;
}
function sharesNetwork({ address: own, prefixLength }, { family, value }) {
    const bits = family === 'ipv4' ? 32 : 128;
    if (prefixLength >= bits)
        return false;
    const shift = BigInt(bits - prefixLength);
    return own.value >> shift === value >> shift;
}
