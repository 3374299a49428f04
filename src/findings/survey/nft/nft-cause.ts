import type { Known } from '../../../explain/question/question.ts';
import { ownerOfTable } from '../../../proxy/nft-owners.ts';
import type { NftStep } from '../../../trace/outcome.ts';
import type { Culprit, Deviation } from '../deviation.ts';
import { isOwn } from './nft-culprit.ts';
import { hasNoNodePorts } from './node-port-ips.ts';

/** The causes that native nft rules can be, see `Cause`. */
export type NftCause =
  | 'stale'
  | 'by-design'
  | 'nft-foreign'
  | 'nft-not-hooked'
  | 'nft-node-ports'
  | 'nft-masquerade';

/** @returns why a deviation is there that native nft rules made. */
export function nftCause(
  { what, at }: Extract<Culprit, { kind: 'nft' }>,
  deviation: Deviation,
  known: Known,
): NftCause {
  switch (what) {
    case 'verdict':
      if (at === null || isOwn(at)) return 'stale';
      return isByDesign(at, deviation) ? 'by-design' : 'nft-foreign';
    case 'translation':
      return at === null || isOwn(at) ? 'stale' : 'nft-foreign';
    case 'untracked':
      return 'nft-foreign';
    case 'no-element':
      return deviation.way.via === 'nodePort' && hasNoNodePorts(known, deviation.port.family)
        ? 'nft-node-ports'
        : 'stale';
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
function isByDesign({ family, table, rule, event }: NftStep, { side, way }: Deviation): boolean {
  if (ownerOfTable(family, table) === 'calico') return true;
  if (side === 'pod' || side === 'node' || event === 'policy') return false;
  return (
    way.via === 'clusterIP' ||
    (rule?.statements ?? []).some(
      (each) => each.kind === 'match' && each.left.kind === 'payload' && each.left.field === 'saddr',
    )
  );
}
