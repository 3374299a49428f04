import { allows, allowsAddress } from '../../rules/value-set.js';
import { yesNo } from '../answer.js';
import { portWithin } from './transport.js';
/** Whether IPVS took the packet (ipvs_mt, net/netfilter/xt_ipvs.c). */
export const taken = (_, { state }) => yesNo(state.balancedBy !== null);
export const protocol = (test, { state }) => ofRequest(state, () => yesNo(allows(test.in, state.protocol)));
export const address = (test, { state }) => ofRequest(state, (virtual) => yesNo(allowsAddress(test.in, virtual.address)));
export const port = (test, { state }) => ofRequest(state, (virtual) => portWithin(virtual.port, test.in, 'destination'));
/**
 * The matcher looks IPVS' connection up by the ends that the packet has: it finds a request that was sent on, and no
 * answer, and nothing of a virtual server that schedules each datagram for itself (ip_vs_conn_hash). Where it finds none it
 * says no, whichever way the option is turned.
 */
function ofRequest({ balancedBy, connection }, holds) {
    if (balancedBy === null || connection?.direction === 'REPLY' || balancedBy.onePacket)
        return 'absent';
    return holds(balancedBy);
}
