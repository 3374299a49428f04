import type { Ruleset } from '../../iptables/ruleset.ts';
import { isOfOneService } from '../../proxy/chains.ts';

/** @returns true where some rule of nat outside such chains leads to one: kube-proxy's rules serve, and are not just left there. */
export function entersServices({ tables }: Ruleset): boolean {
  for (const [name, { rules }] of tables.get('nat')?.chains ?? []) {
    if (isOfOneService(name)) continue;
    for (let index = 0; index < rules.length; index++)
      if (isOfOneService(rules.targetName(index))) return true;
  }
  return false;
}
