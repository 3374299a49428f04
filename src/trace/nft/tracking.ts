import type { Family } from '../../net/address.ts';
import { type Element, type Expression, fieldsOf } from '../../nftables/expression.ts';
import { isTableOfIptables } from '../../nftables/iptables-chains.ts';
import { objectMapOf } from '../../nftables/object-map.ts';
import type { NftRuleset, NftTable } from '../../nftables/ruleset.ts';
import type { Statement } from '../../nftables/statement.ts';

const KNOWN = new WeakMap<NftTable, boolean>();

/**
 * Whether a native rule makes the kernel track connections of a family: each that reads or writes `ct`, and each that
 * translates (nft_ct_get_init, nft_nat_init, … call `nf_ct_netns_get`); a base chain of type nat alone does not.
 * @param saved whether iptables-save of iptables-nft is at hand
 */
export function nftAsksForTracking(nft: NftRuleset | null, family: Family, saved: boolean): boolean {
  const own = family === 'ipv4' ? 'ip' : 'ip6';
  for (const table of nft?.tables.values() ?? []) {
    if (table.family !== own && table.family !== 'inet') continue;
    // A table of iptables-nft is asked for in iptables' own dump, where that is here; nft does not show all of it.
    if (!saved && isTableOfIptables(table)) return true;
    // Somebody may have added rules of nft to one.
    if (tableAsks(table)) return true;
  }
  return false;
}

/** Looks only until a rule is found, which is soon: kube-proxy's base chains ask for `ct state new`. */
function tableAsks(table: NftTable): boolean {
  let asks = KNOWN.get(table);
  if (asks === undefined) {
    asks = anyRuleAsks(table);
    KNOWN.set(table, asks);
  }
  return asks;
}

function anyRuleAsks({ chains }: NftTable): boolean {
  for (const { rules } of chains.values())
    for (let index = 0; index < rules.length; index++) if (rules.at(index).statements.some(asks)) return true;
  return false;
}

function asks(statement: Statement): boolean {
  const objects = objectMapOf(statement);
  if (objects !== null && reads(objects)) return true;
  switch (statement.kind) {
    case 'match':
      return reads(statement.left) || reads(statement.right);
    case 'vmap':
      return reads(statement.key);
    case 'assign':
      return statement.field.kind === 'ct' || reads(statement.value);
    case 'set-update':
      return reads(statement.key) || (statement.data !== null && reads(statement.data));
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
    case 'synproxy':
    case 'flow':
    case 'ct-count':
      return true;
    case 'passive':
      return statement.what.startsWith('ct ');
    default:
      return false;
  }
}

function reads(expression: Expression): boolean {
  if (expression.kind === 'set')
    return expression.elements.some(({ extras }: Element) => extras.some(({ kind }) => kind === 'ct-count'));
  return fieldsOf(expression).some(({ kind }) => kind === 'ct');
}
