import { formatAddress } from '../../net/address.js';
import { CHAINS } from '../../proxy/chains.js';
import { translationOf } from './endpoint-chain.js';
import { factsOf } from './rule-facts.js';
const ADDRESS_CHAINS = [CHAINS.portalsHost, CHAINS.portalsContainer];
const NODE_PORT_CHAINS = [CHAINS.nodePortHost, CHAINS.nodePortContainer];
/**
 * Reads what userspace mode programs. The HOST chains name the node's address (DNAT), the CONTAINER chains only the port
 * (REDIRECT), so HOST comes first. The endpoint is not in any rule: kube-proxy picks it when it dials.
 */
export function readPortals(ruleset) {
    const nat = ruleset.tables.get('nat');
    if (nat === undefined)
        return [];
    return [...ADDRESS_CHAINS, ...NODE_PORT_CHAINS].flatMap((chain) => readChain(nat, chain, ruleset.family));
}
function readChain(nat, chain, family) {
    const rules = nat.chains.get(chain)?.rules;
    const portals = [];
    const nodePort = NODE_PORT_CHAINS.includes(chain);
    for (let index = 0; rules !== undefined && index < rules.length; index++) {
        const rule = rules.at(index);
        const { destination, port, protocol, comment, physdev, destinationLocal } = factsOf(rule);
        const { target } = rule;
        if (port === null || protocol === null || (destination === null && !nodePort))
            continue;
        const translated = translationOf(target, family);
        const redirected = target?.kind === 'redirect' ? target.ports : null;
        if (translated === null && redirected === null)
            continue;
        portals.push({
            chain,
            address: destination === null ? null : formatAddress(destination),
            kind: nodePort ? 'nodePort' : physdev || destinationLocal ? 'external' : 'clusterIP',
            port,
            protocol,
            comment,
            printed: null,
            proxyAddress: translated?.address ?? null,
            proxyPort: translated?.port ?? redirected?.from ?? null,
        });
    }
    return portals;
}
