import { type NftRule, type NftTable, rulesOf } from '../../nftables/ruleset.ts';
import { flowtableText, ruleText } from './texts.ts';

/**
 * @returns what decides which connections a table hands to its flowtables, as one text; empty where it hands over none. Their
 * later packets skip the rules (nf_flow_offload_ip_hook).
 */
export function offloadText({ chains, flowtables }: NftTable): string {
  const handing = [...chains.values()].flatMap((chain) => {
    const rules = rulesOf(chain);
    return rules.some(handsOver) ? [[chain.name, ...rules.map(ruleText)].join('\n')] : [];
  });
  return handing.length === 0 ? '' : [...[...flowtables.values()].map(flowtableText), ...handing].join('\n');
}

function handsOver({ statements }: NftRule): boolean {
  return statements.some(({ kind }) => kind === 'flow');
}
