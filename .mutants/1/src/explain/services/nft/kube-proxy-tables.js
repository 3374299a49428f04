import { isKubeProxyTable } from '../../../proxy/nft-roles.js';
/** Of one listing: whether a table is whole is asked for each flow, and told by all its chains and sets. */
const KNOWN = new WeakMap();
/** @returns the tables that kube-proxy wrote in nftables mode, one for each family; empty where nft was not captured. */
export function kubeProxyTables({ nft }) {
    if (nft === null || nft === undefined)
        return [];
    const tables = KNOWN.get(nft) ?? readTables(nft);
    KNOWN.set(nft, tables);
    return tables;
}
function readTables({ tables, file, cutAt }) {
    return [...tables.values()].filter(isKubeProxyTable).map((table) => ({
        family: table.family === 'ip6' ? 'ipv6' : 'ipv4',
        table,
        file,
        cut: cutAt !== null ||
            [...table.chains.values()].some((chain) => chain.cut) ||
            [...table.sets.values()].some((set) => set.cut),
    }));
}
