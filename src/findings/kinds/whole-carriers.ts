import type { ServiceItem } from '../../explain/service-list.ts';
import { kubeProxyTables } from '../../explain/services/nft/kube-proxy-tables.ts';
import type { CheckContext } from '../context.ts';
import { wholeRulesets } from '../rule-list.ts';

/** @returns a question: whether what programs the item was captured as a whole. */
export function wholeCarriers({
  known,
}: CheckContext): (item: Pick<ServiceItem, 'backend' | 'family'>) => boolean {
  const whole = new Set(wholeRulesets(known.rulesets).map(({ backend, family }) => `${backend} ${family}`));
  for (const { family, cut } of kubeProxyTables(known)) if (!cut) whole.add(`nft ${family}`);
  return ({ backend, family }) => whole.has(`${backend} ${family}`);
}
