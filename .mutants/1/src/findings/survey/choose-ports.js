import { formatAddress } from '../../net/address.js';
import { formatProtocol } from '../../net/protocol.js';
import { isKubeChain } from '../../proxy/chains.js';
import { behavioursOf } from '../expected/behaviour.js';
import { pickUsable } from '../expected/usable-endpoints.js';
/** As many endpoint visits as one check follows; one takes about a tenth of a millisecond. */
const BUDGET = 40_000;
/**
 * Chooses the ports that are followed packet by packet. All of them, unless that would take minutes: then every port whose
 * chains do not hold exactly the endpoints that the API names, every port whose address a foreign rule names, and of the rest
 * as many as the budget allows, spread evenly.
 */
export function choosePorts(expected, context) {
    const total = expected.reduce((sum, port) => sum + costOf(port), 0);
    if (total <= BUDGET)
        return expected;
    const named = namedByOthers(context.known.rulesets);
    const programmed = indexProgrammed(context.programmed);
    const isOdd = (port) => named.has(formatAddress(port.clusterIP)) ||
        port.endpoints.some(({ address }) => named.has(address)) ||
        !isAsExpected(port, programmed.get(keyOf(port)), context);
    const odd = new Set(expected.filter(isOdd));
    const spent = [...odd].reduce((sum, port) => sum + costOf(port), 0);
    const rest = expected.filter((port) => !odd.has(port));
    const left = Math.max(BUDGET - spent, BUDGET / 10);
    const step = Math.max(1, (total - spent) / left);
    const chosen = new Set(rest.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step)));
    // Far more odd ports than can be followed are odd for one reason: some of them show it.
    const some = spent <= BUDGET * 2 ? odd : new Set([...odd].slice(0, Math.ceil((odd.size * BUDGET * 2) / spent)));
    return expected.filter((port) => some.has(port) || chosen.has(port));
}
/** Three clients for each way in, each of which meets every endpoint. */
function costOf({ service, port, endpoints }) {
    const ways = 1 + service.externalIPs.length + service.loadBalancer.length + (port.nodePort === null ? 0 : 1);
    return ways * 3 * (endpoints.length + 3);
}
function keyOf(port) {
    const { service, protocol, family } = port;
    return `${service.namespace}/${service.name}:${port.port.name} ${formatProtocol(protocol)} ${family}`;
}
function indexProgrammed(items) {
    return new Map(items.map((item) => [
        `${item.namespace}/${item.name}:${item.port ?? ''} ${item.protocol} ${item.family}`,
        item,
    ]));
}
function isAsExpected(port, item, { node, minor }) {
    if (item === undefined)
        return false;
    const cluster = item.endpoints.filter(({ scope }) => scope === 'cluster');
    const real = new Set(cluster.map(({ address, port: number }) => `${address} ${number}`));
    const fair = 1 / Math.max(1, cluster.length);
    if (cluster.some(({ share }) => Math.abs(share - fair) > fair * 0.01))
        return false;
    if (!item.clusterIPs.some(({ address }) => address === formatAddress(port.clusterIP)))
        return false;
    const affinity = port.service.sessionAffinity === 'ClientIP';
    if (affinity !== (item.affinitySeconds !== null) && cluster.length > 0)
        return false;
    return behavioursOf(minor, item.backend === 'nft' ? 'nftables' : 'iptables').some((behaviour) => {
        const { cluster: wanted } = pickUsable(port.endpoints, port.service, node, behaviour);
        return (wanted.length === real.size &&
            wanted.every(({ address, port: number }) => real.has(`${address} ${number}`)));
    });
}
/** Addresses that rules outside kube-proxy's per-Service chains name alone (`-d A/32`). */
function namedByOthers(rulesets) {
    const named = new Set();
    for (const ruleset of rulesets) {
        for (const table of ruleset.tables.values()) {
            for (const chain of table.chains.values()) {
                if (isKubeChain(chain.name) || chain.rules.length > MANY)
                    continue;
                for (let index = 0; index < chain.rules.length; index++) {
                    for (const match of chain.rules.at(index).matches) {
                        if (match.kind !== 'destination' && match.kind !== 'source')
                            continue;
                        named.add(formatAddress({ family: match.prefix.family, value: match.prefix.value }));
                    }
                }
            }
        }
    }
    return named;
}
/** Chains longer than this are lists, not somebody's exception. */
const MANY = 2_000;
