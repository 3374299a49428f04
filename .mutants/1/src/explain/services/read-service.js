import { CHAINS, hasRole } from '../../proxy/chains.js';
import { externalPolicyOf } from './external-policy.js';
import { findMarkDrop } from './mark-drop.js';
import { chainsNotCaptured } from './not-captured.js';
import { addressesOf } from './service-addresses.js';
import { chainsInOrder } from './service-draft.js';
import { readEndpoints } from './service-endpoints.js';
import { nameDraft } from './service-name.js';
import { readFirewall } from './source-ranges.js';
import { unprogrammedAddresses } from './unprogrammed-addresses.js';
const NO_TABLE = { name: 'nat', chains: new Map() };
/** @returns the Service port that a draft stands for, read from its chains. */
export function readService(draft, reading) {
    const { ruleset, naming } = reading;
    const nat = ruleset.tables.get('nat') ?? NO_TABLE;
    const chains = chainsInOrder(draft);
    const { endpoints, affinitySeconds, endpointChains, misdirected, protocol: protocolBehind, } = readEndpoints(chains, reading);
    const protocol = draft.entries[0]?.protocol ?? draft.refusals[0]?.protocol ?? protocolBehind;
    const name = nameDraft(draft, protocol, endpoints[0]?.comment ?? null, naming);
    const addresses = addressesOf(draft, name.service);
    const own = new Set([
        ...addresses.loadBalancerIPs.map(({ address }) => address),
        ...draft.entries.flatMap(({ printed }) => (printed === null ? [] : [printed.replace(/:[^:]*$/, '')])),
    ]);
    const firewalls = chains
        .filter((chain) => hasRole(chain, 'source-ranges'))
        .map((chain) => readFirewall(nat, chain, own));
    const saidProtocol = protocol ?? name.protocol ?? 'unknown';
    return {
        namespace: name.namespace,
        name: name.name,
        port: name.port,
        protocol: saidProtocol,
        namedBy: name.namedBy,
        family: ruleset.family,
        backend: ruleset.backend,
        conflict: name.conflict,
        ...addresses,
        internalPolicy: internalPolicyOf(draft),
        externalPolicy: externalPolicy(draft, nat),
        affinitySeconds,
        sourceRanges: firewalls.flatMap(({ ranges }) => ranges),
        unprogrammed: unprogrammedAddresses({
            draft,
            ruleset,
            addresses,
            service: name.service,
            port: name.port,
            protocol: saidProtocol,
        }),
        printed: [
            ...printedAddresses(draft),
            ...firewalls.flatMap(({ printed }) => printed).map((text) => ({ kind: 'sourceRange', text })),
        ],
        notCaptured: chainsNotCaptured(draft, ruleset),
        misdirected,
        endpoints: endpoints.map(({ comment: _, ...endpoint }) => endpoint),
        refusals: [...draft.refusals.map(refusalItem), ...markDrops(draft, nat, addresses, own)],
        chains: [...chains, ...endpointChains],
    };
}
/** Destinations that only a host or port name tells, each once. */
function printedAddresses({ entries, refusals }) {
    const found = new Map();
    for (const { printed, kind } of entries)
        if (printed !== null)
            found.set(printed, { kind, text: printed });
    for (const { printed } of refusals) {
        if (printed !== null && !found.has(printed))
            found.set(printed, { kind: 'external', text: printed });
    }
    return [...found.values()];
}
function refusalItem(rule) {
    const { action, address, port, nodePort, comment, file, line } = rule;
    return { action, address, port, nodePort, comment, file, line };
}
/** Up to 1.24 the rules that refuse for want of a local endpoint, or by source range, stand in nat and only mark. */
function markDrops(draft, nat, { nodePort, loadBalancerIPs }, own) {
    return chainsInOrder(draft).flatMap((chain) => {
        const firewall = hasRole(chain, 'source-ranges');
        if (!firewall && !hasRole(chain, 'external-local'))
            return [];
        // FW of 1.20 ends in the jump even where a rule before it lets everything through.
        if (firewall && readFirewall(nat, chain, own).open)
            return [];
        const drop = findMarkDrop(nat, chain);
        if (drop === null)
            return [];
        const address = loadBalancerIPs[0] ?? null;
        return [
            {
                action: 'drop',
                address: address?.address ?? null,
                port: address?.port ?? nodePort,
                nodePort: !firewall && nodePort !== null,
                ...drop,
            },
        ];
    });
}
function internalPolicyOf(draft) {
    for (const { kind, chain } of draft.entries) {
        if (kind !== 'clusterIP')
            continue;
        return hasRole(chain, 'local') ? 'Local' : 'Cluster';
    }
    const refusal = draft.refusals.find(({ chain }) => chain === CHAINS.services);
    return refusal?.action === 'drop' ? 'Local' : null;
}
function externalPolicy(draft, nat) {
    const read = draft.suffix === null ? null : externalPolicyOf(nat, draft.suffix);
    if (read !== null)
        return read;
    const local = draft.refusals.some(({ chain, action }) => chain === CHAINS.externalServices && action === 'drop');
    if (local)
        return 'Local';
    // Up to 1.23 `Cluster` has no chain of its own: such entries jump to SVC, by way of FW for a load balancer.
    const direct = draft.entries.some(({ kind, chain }) => kind !== 'clusterIP' && hasRole(chain, 'service', 'source-ranges'));
    return direct ? 'Cluster' : null;
}
