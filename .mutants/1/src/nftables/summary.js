import { isOfIptables } from './iptables-chains.js';
/** @returns the base chains of a listing; null of one that broke off, as half of it must not pass for all. */
export function summaryOf({ tables, cutAt }) {
    if (cutAt !== null)
        return null;
    const iptablesBaseChains = new Set();
    const nativeChains = [];
    for (const { chains } of tables.values()) {
        for (const chain of chains.values()) {
            const { base, family, table, name, rules } = chain;
            if (base === null)
                continue;
            const { hook, priority, policy } = base;
            if (isOfIptables(chain))
                iptablesBaseChains.add(`${family === 'ip' ? 'ipv4' : 'ipv6'} ${table} ${name}`);
            else
                nativeChains.push({
                    family,
                    table,
                    chain: name,
                    hook,
                    priority: priority ?? 0,
                    policy,
                    rules: rules.length,
                });
        }
    }
    const kubeProxyTable = tables.has('ip kube-proxy') || tables.has('ip6 kube-proxy');
    return { iptablesBaseChains, nativeChains, kubeProxyTable };
}
