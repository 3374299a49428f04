import { thisNodeName } from '../explain/question/this-node.ts';
import type { Ruleset } from '../iptables/ruleset.ts';
import type { Cluster } from '../kubernetes/objects.ts';
import { type ChainNames, nameChains } from '../proxy/chain-names.ts';
import type { Capture } from './capture.ts';
import { knownOf } from './known.ts';

/** What `services` and `chain` read of a capture. */
export interface NamedRules {
  readonly rulesets: readonly Ruleset[];
  readonly cluster: Cluster;
  readonly names: ChainNames;
  readonly node: string | null;
}

/** @returns the rules with the names that the API objects give to their chains. */
export async function nameRules(capture: Capture): Promise<NamedRules> {
  const cluster = await capture.cluster();
  const node = thisNodeName(knownOf(capture, cluster));
  return { rulesets: capture.rulesets, cluster, names: nameChains(cluster), node };
}
