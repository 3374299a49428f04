import { isLocalAddress } from '../../host/local-addresses.ts';
import { sysctlNumber } from '../../host/sysctl.ts';
import type { RealServer, VirtualServer } from '../../ipvs/model.ts';
import { type Address, isLoopback } from '../../net/address.ts';
import { type Branch, changed } from '../branch.ts';
import { assume, type TraceContext } from '../context.ts';
import { ended, next, type Passage } from '../passage.ts';
import { stopped, tooManyHops } from '../route-endings.ts';
import { reroute } from '../routing.ts';
import { written } from '../writes.ts';

/**
 * Hands the packet to a real server (ip_vs_nat_xmit, net/netfilter/ipvs/ip_vs_xmit.c): its destination is rewritten, it is
 * routed by that alone, and it goes on through OUTPUT; to a server that is this node it stays in its hook, with its route.
 */
export function sendTo(
  branch: Branch,
  real: RealServer,
  server: VirtualServer,
  hook: 'INPUT' | 'OUTPUT',
  context: TraceContext,
): Passage[] {
  const { state } = branch;
  const { host } = context.world;
  const local = isLocalAddress(host, real.address) === true;
  if (local && hook === 'INPUT' && isLoopback(real.address))
    return [ended(stopped(branch, 'drop', { code: 'martian-destination', destination: real.address }, null))];
  // What stays on the node is no hop (decrement_ttl).
  if (!local && state.ttl !== null && state.ttl <= 1) return [ended(tooManyHops(branch))];
  // A real server without a port takes what the packet has, as behind a mark (ip_vs_schedule).
  const port = real.port === 0 ? state.destinationPort : real.port;
  const rewritten = changed(tracked(branch, server, real.address, port, context), {
    destination: real.address,
    destinationPort: port,
    destinationLocal: null,
    ttl: state.ttl === null || local ? state.ttl : state.ttl - 1,
    ...(local ? {} : { writes: written(state, 'ttl', state.ttl !== null).writes }),
    balancedBy: {
      address: state.destination,
      port: state.destinationPort,
      onePacket: server.onePacket,
    },
  });
  if (local && hook === 'INPUT') return [next(rewritten)];
  return routed(rewritten, context).map((passage) => {
    if (passage.kind === 'ended') return passage;
    const way = passage.branch;
    // To a server that is this node it keeps the route that it had, be it away from here (__ip_vs_get_out_rt: "preserve old route").
    if (way.state.route?.local === true)
      return next(changed(way, { route: state.route, outInterface: state.outInterface }));
    const sent = changed(way, {
      inInterface: null,
      outInterface: way.state.route === null ? undefined : way.state.route.device,
      ...(hook === 'INPUT' ? { arrivedBy: { device: state.inInterface } } : {}),
    });
    return { kind: 'resume', branch: sent, at: 'OUTPUT' };
  });
}

/** The route to a real server is looked up for its address alone: source, mark and TOS do not count (__ip_vs_get_out_rt). */
function routed(branch: Branch, context: TraceContext): Passage[] {
  const { source, mark, tos } = branch.state;
  const bare = changed(branch, {
    source: { address: null, within: [], outside: [], local: null },
    mark: 0,
    tos: { bits: 0, known: 0xff },
  });
  return reroute(bare, context).map((way) =>
    way.kind === 'ended' ? ended(way.ending) : next(changed(way.branch, { source, mark, tos })),
  );
}

/**
 * conntrack's entry gets the real server as the one that answers, without becoming one that nat rewrote
 * (ip_vs_update_conntrack), but of a server that schedules each datagram (`-o`), which expects no answer; with `vs.conntrack` 0
 * the packet goes on untracked, and nat leaves it alone (ip_vs_notrack).
 */
function tracked(
  branch: Branch,
  { onePacket }: VirtualServer,
  address: Address,
  port: number | null,
  context: TraceContext,
): Branch {
  const { connection } = branch.state;
  if (connection === null) return branch;
  const switched = sysctlNumber(context.world.host, 'net.ipv4.vs.conntrack');
  if (switched === null) assume(context, { code: 'ipvs-conntrack' });
  if (switched === 0) return changed(branch, { connection: null, untracked: 'UNTRACKED' });
  if (connection.confirmed || onePacket) return branch;
  return changed(branch, {
    connection: { ...connection, replySource: address, replySourcePort: port },
  });
}
