import { ownerOfTable } from '../../../proxy/nft-owners.js';
import { isOwn } from './nft-culprit.js';
/** @returns why a deviation is there that native nft rules made. */
export function nftCause({ what, at }, deviation) {
    switch (what) {
        case 'verdict':
            if (at === null || isOwn(at))
                return 'stale';
            return isByDesign(at, deviation) ? 'by-design' : 'nft-foreign';
        case 'translation':
            return at === null || isOwn(at) ? 'stale' : 'nft-foreign';
        case 'untracked':
            return 'nft-foreign';
        case 'no-element':
            return 'stale';
        case 'not-hooked':
            return 'nft-not-hooked';
        case 'not-marked':
        case 'mark-lost':
        case 'not-masqueraded':
        case 'masqueraded':
            return 'nft-masquerade';
    }
}
/** A network policy, or a firewall that keeps clients outside from the node or names them. */
function isByDesign({ family, table, rule, event }, { side, way }) {
    if (ownerOfTable(family, table) === 'calico')
        return true;
    if (side === 'pod' || side === 'node' || event === 'policy')
        return false;
    return (way.via === 'clusterIP' ||
        (rule?.statements ?? []).some((each) => each.kind === 'match' && each.left.kind === 'payload' && each.left.field === 'saddr'));
}
