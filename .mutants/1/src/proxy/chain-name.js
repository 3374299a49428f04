import { KUBE } from './chains.js';
import { chainHash, hashedTexts, SERVICE_PREFIXES } from './hash.js';
const PATTERN = new RegExp(`^${KUBE}(${SERVICE_PREFIXES.join('|')}|SEP)-([A-Z2-7]{16})$`);
/** @returns prefix and hash of a chain name that kube-proxy makes for a Service; null for any other name. */
export function splitChainName(chainName) {
    const match = PATTERN.exec(chainName);
    const prefix = [...SERVICE_PREFIXES, 'SEP'].find((known) => known === match?.[1]);
    const hash = match?.[2];
    return prefix === undefined || hash === undefined ? null : { prefix, hash };
}
/**
 * Checks a name that a comment gives against the hash in the chain's name, with nothing but arithmetic: what agrees is
 * certain even without the API.
 * @param endpoint for `KUBE-SEP-…` the endpoint as the DNAT rule or the comment has it: `10.0.0.1:80`, `[fd00::1]:80`.
 * @returns the protocol with which the name gives this hash, or null where none does.
 */
export function confirmChainName(chainName, service, endpoint = null) {
    const parts = splitChainName(chainName);
    if (parts === null || (parts.prefix === 'SEP') !== (endpoint !== null))
        return null;
    const isHash = (text) => chainHash(text + (endpoint ?? '')) === parts.hash;
    const found = ['TCP', 'UDP', 'SCTP'].find((protocol) => hashedTexts({ ...service, protocol }).some(isHash));
    return found ?? null;
}
