import type { Family } from '../../../net/address.ts';
import { type Prefix, parsePrefix } from '../../../net/prefix.ts';
import type { NftTable } from '../../../nftables/ruleset.ts';
import type { Known } from '../../question/question.ts';
import { clusterIpMarks, exceptionOf } from './cluster-ip-marks.ts';
import { kubeProxyTables } from './kube-proxy-tables.ts';

const KNOWN = new WeakMap<NftTable, Prefix | null>();

/** Chains that are looked at before it is taken that none tells. */
const LOOKED_AT = 20;

/**
 * @returns the pods' network, which kube-proxy excludes from masquerading in nftables mode: `ip saddr != CIDR` marks what goes to
 *   cluster IPs, up to 1.35 in each Service's own chain, later in `services`. Null where it tells pods otherwise, or nothing does.
 */
export function clusterCidrInNft(known: Pick<Known, 'nft'>, family: Family): Prefix | null {
  for (const { family: own, table } of kubeProxyTables(known)) {
    if (own !== family) continue;
    let found = KNOWN.get(table);
    if (found === undefined) {
      found = search(table);
      KNOWN.set(table, found);
    }
    if (found !== null) return found;
  }
  return null;
}

function search(table: NftTable): Prefix | null {
  for (const rule of clusterIpMarks(table, LOOKED_AT)) {
    const right = exceptionOf(rule)?.right;
    const found = right?.kind === 'prefix' ? parsePrefix(`${right.address}/${right.length}`) : null;
    if (found !== null) return found;
  }
  return null;
}
