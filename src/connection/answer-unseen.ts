import { isLocalAddress } from '../host/local-addresses.ts';
import { sameAddress } from '../net/address.ts';
import type { Device } from '../trace/outcome.ts';
import type { Packet } from '../trace/packet.ts';
import { answerPacket } from './answer-packet.ts';
import type { Client } from './client.ts';
import type { ConnectionReason, Leg, Way } from './connection.ts';
import { tunnelsOf } from './devices.ts';
import type { Neighbours, NodeView } from './node-view.ts';
import { isNodesPod } from './pods-node.ts';
import { sourceWriter } from './source-writer.ts';
import { ended, type Trip } from './trip.ts';

/** Walks an answer that comes in by this interface through a node, and on. */
type Walk = (view: NodeView, packet: Packet) => readonly Way[];

/**
 * A connection goes on to somebody whose node was not captured, who is taken to answer. The answer has to come back over the node
 * that translated the request, for it alone undoes that, and over that of the client: what becomes of it there is known.
 * @param reason why the way ends here @param walk follows an answer through a node
 * @returns the ways it can go: what is lost, or arrives wrong, on its way back is; all else is unknown for the reason given, or for
 *   what a captured node does with the answer
 */
export function answeredUnseen(
  reason: ConnectionReason,
  trip: Trip,
  { client, neighbours }: { readonly client: Client; readonly neighbours: Neighbours },
  walk: Walk,
): readonly Way[] {
  const open = ended('unknown', reason, trip);
  const leg = trip.legs.findLast(
    (each) => each.direction === 'request' && mustReturn(each, client, neighbours),
  );
  const exit = leg?.outcome.exit;
  if (leg === undefined || exit?.kind !== 'interface') return [open];
  const { view } = leg;
  const stranger = foreignSource(leg);
  if (stranger !== null) return [ended('unknown', stranger, trip)];
  const back = (device: Device): readonly Way[] => {
    const from = { entersAt: 'PREROUTING', inInterface: device } as const;
    const packet = answerPacket(leg.outcome.end, client, from);
    return packet === null ? [] : walk(view, packet);
  };
  const ways = back(exit.name);
  if (ways.length === 0) return [open];
  // Whether it comes back past the nodes between, nobody knows: who answers was not seen.
  const isLost = ({ sees, reason: why }: Way): boolean =>
    sees !== 'works' && sees !== 'unknown' && why?.code !== 'answer-skips';
  // Who has the address of the interface is answered there; what is sent to a pod may come by a tunnel.
  const others = ways.some(isLost) ? otherDevices(leg, exit.name).map(back) : [];
  const certain = others.every((each) => each.every(isLost));
  return ways.map((way) => {
    if (isLost(way)) return certain ? way : unsure(way, exit.name);
    const stopped = way.sees === 'unknown' && way.reason !== null && OF_THE_NODE.has(way.reason.code);
    return stopped ? way : { ...open, share: way.share };
  });
}

/** What a captured node does with an answer is not known. */
const OF_THE_NODE: ReadonlySet<string> = new Set(['open-question', 'not-followed']);

/** Whether the answer comes over this node if it comes at all. */
function mustReturn({ view, outcome, packet }: Leg, client: Client, neighbours: Neighbours): boolean {
  const { end, path } = outcome;
  if (
    client.processOf === view ||
    (packet.inInterface !== undefined && isNodesPod(view, client.address, neighbours))
  )
    return true;
  if (end.sourceRewrite !== 'none' || end.connection?.dnat === true) return true;
  // IPVS translates without conntrack; what it only routes is answered past it.
  const first = path[0]?.state.destination ?? end.destination;
  return !sameAddress(first, end.destination);
}

/** A rule gave the request a source that the node does not have: who answers sends that to somebody else, or to a router who knows better. */
function foreignSource(leg: Leg): ConnectionReason | null {
  const { view, outcome } = leg;
  const to = outcome.end.source.address;
  if (to === null || outcome.end.sourceRewrite !== 'snat') return null;
  if (isLocalAddress(view.host, to) !== false) return null;
  const by = sourceWriter([leg], 'request', to);
  return by === null ? null : { code: 'source-not-own', leg, to, by };
}

function otherDevices({ view, outcome }: Leg, exit: string): string[] {
  const { source, destination } = outcome.end;
  const to = source.address;
  const link = view.host.links?.find(({ name }) => name === exit);
  if (to !== null && link?.addresses.some(({ address }) => sameAddress(address, to)) === true) return [];
  if (view.book.podAt(destination)?.hostNetwork === false) return [];
  return tunnelsOf(view.host).filter((name) => name !== exit);
}

function unsure(way: Way, device: string): Way {
  const leg = way.legs.at(-1);
  if (leg === undefined) return way;
  return { ...way, sees: 'unknown', reason: { code: 'answer-unsure', leg, device } };
}
