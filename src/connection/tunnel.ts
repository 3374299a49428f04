import type { Link } from '../host/facts.ts';
import { type Address, parseAddress } from '../net/address.ts';
import { UDP } from '../net/protocol.ts';
import { linkNamed } from '../trace/bridge.ts';
import type { Outcome } from '../trace/outcome.ts';
import { type Packet, senderOf } from '../trace/packet.ts';
import { tracePacket } from '../trace/trace-packet.ts';
import type { Direction, Leg } from './connection.ts';
import { arrivalDevice, deliveryOf } from './delivery.ts';
import type { Neighbours, NodeView } from './node-view.ts';

/** IP protocol numbers of what tunnels send, by kind of device; UDP goes to the port that the device has. */
const PROTOCOLS: ReadonlyMap<string | null, number> = new Map([
  ['vxlan', UDP],
  ['geneve', UDP],
  ['ipip', 4],
  ['gre', 47],
]);

/**
 * Sends what a tunnel wraps around a packet from node to node: the far node's INPUT decides about it, of which the packet in it
 * knows nothing.
 * @param device of the tunnel on `from`; `far` the one there
 * @returns where it certainly is dropped; null where it gets through, or its addresses or port are not known, or it is refused, of
 *   which the sender's tunnel may learn
 */
export function lostInTunnel(
  from: NodeView,
  device: string,
  to: NodeView,
  far: string | null | undefined,
  direction: Direction,
  neighbours: Neighbours,
): Leg | null {
  const near = linkNamed(from.host, device);
  const protocol = PROTOCOLS.get(near?.kind ?? null);
  const source = near === null ? null : endOf(from, near);
  const there = far == null ? null : linkNamed(to.host, far);
  const destination = there === null ? null : endOf(to, there);
  const port = near?.tunnel?.port ?? null;
  if (protocol === undefined || source === null || destination === null) return null;
  if (source.family !== destination.family || (protocol === UDP && port === null)) return null;
  const packet: Packet = {
    family: source.family,
    protocol,
    source: senderOf(source),
    sourcePort: null,
    destination,
    destinationIsLocal: false,
    destinationPort: protocol === UDP ? port : null,
    icmp: null,
    entersAt: 'OUTPUT',
    inInterface: null,
    mark: 0,
    state: 'NEW',
  };
  const sent = outcomesOf(packet, from);
  const stopped = certainDrop(sent);
  if (stopped !== null) return { view: from, direction, packet, outcome: stopped };
  const [first] = sent;
  if (first === undefined || first.verdict !== 'accept') return null;
  const delivery = deliveryOf(from, first, neighbours);
  if (delivery.kind !== 'node' || delivery.name !== to.name) return null;
  const enters = arrivalDevice(from, delivery, destination, to);
  const arriving: Packet = { ...packet, entersAt: 'PREROUTING', inInterface: enters };
  const dropped = certainDrop(outcomesOf(arriving, to));
  return dropped === null ? null : { view: to, direction, packet: arriving, outcome: dropped };
}

/**
 * What a tunnel sends in UDP is NEW for good: each side sends from ports of its own. The other protocols conntrack knows by their
 * addresses alone (nf_conntrack_proto_generic, and GRE without keys): once the far node has sent something, what comes from here is
 * an answer. Whether it has, no capture of this connection tells, so that both count.
 */
function outcomesOf(packet: Packet, view: NodeView): readonly Outcome[] {
  const states = packet.protocol === UDP ? (['NEW'] as const) : (['NEW', 'ESTABLISHED'] as const);
  return states.flatMap((state) => tracePacket({ ...packet, state }, view.world(packet.family)).outcomes);
}

/** Dropped, whatever the capture leaves open. */
function certainDrop(outcomes: readonly Outcome[]): Outcome | null {
  const [first] = outcomes;
  return first !== undefined && outcomes.every(({ verdict }) => verdict === 'drop') ? first : null;
}

/** The address that a tunnel's device sends from: its own, else the one that the API has of the node. */
function endOf({ cluster, name }: NodeView, { tunnel }: Link): Address | null {
  if (tunnel?.local != null) return tunnel.local;
  const internal = (cluster.nodes ?? [])
    .filter((node) => node.name === name)
    .flatMap(({ addresses }) => addresses.filter(({ type }) => type === 'InternalIP'));
  const [first] = internal.flatMap(({ address }) => parseAddress(address) ?? []);
  return first ?? null;
}

/** @returns true where a device certainly takes nothing in: it is down, in a capture that tells which are not. */
export function isDown({ host }: NodeView, device: string | null | undefined): boolean {
  const links = host.links ?? [];
  return device != null && links.some(({ up }) => up) && linkNamed(host, device)?.up === false;
}
