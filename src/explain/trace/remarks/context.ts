import type { Ruleset } from '../../../iptables/ruleset.ts';
import type { Prefix } from '../../../net/prefix.ts';
import type { Outcome, Trace } from '../../../trace/outcome.ts';
import type { Known } from '../../question/question.ts';
import type { Remark } from '../../trace-list.ts';
import type { GivenItems } from '../given-items.ts';
import type { Namer } from '../namer.ts';
import type { Target } from './target.ts';

/** What remarks about one packet's outcomes are made from. */
export interface RemarkContext {
  readonly trace: Trace;
  /** The rules that were walked, with what was supplied. */
  readonly rulesets: readonly Ruleset[];
  readonly known: Known;
  readonly namer: Namer;
  readonly conditions: GivenItems;
  /** What the packet was sent to, in the API's words. */
  readonly target: Target;
  /** The pods' networks of the packet's family, as far as they are known. */
  readonly podNetworks: readonly Prefix[];
  /** Where the packet comes from, as far as remarks ask. */
  readonly client: Client;
}

/** The sender, as the API knows it. */
export interface Client {
  /** `pod shop/client-a`, `192.168.100.50`: subject of a sentence. */
  readonly label: string;
  /** True where it is a pod of this node or the node itself; null where that is not known. */
  readonly onThisNode: boolean | null;
  /** True where it is a pod of this node with an address of its own. */
  readonly localPod: boolean;
  /** The node it is on, where that is another one. */
  readonly otherNode: string | null;
  /** True where the question gave the interface it comes in by. */
  readonly interfaceGiven: boolean;
}

/** One thing to look for. */
export type RemarkFinder = (outcome: Outcome, context: RemarkContext) => readonly Remark[];

/** @returns a remark in a list, for finders that make at most one. */
export function remark(
  code: string,
  effect: Remark['effect'],
  text: string,
  settle: string | null = null,
): Remark[] {
  return [{ code, effect, text, about: null, settle }];
}
