import type { Cluster } from '../../kubernetes/objects.ts';
import type { ProblemList } from '../../problems/problem.ts';
import type { ServiceItem } from '../service-list.ts';
import { nearest } from '../words/nearest.ts';

/**
 * Says why a namespace has no Service in a list: there is no such namespace in the capture, or no Service of it has rules.
 * @param items the whole list
 * @param problems gets one of the two
 */
export function describeNamespace(
  namespace: string,
  items: readonly ServiceItem[],
  { services, endpoints, pods }: Cluster,
  problems: ProblemList,
): void {
  const inRules = new Set(items.flatMap((item) => (item.namespace === null ? [] : [item.namespace])));
  const inApi = [...(services ?? []), ...(endpoints ?? []), ...(pods ?? [])];
  if (inApi.some((object) => object.namespace === namespace)) {
    problems.add('no-service-in-namespace', { namespace });
    return;
  }
  const others = [...inRules].sort();
  const lookedIn = inApi.length === 0 ? 'rules' : 'capture';
  const [near] = nearest(namespace, [...others, ...inApi.map((object) => object.namespace)]);
  problems.add('no-such-namespace', { namespace, lookedIn, meant: near ?? null, others });
}
