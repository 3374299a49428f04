import { sameAddress } from '../net/address.js';
import { isWildcard } from './parse-sockets.js';
/**
 * Whether a socket of the node's own network takes a new connection (`inet_lookup_listener`, net/ipv4/inet_hashtables.c).
 * @param device by which the packet comes in; undefined where not known
 * @returns null where the listing does not tell: the interface that one is bound to may be the packet's, one of IPv6 may
 *   take IPv4, too, or not all sockets were read
 */
export function listensAt({ list, whole }, protocol, address, port, device) {
    const found = list.filter((socket) => socket.protocol === protocol && socket.port === port);
    const open = found.filter((socket) => isWildcard(socket, address.family) || (socket.address !== null && sameAddress(socket.address, address)));
    if (open.some((socket) => socket.device === null || socket.device === device))
        return true;
    const mayBe = address.family === 'ipv4' && found.some(({ mayBeBoth }) => mayBeBoth);
    return !whole || mayBe || (open.length > 0 && device === undefined) ? null : false;
}
