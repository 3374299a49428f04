import { type Listener, listenerAt } from '../host/listening.ts';
import { deviceOfOwn } from '../host/own-device.ts';
import { sameAddress } from '../net/address.ts';
import { prefixContains } from '../net/prefix.ts';
import { hasPorts, TCP, UDP } from '../net/protocol.ts';
import type { PacketState } from '../trace/state.ts';
import type { Delivery } from './delivery.ts';
import type { NodeView } from './node-view.ts';

/** Whether somebody takes a new connection where it arrives; `nobody`: no pod has the address. */
export type Listening = 'yes' | 'no' | 'nobody' | 'unknown';

/**
 * Readiness stands for listening: kube-proxy programs endpoints that are ready, and so says the API. Of the node's own
 * sockets `ss` tells, where it was captured.
 * @param end the packet as it arrived
 */
export function listeningAt(view: NodeView, { kind }: Delivery, end: PacketState): Listening {
  const { protocol, destination, destinationPort: port } = end;
  // TPROXY gave it to a socket, on whatever port that listens.
  if (kind === 'process' && end.takenOver) return 'yes';
  // The kernel answers echoes itself.
  if (!hasPorts(protocol)) return kind === 'process' || hasPod(view, end) ? 'yes' : 'unknown';
  if (port === null) return 'unknown';
  const listens = kind === 'process' ? (listenerOf(view, end)?.listens ?? null) : null;
  if (listens !== null) return listens ? 'yes' : 'no';
  const { book, cluster } = view;
  const endpoints = book.endpointsAt(destination, port, protocol);
  if (endpoints.some(({ ready, serving, terminating }) => ready || (serving && terminating))) return 'yes';
  if (kind === 'workload' && isFree(view, end)) return 'nobody';
  if (cluster.endpoints !== null || endpoints.length > 0) return 'unknown';
  const { connection, balancedBy } = end;
  return kind === 'workload' && (connection?.dnat === true || balancedBy !== null) ? 'yes' : 'unknown';
}

/**
 * @param end a packet as it reached the node itself
 * @returns the socket that takes it, as far as `ss` tells; null where it lists none of the kind, or was not captured
 */
export function listenerOf({ sockets, host }: NodeView, end: PacketState): Listener | null {
  const { protocol, destination, destinationPort: port, inInterface, fromNode, balancedBy } = end;
  if (sockets === null || port === null || !LISTED.has(protocol)) return null;
  // IPVS leaves the route of what it balances to the node itself as it was.
  const own = balancedBy === null ? deviceOfOwn(host, destination) : undefined;
  return listenerAt(sockets, protocol, destination, port, fromNode ? own : inInterface);
}

/** What `ss -ltnu` lists. */
const LISTED: ReadonlySet<number> = new Set([TCP, UDP]);

function hasPod({ book }: NodeView, { destination }: PacketState): boolean {
  return book.podAt(destination) !== null;
}

/** An address of the pods' network that no pod has, where all pods are known. */
function isFree(view: NodeView, { destination, family }: PacketState): boolean {
  const { book, cluster } = view;
  if (cluster.pods === null || book.podsAt(destination).length > 0) return false;
  if (!listsWhole(view)) return false;
  if (view.podNetworks(family).every((network) => !prefixContains(network, destination))) return false;
  const links = view.host.links ?? [];
  return !links.some(({ addresses }) => addresses.some(({ address }) => sameAddress(address, destination)));
}

/** Every cluster has Service default/kubernetes (pkg/controlplane): without it the objects are those of some namespaces only. */
function listsWhole({ cluster }: NodeView): boolean {
  const services = cluster.services ?? [];
  return services.some(({ namespace, name }) => namespace === 'default' && name === 'kubernetes');
}
