import type { HookName } from '../../iptables/ruleset.ts';
import type { Verdict } from '../../nftables/expression.ts';
import type { NftChain, NftRule, NftTable } from '../../nftables/ruleset.ts';
import type { Statement } from '../../nftables/statement.ts';
import type { Rewrite } from '../../rules/effect.ts';
import { type Branch, changed, type Ending } from '../branch.ts';
import type { Questions } from '../questions.ts';
import { queued } from '../queued.ts';
import type { NftPlacedRule, Reason } from '../reason.ts';

/** What a rule makes of a packet: one for each way it can go. */
export type RuleResult =
  /** Some expression broke the rule off: the next rule is asked. */
  | { readonly kind: 'broken'; readonly branch: Branch }
  /** The rule ran to its end, or a verdict ended it. `verdict` null: the next rule is asked. */
  | { readonly kind: 'matched'; readonly branch: Branch; readonly verdict: Verdict | null }
  | { readonly kind: 'translated'; readonly branch: Branch; readonly target: Rewrite }
  | {
      readonly kind: 'ended';
      readonly branch: Branch;
      readonly verdict: Ending['verdict'];
      readonly reason: Reason | null;
      readonly rejectWith: string | null;
    };

/** Where a rule stands. */
export interface RulePlace {
  readonly table: NftTable;
  readonly chain: NftChain;
  readonly rule: NftRule;
  readonly hook: HookName;
}

/** @returns the branch with this share of its probability. */
export function withShare(branch: Branch, share: number): Branch {
  return { ...branch, probability: branch.probability * share };
}

/** @returns the branch behind notrack: a packet that has its connection keeps it (nft_notrack_eval). */
export function untracked(branch: Branch): Branch {
  const { connection, zones } = branch.state;
  return connection === null && zones === null ? changed(branch, { untracked: 'UNTRACKED' }) : branch;
}

/** @returns how questions and reasons name the rule. */
export function placedRule({ table, chain, rule }: RulePlace): NftPlacedRule {
  return { table: `${table.family} ${table.name}`, chain: chain.name, number: rule.number };
}

/** @returns what becomes of a packet that a queue takes, and of one that nobody listens for. */
export function queueResults(
  branch: Branch,
  { text, bypass }: Extract<Statement, { kind: 'queue' }>,
  questions: Questions,
): RuleResult[] {
  const { passed, ended } = queued(branch, text, bypass, questions);
  const verdict = { kind: 'verdict', verdict: 'accept', chain: null } as const;
  return [
    ...passed.map((way) => ({ kind: 'matched', branch: way, verdict }) as const),
    ...ended.map((one) => ({ kind: 'ended', ...one }) as const),
  ];
}
