import type { Known } from '../../../explain/question/question.ts';
import { clusterIpMarks, exceptionOf } from '../../../explain/services/nft/cluster-ip-marks.ts';
import { kubeProxyTables } from '../../../explain/services/nft/kube-proxy-tables.ts';
import type { Family } from '../../../net/address.ts';
import { parsePrefix } from '../../../net/prefix.ts';
import type { DetectedPods } from '../detected-pods.ts';

/** As many chains as it takes to know. */
const SAMPLE = 200;

/**
 * Reads how kube-proxy's table tells pods from others, as it was told: by the rule that marks what goes to cluster IPs, since
 * 1.36 in `services`, before in the chain of each Service.
 * @returns null where the table of the family was not captured
 */
export function detectInNft(known: Known, family: Family): DetectedPods | null {
  const kube = kubeProxyTables(known).find((each) => each.family === family);
  if (kube === undefined) return null;
  const { table, cut } = kube;
  const networks = new Map<string, DetectedPods['networks'][number]>();
  let [some, all] = [0, 0];
  for (const rule of clusterIpMarks(table, SAMPLE)) {
    const exception = exceptionOf(rule);
    if (exception === null) all++;
    else some++;
    if (exception?.right.kind !== 'prefix') continue;
    const prefix = parsePrefix(`${exception.right.address}/${exception.right.length}`);
    if (prefix !== null) networks.set(`${prefix.value}`, { prefix, rule: { ...rule, counters: null } });
  }
  if (cut && some === 0 && all === 0) return null;
  return {
    kind: some === 0 && all === 0 ? 'none' : some >= all ? 'some' : 'all',
    networks: [...networks.values()],
  };
}
