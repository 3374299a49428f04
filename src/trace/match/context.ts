import type { Host } from '../../host/facts.ts';
import type { HookName, Rule } from '../../iptables/ruleset.ts';
import type { PacketState } from '../state.ts';

/** What a match is judged by: the packet, the node, and where in the kernel they meet. */
export interface MatchContext {
  readonly state: PacketState;
  readonly host: Host;
  readonly hook: HookName;
  readonly rule: Rule;
}
