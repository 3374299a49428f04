import type { GivenItem } from '../explain/trace-list.ts';

/** @returns true for an answer whether one of kube-proxy's lists of recent clients has the client; other lists are not told so. */
export function isAffinityList({ code, affinity }: Pick<GivenItem, 'code' | 'affinity'>): boolean {
  return code === 'recent' && affinity === true;
}
