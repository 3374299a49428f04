import type { Route } from '../host/facts.ts';
import { ADDRESS_BITS, type Address, isLinkLocal, sameAddress } from '../net/address.ts';
import { prefixContains, prefixesOverlap } from '../net/prefix.ts';
import { linkNamed } from '../trace/bridge.ts';
import type { Device, Outcome } from '../trace/outcome.ts';
import { isTunnel, leadsNowhere, OF_PODS, uplinks } from './devices.ts';
import type { Neighbours, NodeView } from './node-view.ts';
import { nodeWith, podNetworksOf, podsNode } from './pods-node.ts';

/** Who gets a packet that a node passed on or took in. */
export type Delivery =
  /** A socket of the node itself. */
  | { readonly kind: 'process' }
  /** Somebody in a network of the node's own: a pod, as a rule. */
  | { readonly kind: 'workload' }
  | {
      readonly kind: 'node';
      readonly name: string;
      readonly device: string;
      readonly hop: Address | null;
    }
  /** `astray`: it is for a pod of another node, and nobody says that the router knows where that is. */
  | { readonly kind: 'outside'; readonly nextHop: Address | null; readonly astray?: true }
  /** The interface leads to nobody: a bridge without ports, a dummy. */
  | { readonly kind: 'nobody' }
  /** Routes do not tell. */
  | { readonly kind: 'unknown' };

/** @param outcome of an accepted packet @returns who gets it */
export function deliveryOf(view: NodeView, outcome: Outcome, neighbours: Neighbours): Delivery {
  const { exit } = outcome;
  const { destination } = outcome.end;
  if (exit === null) return { kind: 'unknown' };
  if (exit.kind === 'local') return { kind: 'process' };
  const { name: device, nextHop } = exit;
  if (leadsNowhere(view.host, device)) return { kind: 'nobody' };
  const direct = nextHop ?? destination;
  const own = view.book.podAt(destination);
  if (nextHop === null && own !== null && own.node !== null && own.node === view.name && !own.hostNetwork)
    return { kind: 'workload' };
  const known = nodeWith(direct, view, neighbours) ?? nodeWith(destination, view, neighbours);
  const owner = known ?? podsNode(destination, view, neighbours);
  if (owner !== null && known === null && nextHop !== null && isPastNodes(view, owner, nextHop, neighbours))
    return { kind: 'outside', nextHop, astray: true };
  if (owner !== null && owner !== view.name) return { kind: 'node', name: owner, device, hop: nextHop };
  if (nextHop !== null) return { kind: 'outside', nextHop };
  if (isTunnel(view.host, device)) return { kind: 'unknown' };
  return uplinks(view.host, destination.family).has(device) || isNoPods(view, device, destination)
    ? { kind: 'outside', nextHop: null }
    : { kind: 'workload' };
}

/**
 * A router that is no node gets a packet for a pod. Clouds have routers that know which node has it; where one of the two nodes
 * has a way of its own to the other nodes' pods, no router has to know, and that there is none here is a route that is missing.
 */
function isPastNodes(view: NodeView, owner: string, router: Address, neighbours: Neighbours): boolean {
  if (owner === view.name) return false;
  const other = neighbours.viewOf(owner);
  return [view, ...(typeof other === 'string' ? [] : [other])].some((each) =>
    waysToPods(each).some((hop) => hop === 'tunnel' || !sameAddress(hop, router)),
  );
}

/** By whom a node sends to the other nodes' pods; not by the router that it sends everything to. */
function waysToPods(view: NodeView): readonly (Address | 'tunnel')[] {
  const known = WAYS.get(view);
  if (known !== undefined) return known;
  const networks = podNetworksOf(view.cluster).filter(({ node }) => node !== view.name);
  const routes = [...(view.host.routes.ipv4 ?? []), ...(view.host.routes.ipv6 ?? [])].filter(
    ({ type }) => type === 'unicast',
  );
  const isDefault = ({ destination }: Route): boolean => destination.mask === 0n;
  const routers = routes.filter(isDefault).flatMap(gatewaysOf);
  const hops = routes
    .filter(
      (route) =>
        !isDefault(route) &&
        networks.some(
          ({ prefix }) =>
            prefix.family === route.destination.family && prefixesOverlap(prefix, route.destination),
        ),
    )
    .flatMap((route) => [
      ...gatewaysOf(route).filter((hop) => !routers.some((router) => sameAddress(router, hop))),
      ...(route.nextHops.some(({ device }) => device !== null && isTunnel(view.host, device))
        ? (['tunnel'] as const)
        : []),
    ]);
  WAYS.set(view, hops);
  return hops;
}

function gatewaysOf({ nextHops }: Route): Address[] {
  return nextHops.flatMap(({ gateway }) => gateway ?? []);
}

/** Each of 5,000 endpoints asks. */
const WAYS = new WeakMap<NodeView, readonly (Address | 'tunnel')[]>();

/** A neighbour in a further network of the node's: where the pods' networks are known and it is in none of them, and is no pod. */
function isNoPods(view: NodeView, device: string, destination: Address): boolean {
  if (OF_PODS.has(linkNamed(view.host, device)?.kind ?? null)) return false;
  if (view.book.podsAt(destination).length > 0) return false;
  const networks = view.podNetworks(destination.family);
  return networks.length > 0 && !networks.some((network) => prefixContains(network, destination));
}

/**
 * By which interface a packet comes to the next node: through a tunnel by the tunnel's device there, else by the one in
 * the network that both have, else by the one that has the address it was sent to, else from a router.
 * @returns undefined where the capture of that node does not tell
 */
export function arrivalDevice(
  from: NodeView,
  { device, hop }: Extract<Delivery, { kind: 'node' }>,
  destination: Address,
  to: NodeView,
): Device {
  const links = to.host.links?.filter(({ loopback }) => !loopback) ?? null;
  if (links === null) return undefined;
  if (isTunnel(from.host, device)) {
    const kind = linkNamed(from.host, device)?.kind ?? null;
    const same = links.find(({ name }) => name === device);
    return (same ?? links.find((link) => kind !== null && link.kind === kind))?.name;
  }
  const { family } = destination;
  const networks = (linkNamed(from.host, device)?.addresses ?? []).filter(
    ({ address }) => address.family === family && !isLinkLocal(address),
  );
  const near = links.find(
    ({ name, addresses }) =>
      !isTunnel(to.host, name) &&
      addresses.some(({ address }) =>
        networks.some(
          (network) => network.address.family === address.family && sharesNetwork(network, address),
        ),
      ),
  );
  if (near !== undefined) return near.name;
  const asked = hop ?? destination;
  const holder = links.find(({ addresses }) => addresses.some(({ address }) => sameAddress(address, asked)));
  if (holder !== undefined && hop !== null) return holder.name;
  const [uplink, ...others] = uplinks(to.host, family);
  return others.length === 0 ? uplink : undefined;
}

function sharesNetwork(
  { address: own, prefixLength }: { readonly address: Address; readonly prefixLength: number },
  { family, value }: Address,
): boolean {
  const bits = ADDRESS_BITS[family];
  if (prefixLength >= bits) return false;
  const shift = BigInt(bits - prefixLength);
  return own.value >> shift === value >> shift;
}
