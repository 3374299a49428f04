import { CHAINS } from '../../proxy/chains.js';
/**
 * Where the rules hold no chain of kube-proxy, it runs in another mode or not at all: nft and IPVS would tell. IPVS mode
 * cannot be without interface kube-ipvs0 (pkg/proxy/ipvs), so that the interfaces alone rule it out.
 * @returns what was not captured of these; null where the rules are not those of such a node, or where all were
 */
export function silentAbout({ proxyMode, rulesets, host, cluster }, family) {
    const own = rulesets.filter((ruleset) => ruleset.family === family);
    if (proxyMode !== 'none' || !own.every(({ form }) => form === 'save'))
        return null;
    // Without Services, only chains of kubelet tell that this is a node of a cluster.
    if (cluster.services === null && !rulesets.some(isKubelets))
        return null;
    const missing = [
        ...(own.some(({ tables }) => tables.has('nat'))
            ? []
            : [
                [
                    `the iptables rules (${family})`,
                    family === 'ipv6' ? '`ip6tables-save -c`' : '`iptables-save -c`',
                ],
            ]),
        ...(host.nft === null ? [['the nft ruleset', '`nft -j list ruleset`']] : []),
        ...(host.links === null
            ? [['IPVS and the interfaces', '`ipvsadm-save -n` and `ip -j addr`']]
            : []),
    ];
    if (missing.length === 0)
        return null;
    return {
        text: missing.map(([what]) => what).join(', '),
        settle: `capture ${missing.map(([, command]) => command).join(' and ')}`,
    };
}
/** kubelet's own chains: pkg/kubelet/kubelet_network_linux.go. */
function isKubelets({ tables }) {
    return [...tables.values()].some(({ chains }) => chains.has(CHAINS.kubeletCanary) || chains.has(CHAINS.iptablesHint));
}
