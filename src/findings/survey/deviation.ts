import type { HookName } from '../../iptables/ruleset.ts';
import type { Endpoint } from '../../kubernetes/objects.ts';
import type { IptablesStep, NftStep, Outcome } from '../../trace/outcome.ts';
import type { Given } from '../../trace/question.ts';
import type { Reason } from '../../trace/reason.ts';
import type { ExpectedPort } from '../expected/expected-port.ts';
import type { Expectation, Side } from '../expected/setting.ts';
import type { Way } from '../expected/ways.ts';
import type { Client } from './senders.ts';

/** What made a packet go another way than it should: the first thing on its path that another rule set would not have. */
export type Culprit =
  /** A rule or policy that decided; `foreign` where none of kube-proxy's. */
  | { readonly kind: 'verdict'; readonly step: IptablesStep }
  /** Routing, forwarding or reverse-path checks: no rule. */
  | { readonly kind: 'routing'; readonly reason: Reason }
  /** The packet never came to nat CHAINS.services, or CHAINS.postrouting; `step`: an earlier rule that ended the table for it. */
  | { readonly kind: 'not-hooked'; readonly hook: HookName; readonly step: IptablesStep | null }
  /** Connection tracking was switched off for it, so nat never sees it. */
  | { readonly kind: 'untracked'; readonly step: IptablesStep }
  /** CHAINS.services has no rule for this destination. */
  | { readonly kind: 'no-rule' }
  /** It came into a chain of the Service and fell out at its end. */
  | { readonly kind: 'dead-end'; readonly step: IptablesStep }
  /** A DNAT or REDIRECT rule. */
  | { readonly kind: 'translation'; readonly step: IptablesStep }
  /** Another rule took the mark away that asks for masquerading. */
  | { readonly kind: 'mark-lost'; readonly step: IptablesStep }
  /** No rule marked it for masquerading. */
  | { readonly kind: 'not-marked' }
  /** It carried the mark, and no rule of POSTROUTING masqueraded it; `step`: a rule that ended nat POSTROUTING before. */
  | { readonly kind: 'not-masqueraded'; readonly step: IptablesStep | null }
  /** IPVS: it refused the packet, or sent it where it should not go. */
  | { readonly kind: 'balancer'; readonly server: string }
  /** nftables: a native rule or policy, or that there is none; `at` null. */
  | { readonly kind: 'nft'; readonly what: NftFault; readonly at: NftStep | null }
  | { readonly kind: 'unclear' };

/** What native rules did, or failed to do. */
export type NftFault =
  /** A rule or policy dropped or rejected it. */
  | 'verdict'
  | 'translation'
  | 'untracked'
  /** No element or rule takes it where one should. */
  | 'no-element'
  /** It never came to kube-proxy's chain `services`. */
  | 'not-hooked'
  | 'not-marked'
  | 'mark-lost'
  /** It carried the mark, and nothing masqueraded it. */
  | 'not-masqueraded'
  | 'masqueraded';

/** How what the rules do differs from what kube-proxy should have made them do. */
export type DeviationKind =
  /** An endpoint should answer; the packet is dropped or rejected. */
  | 'undelivered'
  /** An endpoint should answer; the packet passes without being sent to one. */
  | 'untranslated'
  /** Endpoints are missing, or others answer. */
  | 'wrong-endpoints'
  /** The right endpoints, not in equal shares. */
  | 'uneven'
  /** The endpoint sees the client, to whom its answer then goes directly. */
  | 'not-masqueraded'
  /** The endpoint sees the node instead of the client. */
  | 'masqueraded'
  /** Nobody should answer; the packet passes. */
  | 'not-refused';

/** One difference, for one Service port, way in and client. */
export interface Deviation {
  readonly kind: DeviationKind;
  readonly port: ExpectedPort;
  readonly way: Way;
  readonly side: Side;
  readonly client: Client;
  readonly expectation: Expectation;
  /** The outcomes that differ, at least one. */
  readonly outcomes: readonly Outcome[];
  /** With `wrong-endpoints`: endpoints that get nothing. */
  readonly missing: readonly Endpoint[];
  readonly culprit: Culprit;
  /** Answers without which it is not there; absent: it is there whatever the answers. */
  readonly under?: readonly Given[];
}
