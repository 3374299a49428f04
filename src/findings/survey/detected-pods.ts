import type { Rule } from '../../iptables/ruleset.ts';
import type { Prefix } from '../../net/prefix.ts';
import type { LocalDetection } from '../expected/setting.ts';

/** As much of a rule as shows it. */
export type ShownRule = Pick<Rule, 'file' | 'line' | 'text' | 'counters'>;

/** How kube-proxy's rules tell pods from others, with a rule that shows it. */
export interface DetectedPods extends LocalDetection {
  /** The pod networks that kube-proxy was told; empty where it goes by interface, or was told none. */
  readonly networks: readonly { readonly prefix: Prefix; readonly rule: ShownRule }[];
}
