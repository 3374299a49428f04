import { kubeProxyTables } from '../../explain/services/nft/kube-proxy-tables.js';
import { factEvidence } from '../evidence.js';
import { wholeRulesets } from '../rule-list.js';
/**
 * @returns Services that rules lead to although the API has none of the name. Chains that nothing leads to are left aside:
 *   in large clusters kube-proxy lets them stand until its next full sync. So is everything where the list of Services is
 *   that of some namespaces only: every cluster has `default/kubernetes`.
 */
export function deletedServices(context) {
    const services = context.known.cluster.services ?? [];
    if (context.notCompared !== null)
        return [];
    const present = new Set(services.map(({ namespace, name }) => `${namespace}/${name}`));
    if (!present.has('default/kubernetes'))
        return [];
    const whole = new Set(wholeRulesets(context.known.rulesets).map(({ backend, family }) => `${backend} ${family}`));
    for (const { family, cut } of kubeProxyTables(context.known))
        if (!cut)
            whole.add(`nft ${family}`);
    const found = new Map();
    for (const item of context.programmed) {
        const label = `${item.namespace}/${item.name}`;
        if (item.namespace === null || item.namedBy === 'none' || present.has(label) || found.has(label))
            continue;
        if (!whole.has(`${item.backend} ${item.family}`))
            continue;
        const [socket] = [...item.clusterIPs, ...item.externalIPs, ...item.loadBalancerIPs];
        if (socket === undefined && item.nodePort === null)
            continue;
        const where = socket === undefined ? `node port ${item.nodePort}` : `${socket.address}:${socket.port}`;
        found.set(label, {
            label,
            evidence: factEvidence(`${label} (${where}) has rules, and is not in the API`),
        });
    }
    return [...found.values()];
}
