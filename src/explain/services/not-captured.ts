import type { Ruleset, Table } from '../../iptables/ruleset.ts';
import { splitChainName } from '../../proxy/chain-name.ts';
import { CHAINS, chainName, hasRole } from '../../proxy/chains.ts';
import { SERVICE_PREFIXES } from '../../proxy/hash.ts';
import { findMarkDrop } from './mark-drop.ts';
import type { ServiceDraft } from './service-draft.ts';

/**
 * @returns the chains of a Service port, SEP chains aside, that its rules lead to and that the capture does not hold,
 *   or of which it lost rules
 */
export function chainsNotCaptured(draft: ServiceDraft, { tables }: Ruleset): string[] {
  const nat = tables.get('nat');
  const wanted = new Set(draft.chains);
  for (const chain of wanted) for (const next of serviceChainsBehind(chain, nat)) wanted.add(next);
  const missing = [...wanted].sort(byPrefix).filter((chain) => {
    const held = nat?.chains.get(chain);
    return held === undefined || held.cut !== undefined;
  });
  if (missing.length > 0 || draft.suffix === null) return missing;
  // "has no local endpoints" says nothing of the others.
  const others = [chainName('SVC', draft.suffix)];
  if (draft.chains.size > 0) return dropsForLackOfLocal(wanted, nat) ? others : [];
  return !isWhole(nat) && draft.refusals.some(({ action }) => action === 'drop') ? others : [];
}

/** Where the cluster IPs were captured, they lead to every endpoint. */
function dropsForLackOfLocal(chains: ReadonlySet<string>, nat: Table | undefined): boolean {
  if (nat === undefined || nat.chains.has(CHAINS.services)) return false;
  return [...chains].every((chain) => hasRole(chain, 'external-local') && findMarkDrop(nat, chain) !== null);
}

/** @returns true where the table is there and no cut took chains from it. */
export function isWhole(table: Table | undefined): boolean {
  return table !== undefined && table.cut === undefined;
}

/** SVC first, then SVL, EXT, FW and XLB. */
function byPrefix(a: string, b: string): number {
  const rank = (chain: string) =>
    SERVICE_PREFIXES.findIndex((prefix) => chain.startsWith(chainName(prefix, '')));
  return rank(a) - rank(b);
}

function serviceChainsBehind(chain: string, nat: Table | undefined): string[] {
  const rules = nat?.chains.get(chain)?.rules;
  const found: string[] = [];
  if (rules === undefined || hasRole(chain, 'service', 'local')) return found;
  for (let index = 0; index < rules.length; index++) {
    const target = rules.targetName(index);
    const prefix = target === null ? null : splitChainName(target)?.prefix;
    if (target !== null && prefix != null && prefix !== 'SEP') found.push(target);
  }
  return found;
}
