import { nodeAddress } from '../../explain/question/this-node.js';
import { isLocalAddress } from '../../host/local-addresses.js';
import { formatAddress, parseAddress } from '../../net/address.js';
import { prefixContains } from '../../net/prefix.js';
import { clientAt } from '../survey/senders.js';
/** As many node ports are asked: what drops them concerns pods, and not Services. */
const ASKED = 200;
/** The rules that the kernel makes: local, main, default. */
const KERNEL_PRIORITIES = new Set([0, 32_766, 32_767]);
/** Addresses for documentation (RFC 5737): where none has a route of its own, they stand for clients outside. */
const OUTSIDERS = ['192.0.2.1', '198.51.100.1', '203.0.113.1'];
/**
 * Follows a client outside to each node port where policy routing may send answers another way: the check looks up the route
 * back from the pod's address (`ip rule … from POD`), since the packet is translated already.
 * @param device by which clients outside come in
 */
export function refusedReturns(context, device) {
    const { known } = context;
    const policies = known.host.policyRules.ipv4 ?? [];
    const node = nodeAddress(known, 'ipv4');
    const outsider = findOutsider(context);
    const isPlain = policies.every(({ priority }) => KERNEL_PRIORITIES.has(priority));
    if (isPlain || node === null || outsider === null || context.notCompared !== null)
        return [];
    const client = clientAt('external', `a client outside, such as ${formatAddress(outsider)}`, outsider, device);
    return (context.expected ?? [])
        .filter(({ family, port, endpoints }) => family === 'ipv4' && port.nodePort !== null && endpoints.length > 0)
        .slice(0, ASKED)
        .flatMap((port) => {
        const target = { address: node, port: port.port.nodePort ?? 0, protocol: port.protocol, isLocal: true };
        const outcomes = context.follower
            .follow(client, target)
            .outcomes.filter(({ reason, given }) => reason?.code === 'rp-filter' && given.length === 0);
        const share = outcomes.reduce((sum, { probability }) => sum + probability, 0);
        return outcomes.length === 0 ? [] : [{ port, client: client.from, outcomes, share }];
    });
}
function findOutsider({ known: { host } }) {
    for (const text of OUTSIDERS) {
        const address = parseAddress(text);
        if (address === null || isLocalAddress(host, address) !== false)
            continue;
        const own = (host.routes.ipv4 ?? []).some(({ destination, table }) => table === 'main' && destination.mask !== 0n && prefixContains(destination, address));
        if (!own)
            return address;
    }
    return null;
}
