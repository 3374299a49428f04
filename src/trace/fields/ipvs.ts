import { allows, allowsAddress } from '../../rules/value-set.ts';
import { type Answer, yesNo } from '../answer.ts';
import type { BalancedBy, PacketState } from '../state.ts';
import type { Evaluator } from './context.ts';
import { portWithin } from './transport.ts';

/** Whether IPVS took the packet (ipvs_mt, net/netfilter/xt_ipvs.c). */
export const taken: Evaluator<'ipvs.taken'> = (_, { state }) => yesNo(state.balancedBy !== null);

export const protocol: Evaluator<'ipvs.protocol'> = (test, { state }) =>
  ofRequest(state, () => yesNo(allows(test.in, state.protocol)));

export const address: Evaluator<'ipvs.address'> = (test, { state }) =>
  ofRequest(state, (virtual) => yesNo(allowsAddress(test.in, virtual.address)));

export const port: Evaluator<'ipvs.port'> = (test, { state }) =>
  ofRequest(state, (virtual) => portWithin(virtual.port, test.in, 'destination'));

/**
 * The matcher looks IPVS' connection up by the ends that the packet has: it finds a request that was sent on, and no
 * answer, and nothing of a virtual server that schedules each datagram for itself (ip_vs_conn_hash). Where it finds none it
 * says no, whichever way the option is turned.
 */
function ofRequest({ balancedBy, connection }: PacketState, holds: (virtual: BalancedBy) => Answer): Answer {
  if (balancedBy === null || connection?.direction === 'REPLY' || balancedBy.onePacket) return 'absent';
  return holds(balancedBy);
}
