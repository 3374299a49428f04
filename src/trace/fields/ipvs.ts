import { allows, allowsAddress } from '../../rules/value-set.ts';
import { type Answer, yesNo } from '../answer.ts';
import type { Evaluator, TestContext } from './context.ts';

/** `--ipvs`: whether IPVS took the packet (ipvs_mt, net/netfilter/xt_ipvs.c). */
export const taken: Evaluator<'ipvs.taken'> = (_, { state }) => yesNo(state.balancedBy !== null);

export const protocol: Evaluator<'ipvs.protocol'> = ({ in: set }, context) =>
  ofRequest(context, () => allows(set, context.state.protocol));

export const address: Evaluator<'ipvs.vaddr'> = ({ in: set }, context) =>
  ofRequest(context, (virtual) => allowsAddress(set, virtual.address));

export const port: Evaluator<'ipvs.vport'> = ({ in: set }, context) =>
  ofRequest(context, (virtual) => virtual.port !== null && allows(set, virtual.port));

type Socket = Extract<NonNullable<TestContext['state']['balancedBy']>, { by: 'socket' }>;

/**
 * The matcher looks IPVS' connection up by the ends that the packet has: it finds a request that was sent on, and no
 * answer. Where it finds none it says no, whichever way the option is turned.
 */
function ofRequest({ state }: TestContext, holds: (virtual: Socket) => boolean): Answer {
  const { balancedBy, connection } = state;
  if (balancedBy === null || connection?.direction === 'REPLY') return 'absent';
  return balancedBy.by === 'mark' ? 'absent' : yesNo(holds(balancedBy));
}
