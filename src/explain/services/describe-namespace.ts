import type { Cluster } from '../../kubernetes/objects.ts';
import type { ServiceItem } from '../service-list.ts';
import { nearest } from '../words/nearest.ts';

const NAMED = 10;

/**
 * Says why a namespace has no Service in a list: there is no such namespace in the capture, or no Service of it has rules.
 * @param items the whole list
 */
export function describeNamespace(
  namespace: string,
  items: readonly ServiceItem[],
  { services, endpoints, pods }: Cluster,
): { readonly code: string; readonly message: string } {
  const inRules = new Set(items.flatMap((item) => (item.namespace === null ? [] : [item.namespace])));
  const inApi = [...(services ?? []), ...(endpoints ?? []), ...(pods ?? [])];
  if (inApi.some((object) => object.namespace === namespace)) {
    return { code: 'no-service-in-namespace', message: `no rule is for a Service of namespace ${namespace}` };
  }
  const names = [...inRules].sort();
  const shown = names.slice(0, NAMED).join(', ');
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  const others = names.length === 0 ? '' : `; the rules have Services of ${shown}${more}`;
  const where = inApi.length === 0 ? 'the rules name no Service of' : 'the capture has no';
  const [near] = nearest(namespace, [...names, ...inApi.map((object) => object.namespace)]);
  const hint = near === undefined ? '' : ` (Did you mean ${near}?)`;
  return { code: 'no-such-namespace', message: `${where} namespace ${namespace}${hint}${others}` };
}
