import { allows, allowsAddress } from '../../rules/value-set.ts';
import { type Answer, yesNo } from '../answer.ts';
import type { PacketState } from '../state.ts';
import type { Evaluator } from './context.ts';

/** Whether IPVS took the packet (ipvs_mt, net/netfilter/xt_ipvs.c). */
export const taken: Evaluator<'ipvs.taken'> = (_, { state }) => yesNo(state.balancedBy !== null);

export const protocol: Evaluator<'ipvs.protocol'> = (test, { state }) =>
  ofRequest(state, () => allows(test.in, state.protocol));

export const address: Evaluator<'ipvs.address'> = (test, { state }) =>
  ofRequest(state, (virtual) => allowsAddress(test.in, virtual.address));

export const port: Evaluator<'ipvs.port'> = (test, { state }) =>
  ofRequest(state, (virtual) => allows(test.in, virtual.port));

type Socket = Extract<NonNullable<PacketState['balancedBy']>, { by: 'socket' }>;

/**
 * The matcher looks IPVS' connection up by the ends that the packet has: it finds a request that was sent on, and no
 * answer, and nothing of a virtual server that schedules each datagram for itself (ip_vs_conn_hash). Where it finds none it
 * says no, whichever way the option is turned.
 */
function ofRequest({ balancedBy, connection }: PacketState, holds: (virtual: Socket) => boolean): Answer {
  if (balancedBy === null || connection?.direction === 'REPLY' || balancedBy.by === 'mark') return 'absent';
  if (balancedBy.onePacket === true) return 'absent';
  return yesNo(holds(balancedBy));
}
