import { formatAddress, parseAddress } from '../../net/address.js';
import { readPortals } from './portal-rules.js';
import { addressesOf } from './service-addresses.js';
import { nameDraft } from './service-name.js';
/**
 * Lists what kube-proxy's userspace mode programs. The one "endpoint" of an item is the port on which kube-proxy itself answers
 * on this node; which pod it then dials is in no rule.
 */
export function listPortalServices(ruleset, naming) {
    const drafts = new Map();
    for (const portal of readPortals(ruleset)) {
        const key = `${portal.proxyPort ?? ''} ${portal.protocol} ${portal.comment ?? ''}`;
        let group = drafts.get(key);
        if (group === undefined) {
            group = { draft: { suffix: null, entries: [], refusals: [], chains: new Set() }, portals: [] };
            drafts.set(key, group);
        }
        group.portals.push(portal);
        group.draft.entries.push({ ...portal, suffix: '' });
    }
    return [...drafts.values()].map(({ draft, portals }) => portalService(draft, portals, ruleset, naming));
}
function portalService(draft, portals, ruleset, naming) {
    const protocol = portals[0]?.protocol ?? null;
    const { namespace, name, port, namedBy, conflict, service } = nameDraft(draft, protocol, null, naming);
    const proxy = portals.find(({ proxyAddress }) => proxyAddress !== null);
    const endpoint = proxy === undefined || proxy.proxyAddress === null
        ? []
        : [
            {
                address: proxy.proxyAddress,
                port: proxy.proxyPort,
                share: 1,
                scope: 'cluster',
                chain: proxy.chain,
                endpoint: null,
            },
        ];
    return {
        namespace,
        name,
        port,
        protocol: protocol ?? 'unknown',
        namedBy,
        family: ruleset.family,
        backend: ruleset.backend,
        conflict,
        ...addressesOf({ ...draft, entries: draft.entries.map((entry) => placeEntry(entry, service)) }, service),
        internalPolicy: null,
        externalPolicy: null,
        affinitySeconds: null,
        sourceRanges: [],
        unprogrammed: [],
        printed: [],
        notCaptured: [],
        misdirected: [],
        endpoints: endpoint,
        refusals: [],
        chains: [...new Set(portals.map(({ chain }) => chain))],
    };
}
/** Rules for load balancer IPs look like those for cluster IPs: only the API tells them apart. */
function placeEntry(entry, service) {
    if (entry.kind !== 'clusterIP' || service === null)
        return entry;
    const isClusterIp = service.clusterIPs.some((text) => {
        const address = parseAddress(text);
        return address !== null && formatAddress(address) === entry.address;
    });
    return isClusterIp ? entry : { ...entry, kind: 'external' };
}
