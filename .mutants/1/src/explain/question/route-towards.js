import { findRoute } from '../../host/find-route.js';
/** @returns the node's route to an address, for a packet of which nothing else is known. */
export function routeTowards({ host }, address, source = null) {
    return findRoute(host, {
        family: address.family,
        destination: address,
        source,
        mark: 0,
        inInterface: 'lo',
        outInterface: null,
        protocol: null,
        sourcePort: null,
        destinationPort: null,
        uid: null,
    });
}
