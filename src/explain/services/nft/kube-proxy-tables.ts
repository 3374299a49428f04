import type { Family } from '../../../net/address.ts';
import type { NftRuleset, NftTable } from '../../../nftables/ruleset.ts';
import { isKubeProxyTable } from '../../../proxy/nft-roles.ts';
import type { Known } from '../../question/question.ts';

/** A table of kube-proxy's nftables mode. */
export interface KubeProxyTable {
  readonly family: Family;
  readonly table: NftTable;
  readonly file: string;
  /** The listing broke off, in this table or before it: what it lacks may be on the node. */
  readonly cut: boolean;
}

/** Of one listing: whether a table is whole is asked for each flow, and told by all its chains and sets. */
const KNOWN = new WeakMap<NftRuleset, readonly KubeProxyTable[]>();

/** @returns the tables that kube-proxy wrote in nftables mode, one for each family; empty where nft was not captured. */
export function kubeProxyTables({ nft }: Pick<Known, 'nft'>): readonly KubeProxyTable[] {
  if (nft === null || nft === undefined) return [];
  const tables = KNOWN.get(nft) ?? readTables(nft);
  KNOWN.set(nft, tables);
  return tables;
}

function readTables({ tables, file, cutAt }: NftRuleset): KubeProxyTable[] {
  return [...tables.values()].filter(isKubeProxyTable).map((table) => ({
    family: table.family === 'ip6' ? 'ipv6' : 'ipv4',
    table,
    file,
    cut:
      cutAt !== null ||
      table.part === true ||
      table.chains.cut ||
      [...table.sets.values()].some((set) => set.cut),
  }));
}
