import type { Ruleset } from '../../iptables/ruleset.ts';
import { isOfOneService } from '../../proxy/chains.ts';
import { otherChains } from '../services/other-chains.ts';

/** @returns true where some rule of nat outside such chains leads to one: kube-proxy's rules serve, and are not just left there. */
export function entersServices({ tables }: Ruleset): boolean {
  const nat = tables.get('nat');
  if (nat === undefined) return false;
  for (const { rules } of otherChains(nat))
    for (let index = 0; index < rules.length; index++)
      if (isOfOneService(rules.targetName(index))) return true;
  return false;
}
