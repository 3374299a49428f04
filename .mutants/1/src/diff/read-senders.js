import { isLocalAddress } from '../host/local-addresses.js';
import { parseAddress } from '../net/address.js';
import { parsePrefix } from '../net/prefix.js';
import { Intervals } from './space/intervals.js';
import { prefixIntervals } from './space/prefix-intervals.js';
/**
 * Reads `--from`: `node`, `pod:NAMESPACE/NAME`, an address, a network.
 * @returns `unknown` where it names nothing.
 */
export function readSenders(text, known) {
    if (text === null)
        return null;
    if (text === 'node')
        return { ipv4: { kind: 'node' }, ipv6: { kind: 'node' } };
    if (text.startsWith('pod:'))
        return podSenders(text.slice('pod:'.length), known);
    const bare = text.replace(/^\[(.*)\]$/, '$1');
    const address = parseAddress(bare);
    if (address !== null)
        return addressSenders([address], known);
    const prefix = parsePrefix(bare);
    const addresses = prefix === null ? null : prefixIntervals(prefix);
    if (prefix === null || addresses === null)
        return 'unknown';
    return { [prefix.family]: { kind: 'in', addresses } };
}
function podSenders(name, known) {
    const pods = known
        .flatMap(({ cluster }) => cluster.pods ?? [])
        .filter((pod) => `${pod.namespace}/${pod.name}` === name);
    const addresses = pods.flatMap(({ ips }) => ips.map(parseAddress)).filter((address) => address !== null);
    return addresses.length === 0 ? 'unknown' : addressSenders(addresses, known);
}
/** What has an address of the node is a process of it. */
function addressSenders(addresses, known) {
    const senders = {};
    for (const family of ['ipv4', 'ipv6']) {
        const own = addresses.filter((address) => address.family === family);
        if (own.length === 0)
            continue;
        const local = own.every((address) => known.some(({ host }) => isLocalAddress(host, address) === true));
        senders[family] = local
            ? { kind: 'node' }
            : { kind: 'in', addresses: Intervals.of(own.map(({ value }) => [value, value])) };
    }
    return senders;
}
