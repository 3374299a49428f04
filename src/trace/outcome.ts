import type { HookName, Rule } from '../iptables/ruleset.ts';
import type { Address } from '../net/address.ts';
import type { NftRule } from '../nftables/ruleset.ts';
import type { Packet, Sender } from './packet.ts';
import type { IptablesPlace, IpvsPlace, NftPlace, StepEvent } from './place.ts';
import type { Given } from './question.ts';
import type { Assumption, Reason, TurnFact } from './reason.ts';
import type { PacketState } from './state.ts';

export type { Device } from './packet.ts';

/** What became of the packet on this node. `unknown`: the capture cannot tell, and `given` or `reason` say why. */
export type Verdict = 'accept' | 'drop' | 'reject' | 'queue' | 'unknown';

/** @returns true where a packet's way ends in that nobody gets it. */
export function isStopped({ verdict }: { readonly verdict: Verdict }): boolean {
  return verdict === 'drop' || verdict === 'reject';
}

/**
 * A rule or policy that some outcome passed, with the place where it stands; listed once for each hook in which it was met.
 */
export type Step = IptablesStep | NftStep | IpvsStep;

/** A step in a chain of iptables. */
export interface IptablesStep extends IptablesPlace, StepFacts {
  /** Null for a policy and for the end of a user chain. */
  readonly rule: Rule | null;
}

/** A step in a chain of a native nft table. */
export interface NftStep extends NftPlace, StepFacts {
  readonly rule: NftRule | null;
}

/** A step at a virtual server of IPVS. */
export interface IpvsStep extends IpvsPlace, StepFacts {
  readonly rule: null;
}

/** @returns the rule of iptables that a step is; null for a policy, a chain's end, and what another program did. */
export function iptablesRule(step: Step): Rule | null {
  return step.program === 'iptables' ? step.rule : null;
}

/** What a step tells beside its place and its rule. */
export interface StepFacts {
  readonly id: number;
  readonly hook: HookName;
  readonly event: StepEvent;
  /** Lower-case verb: `jump`, `goto`, `accept`, `drop`, `reject`, `return`, `dnat`, `mark`, `log`, `continue`, … */
  readonly action: string;
  /** Chain jumped to, `--to-destination`, mark written, ICMP sent, policy; null where the action says it all. */
  readonly target: string | null;
}

/** One step on one outcome's way, with the packet as it was when it met the step. */
export interface PathEntry {
  readonly step: Step;
  /** The packet as the step's rule saw it; as it left it, of a native rule of nft, which may write and then ask. */
  readonly state: PacketState;
}

/** What is told by the steps alone that a packet passes, in order. */
export interface Passing {
  readonly path: readonly Pick<PathEntry, 'step'>[];
}

/** How the packet leaves: through an interface, or to a socket of the node. */
export type Exit =
  | { readonly kind: 'interface'; readonly name: string; readonly nextHop: Address | null }
  | { readonly kind: 'local' };

/** One way the packet can go. */
export interface Outcome {
  /** Given its conditions: outcomes with equal `given` add up to 1. */
  readonly probability: number;
  readonly given: readonly Given[];
  readonly verdict: Verdict;
  /** The step that ended it; null where routing or an existing flow did, and then `reason` says what. */
  readonly decidedBy: Step | null;
  /** Why a verdict came from elsewhere than a rule: `no-route`, `martian-source`, `rp-filter`, `forwarding-off`, … */
  readonly reason: Reason | null;
  /** `icmp-port-unreachable`, `tcp-reset`, …: what the sender gets; null unless rejected. */
  readonly rejectWith: string | null;
  readonly destination: { readonly address: Address; readonly port: number | null };
  readonly source: {
    readonly sender: Sender;
    readonly port: number | null;
    readonly rewrite: 'none' | 'masquerade' | 'snat';
  };
  readonly exit: Exit | null;
  /** The packet as it left the node, reached a socket of it, or was lost. */
  readonly end: PacketState;
  readonly path: readonly PathEntry[];
  /** Routing decisions and other turns between the rules, in order. */
  readonly turns: readonly Turn[];
}

/** Something that happened between rules. `after` is how many path entries came before it. */
export interface Turn {
  readonly after: number;
  readonly kind: 'route' | 'reroute' | 'conntrack' | 'nat' | 'loopback';
  readonly fact: TurnFact;
}

/** Everything that can happen to one packet. */
export interface Trace {
  readonly packet: Packet;
  readonly steps: readonly Step[];
  readonly outcomes: readonly Outcome[];
  /** What was taken for granted because the capture is silent. */
  readonly assumptions: readonly Assumption[];
}
