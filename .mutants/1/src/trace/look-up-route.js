import { findRoute } from '../host/find-route.js';
import { knownTos } from './state.js';
/** What routing sees of a socket that is not bound to an address. */
export const UNBOUND = {
    ipv4: { family: 'ipv4', value: 0n },
    ipv6: { family: 'ipv6', value: 0n },
};
/**
 * @param source null where it is not known, {@link UNBOUND} where it is not chosen yet
 * @param inInterface `lo` for a packet of the node
 * @returns what the node's routing says of the packet as it is now.
 */
export function lookUp({ state }, context, source, inInterface) {
    return findRoute(context.world.host, {
        family: state.family,
        destination: state.destination,
        source,
        mark: state.mark,
        inInterface,
        outInterface: null,
        protocol: state.protocol,
        sourcePort: state.sourcePort,
        destinationPort: state.destinationPort,
        uid: null,
        ...knownTos(state),
    });
}
