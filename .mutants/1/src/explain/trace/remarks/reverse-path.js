import { interfaceSwitch } from '../../../host/sysctl.js';
import { formatAddress } from '../../../net/address.js';
import { routeTowards } from '../../question/route-towards.js';
import { remark } from './context.js';
/**
 * No capture tells by which interface a client's packets come in. Where answers go out through one and the address asked
 * for is on another that filters strictly, the kernel drops what comes in by the latter (fib_validate_source), silently.
 * A sender on the link itself cannot come in by another, and nothing is said.
 */
export function reversePath(outcome, context) {
    const { trace, known, client } = context;
    const { source, destination, family, entersAt, inInterface } = trace.packet;
    const { address } = source;
    if (outcome.verdict !== 'accept' || entersAt !== 'PREROUTING' || client.interfaceGiven)
        return [];
    if (family !== 'ipv4' || address === null || typeof inInterface !== 'string')
        return [];
    const holder = known.host.links?.find(({ addresses }) => addresses.some(({ address: own }) => own.family === family && own.value === destination.value));
    if (holder === undefined || holder.loopback || holder.name === inInterface)
        return [];
    if (interfaceSwitch(known.host, family, 'rp_filter', holder.name, 'max') !== 1)
        return [];
    const back = routeTowards(known, address);
    if (back.kind !== 'route' || back.gateway === null)
        return [];
    const text = `this holds for a packet that comes in through ${inInterface}, where answers to ${formatAddress(address)} go out; one that comes in through ${holder.name}, which has ${formatAddress(destination)}, is dropped by the reverse path filter (rp_filter=1 on ${holder.name})`;
    return remark('reverse-path', 'may-break', text, `give --in-interface ${holder.name}`);
}
