import type { Ruleset } from '../../iptables/ruleset.ts';

/** Chains that kube-proxy writes for one Service or one endpoint in iptables mode. */
export const OF_ONE_SERVICE = /^KUBE-(?:SVC|SVL|EXT|FW|XLB|SEP)-/;

/** @returns true where some rule of nat outside such chains leads to one: kube-proxy's rules serve, and are not just left there. */
export function entersServices({ tables }: Ruleset): boolean {
  for (const [name, { rules }] of tables.get('nat')?.chains ?? []) {
    if (OF_ONE_SERVICE.test(name)) continue;
    for (let index = 0; index < rules.length; index++)
      if (OF_ONE_SERVICE.test(rules.targetName(index) ?? '')) return true;
  }
  return false;
}
