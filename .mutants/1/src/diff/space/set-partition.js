import { setIndex } from '../../host/set-index.js';
import { dimensionsOf } from '../../host/set-key.js';
import { ADDRESS_BITS } from '../../net/address.js';
import { Partition } from './partition.js';
const ALL_DIMENSIONS = ['ip', 'port', 'iface', 'mark'];
/** @returns how a set, as both sides have it, cuts addresses and ports. */
export function partitionSet(hosts, name, family) {
    const sets = hosts.flatMap((host) => setsOf(host, name));
    const all = (1n << BigInt(ADDRESS_BITS[family])) - 1n;
    const addresses = [];
    const ports = [];
    const marks = [];
    for (const set of sets) {
        const index = setIndex(set);
        if (index === null || set.family !== family)
            continue;
        const loose = all & ~index.addressMask;
        for (const key of membersOf(set).flatMap(({ keys }) => keys)) {
            if (key.kind === 'port')
                ports.push([BigInt(key.from), BigInt(key.to)]);
            if (key.kind === 'mark')
                marks.push({ mark: (key.mark & index.markMask) >>> 0, mask: index.markMask });
            if (key.kind !== 'address')
                continue;
            const rest = (1n << (BigInt(ADDRESS_BITS[family]) - BigInt(key.length))) - 1n;
            addresses.push([key.value & ~loose, key.value | rest | loose]);
        }
    }
    return {
        addresses: new Partition(all, addresses),
        ports: new Partition(65535n, ports),
        marks,
        dimensions: new Set(sets.flatMap((set) => dimensionsOf(set.type) ?? ALL_DIMENSIONS)),
        holdsNothingAt: (address) => sets.every((set) => {
            const index = setIndex(set);
            if (index === null)
                return false;
            for (const _ of index.candidates(address & index.addressMask))
                return false;
            return true;
        }),
        addressOnly: sets.every((set) => /^[a-z]+:(?:ip|net)$/.test(set.type)),
    };
}
/** @returns the members of a set, read. */
export function membersOf(set) {
    return [...(setIndex(set)?.candidates(null) ?? [])];
}
function setsOf(host, name) {
    const set = host.ipsets?.get(name);
    if (set === undefined)
        return [];
    if (set.type !== 'list:set')
        return [set];
    return set.entries.flatMap(({ parts: [member = ''] }) => {
        const inner = host.ipsets?.get(member);
        return inner === undefined || inner.type === 'list:set' ? [] : [inner];
    });
}
