import { formatAddress } from '../../../net/address.js';
import { bridgeCallsIptables, isBridge } from '../../../trace/bridge.js';
import { remark } from './context.js';
import { isTranslated } from './path-facts.js';
/** Between two ports of a bridge answers skip iptables where br_netfilter is off, so nobody takes the DNAT back. */
export function bridgeBypass(outcome, { trace, known }) {
    const { verdict, destination, source, exit, path } = outcome;
    const { packet } = trace;
    const first = path[0]?.state;
    if (verdict !== 'accept' || first === undefined)
        return [];
    if (exit?.kind !== 'interface' || exit.name !== first.inInterface)
        return [];
    if (!isTranslated(outcome, trace) || source.rewrite !== 'none')
        return [];
    if (isBridge(known.host, exit.name) !== true)
        return [];
    if (bridgeCallsIptables(known.host, packet.family, exit.name) !== false)
        return [];
    const option = packet.family === 'ipv4' ? 'bridge-nf-call-iptables' : 'bridge-nf-call-ip6tables';
    const text = `client and endpoint share bridge ${exit.name}, and net.bridge.${option} is not 1: the answer comes straight from ${formatAddress(destination.address)}, and the client, who asked ${formatAddress(packet.destination)}, refuses it`;
    return remark('answer-bypasses-nat', 'breaks', text);
}
