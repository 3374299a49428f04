import type { Chain, Ruleset } from '../../iptables/ruleset.ts';
import { CHOOSING, hasRole } from '../../proxy/chains.ts';
import type { ServiceItem } from '../service-list.ts';

/**
 * @returns false where rules by which endpoints of a Service port are chosen may be missing from the capture: that nothing leads to an
 *   address is then not known
 */
export function isChoiceWhole(item: ServiceItem, { tables }: Ruleset): boolean {
  const chains = tables.get('nat')?.chains;
  const names = [...item.chains, ...item.notCaptured].filter((name) => hasRole(name, ...CHOOSING));
  return names.every((name) => {
    const chain = chains?.get(name);
    return chain !== undefined && isWhole(chain, textsOf(item, name));
  });
}

/**
 * What each rule of a chain that chooses spells: the chain, and the Service port in a comment (writeServiceToEndpointRules of
 * pkg/proxy/iptables/proxier.go, and what stood in its place since 1.2).
 */
function textsOf({ namespace, name, port }: ServiceItem, chain: string): readonly string[] {
  if (namespace === null || name === null) return [chain];
  return [chain, `${namespace}/${name}${port === null || port === '' ? '' : `:${port}`}`];
}

function isWhole(chain: Chain, spelt: readonly string[]): boolean {
  const { line, cut, unseen, sift, rules } = chain;
  if (cut !== undefined || unseen === true) return false;
  // A chain that no line declares is known by lines that were picked.
  if (sift === undefined && line === null) return false;
  const letsAll = (texts: readonly string[]) => texts.some((text) => spelt.some((own) => own.includes(text)));
  if (sift?.every(letsAll) === false) return false;
  for (let index = 0; index < rules.length; index++) {
    if (hasRole(rules.targetName(index), 'endpoint')) continue;
    // A line that cannot be read may lead to any endpoint.
    if (rules.at(index).target?.kind === 'unrecognised') return false;
  }
  return true;
}
