import { ADDRESS_BITS } from '../../net/address.js';
import { prefixContains } from '../../net/prefix.js';
import { podNetworks } from './this-node.js';
/** Kinds of interfaces that lead to other machines; null: a card. */
const DOORS = new Set([
    null,
    'veth',
    'bond',
    'team',
    'vlan',
    'macvlan',
    'ipvlan',
]);
const MOST_DOORS = 3;
/** @returns interfaces beside the main one by which a client outside could come in: up, with a network of their own, not the pods'. */
export function otherDoors(known, family, main) {
    const pods = podNetworks(known, family);
    return (known.host.links ?? [])
        .filter(({ name, up, loopback, master, kind, addresses }) => {
        if (name === main || !up || loopback || master !== null || !DOORS.has(kind))
            return false;
        const own = addresses.filter(({ address, scope }) => address.family === family && scope !== 'link');
        return own.some(({ address, prefixLength }) => prefixLength < ADDRESS_BITS[family] && !pods.some((network) => prefixContains(network, address)));
    })
        .map(({ name }) => name)
        .slice(0, MOST_DOORS);
}
