import { findRoute, sentTo } from '../host/find-route.ts';
import type { Cluster } from '../kubernetes/objects.ts';
import { ADDRESS_BITS, type Address } from '../net/address.ts';
import { lengthOfMask, type Prefix, parsePrefix, prefixContains } from '../net/prefix.ts';
import type { Neighbours, NodeView } from './node-view.ts';

/** What is asked of the node that asks. */
type Asking = Pick<NodeView, 'book' | 'cluster' | 'podNetworks'>;

/** @returns the node that has an address itself: by the API, by the captures, or as the first of its pods' network (flannel's own). */
export function nodeWith(address: Address, view: Asking, neighbours: Neighbours): string | null {
  return view.book.nodeAt(address)?.name ?? neighbours.ownerOf(address) ?? tunnelsNode(address, view);
}

/** flannel's VXLAN device has the first address of the node's pod network. */
function tunnelsNode({ family, value }: Address, { cluster }: Asking): string | null {
  const found = podNetworksOf(cluster).find(
    ({ prefix }) => prefix.family === family && prefix.value === value,
  );
  return found?.node ?? null;
}

/** @returns true where the address is a pod's of the node, or lies in its pods' network. */
export function isNodesPod(view: NodeView, address: Address, neighbours: Neighbours): boolean {
  return view.name !== null && podsNode(address, view, neighbours) === view.name;
}

/**
 * The node that a pod is on: by the API; else the captured node that reaches it by a device of its own, or in whose pod network it
 * lies, whichever says so of fewer addresses (Calico gives nodes networks that their Node objects do not tell).
 * @param address taken for a pod's where it lies in the pods' networks, or a node has a route to it alone
 * @returns null where nothing tells
 */
export function podsNode(address: Address, view: Asking, neighbours: Neighbours): string | null {
  const { book, cluster } = view;
  const node = book.podAt(address)?.node ?? book.endpointNodeAt(address);
  if (node !== null) return node;
  const stated = podNetworksOf(cluster).find(({ prefix }) => prefixContains(prefix, address));
  const holder = neighbours.holderOf(address);
  if (holder === null || !isPods(address, holder.length, view)) return stated?.node ?? null;
  if (stated !== undefined && lengthOf(stated.prefix) > holder.length) return stated.node;
  return holder.node;
}

function isPods(address: Address, length: number, { podNetworks }: Asking): boolean {
  if (length === ADDRESS_BITS[address.family]) return true;
  return podNetworks(address.family).some((network) => prefixContains(network, address));
}

function lengthOf({ family, mask }: Prefix): number {
  return lengthOfMask(family, mask) ?? 0;
}

/**
 * The node that a sender is on, or that it is itself.
 * @param view a captured node: where no node tells of the pod, the one that its own route leads to does
 * @returns null where nothing tells, and for a sender outside the cluster
 */
export function sendersNode(address: Address, view: NodeView, neighbours: Neighbours): string | null {
  const own = nodeWith(address, view, neighbours) ?? podsNode(address, view, neighbours);
  if (own !== null) return own;
  // Where nobody says what the pods' networks are, a bridge's may be one.
  const isOpen = view.podNetworks(address.family).length === 0;
  const holder = isOpen ? neighbours.holderOf(address) : null;
  return holder?.node ?? nextNode(address, view, neighbours);
}

function nextNode(address: Address, view: NodeView, neighbours: Neighbours): string | null {
  const answer = findRoute(view.host, sentTo(address));
  if (answer.kind !== 'route' || answer.type !== 'unicast' || answer.gateway === null) return null;
  if (answer.route === null || answer.route.destination.mask === 0n) return null;
  return nodeWith(answer.gateway, view, neighbours);
}

interface PodNetwork {
  readonly node: string;
  readonly prefix: Prefix;
}

/** Each of 5,000 endpoints asks for the networks of 1,000 nodes: they are read once. */
const KNOWN = new WeakMap<Cluster, readonly PodNetwork[]>();

/** @returns the networks of each node's pods, as the Nodes say. */
export function podNetworksOf(cluster: Cluster): readonly PodNetwork[] {
  const known = KNOWN.get(cluster);
  if (known !== undefined) return known;
  const networks = (cluster.nodes ?? []).flatMap(({ name, podCIDRs }) =>
    podCIDRs.flatMap((text) => {
      const prefix = parsePrefix(text);
      return prefix === null ? [] : [{ node: name, prefix }];
    }),
  );
  KNOWN.set(cluster, networks);
  return networks;
}
