import { nftBaseOf, parseNftName } from '../../../proxy/nft-names.js';
import { NFT_OBJECTS } from '../../../proxy/nft-roles.js';
import { readVerdictMap } from './verdict-maps.js';
/** Collects what belongs together, by the names of chains; for refusals by the API's address, else by comment. */
export function draftNftServices({ table }, naming) {
    const drafts = new Map();
    for (const map of [NFT_OBJECTS.serviceIps, NFT_OBJECTS.serviceNodePorts, NFT_OBJECTS.firewallIps])
        for (const entry of readVerdictMap(table, map)) {
            const { chain } = entry.verdict;
            const base = chain === null ? null : (parseNftName(chain)?.base ?? null);
            const draft = draftOf(drafts, base, entry);
            (map === NFT_OBJECTS.firewallIps ? draft.guards : draft.entries).push(entry);
            if (chain !== null)
                draft.chains.add(chain);
        }
    for (const map of [NFT_OBJECTS.noEndpointServices, NFT_OBJECTS.noEndpointNodePorts])
        for (const entry of readVerdictMap(table, map))
            draftOf(drafts, baseOfRefusal(entry, naming), entry).refusals.push(entry);
    addChains(drafts, table);
    return [...drafts.values()];
}
function draftOf(drafts, base, entry) {
    const key = base ?? `${entry.address ?? 'node'} ${entry.protocol} ${entry.port}`;
    let draft = drafts.get(key);
    if (draft === undefined) {
        draft = { base, entries: [], refusals: [], guards: [], chains: new Set() };
        drafts.set(key, draft);
    }
    return draft;
}
/** Chains are emptied at once and removed a second later (syncProxyRules): those without rules are none any more. */
function addChains(drafts, { chains }) {
    for (const [name, { rules }] of chains) {
        const parsed = parseNftName(name);
        if (parsed === null || parsed.prefix === 'endpoint' || rules.length === 0)
            continue;
        let draft = drafts.get(parsed.base);
        if (draft === undefined) {
            draft = { base: parsed.base, entries: [], refusals: [], guards: [], chains: new Set() };
            drafts.set(parsed.base, draft);
        }
        draft.chains.add(name);
    }
}
function baseOfRefusal({ address, port, protocol, comment }, naming) {
    const name = naming.bySocket(address, port, protocol)?.name ?? nameInComment(comment);
    return name === null
        ? null
        : nftBaseOf({ namespace: name.namespace, name: name.service, port: name.port, protocol });
}
/** @returns the Service port that the comment of an element names: `shop/empty:http`. */
export function nameInComment(comment) {
    const [, namespace, service, port = ''] = /^([^/:\s]+)\/([^/:\s]+)(?::([^/:\s]*))?$/.exec(comment ?? '') ?? [];
    return namespace === undefined || service === undefined ? null : { namespace, service, port };
}
/** @returns the Service port that the chains of a draft name; null where none of them does. */
export function nameInChains({ chains }) {
    for (const chain of chains) {
        const service = parseNftName(chain)?.service;
        if (service != null)
            return service;
    }
    return null;
}
