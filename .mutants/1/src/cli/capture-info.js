import { entersServices } from '../explain/proxies/enters-services.js';
import { CHAINS, hasRole, isOfIpvsMode } from '../proxy/chains.js';
const MODES = ['iptables', 'nftables', 'ipvs', 'userspace', 'none'];
/**
 * Tells how kube-proxy works on the node: as the capture's manifest says, else by what only one mode writes. Rules of
 * a mode that was left behind do not outvote the manifest.
 */
export function findProxyMode(evidence) {
    const told = MODES.find((mode) => mode === evidence.told);
    if (told !== undefined)
        return told;
    if (hasChain(evidence.rulesets, (name) => name === CHAINS.portalsHost || name === CHAINS.portalsContainer))
        return 'userspace';
    const iptables = hasChain(evidence.rulesets, (name) => hasRole(name, 'service'));
    // Chains of Services that no rule leads to may be left over; they count where no other mode has left a trace.
    if (iptables && evidence.rulesets.some(entersServices))
        return 'iptables';
    if (evidence.nftTable())
        return 'nftables';
    if (evidence.ipvsServers ||
        hasChain(evidence.rulesets, (name) => isOfIpvsMode(name)) ||
        evidence.ipvsInterface())
        return 'ipvs';
    return iptables || hasChain(evidence.rulesets, (name) => name === CHAINS.services) ? 'iptables' : 'none';
}
function hasChain(rulesets, wanted) {
    for (const ruleset of rulesets) {
        for (const name of ruleset.tables.get('nat')?.chains.keys() ?? [])
            if (wanted(name))
                return true;
        for (const name of ruleset.tables.get('filter')?.chains.keys() ?? [])
            if (wanted(name))
                return true;
    }
    return false;
}
/** @returns the head of every document. */
export function describeCapture(origin, manifest, mode, rulesets) {
    const backends = new Set(rulesets.map((ruleset) => ruleset.backend));
    if (mode === 'nftables' || mode === 'ipvs')
        backends.add(mode);
    return {
        origin,
        node: manifest.node,
        takenAt: manifest.takenAt,
        proxyMode: mode,
        backends: [...backends],
    };
}
