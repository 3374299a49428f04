import { commentOf, type Rule, type RuleList } from '../../iptables/ruleset.ts';
import { CHAINS, hasRole, isOfOneService } from '../../proxy/chains.ts';
import { ownerOf, ownerOfComment } from '../../proxy/owners.ts';
import type { FamilyComparison } from '../compare-family.ts';
import type { RuleChange } from '../document.ts';
import { type DifferingClass, placeOf } from '../explore/explore.ts';
import type { ChainPair } from '../rules/chain-pairs.ts';
import { isUnseen, ruleKey } from '../rules/rule-key.ts';

/** Chains of one Service or endpoint, and those that hold one rule for each: what changes in them is told of the Service. */
const OF_SERVICES: ReadonlySet<string> = new Set([
  CHAINS.services,
  CHAINS.nodePorts,
  CHAINS.externalServices,
  CHAINS.proxyFirewall,
]);

/**
 * @param classes those that differ, of the packets that were asked about
 * @param all says whether every packet that the changes can concern was followed
 * @returns rules and policies that differ outside the chains of Services, in the order of tables and chains
 */
export function compareRules(
  { family, differing }: FamilyComparison,
  classes: readonly DifferingClass[],
  all: boolean,
): RuleChange[] {
  const passed = new Set(classes.flatMap((each) => [...each.passed]));
  return differing
    .filter(({ name }) => !OF_SERVICES.has(name) && !isOfOneService(name) && !hasRole(name, 'portal'))
    .flatMap((pair) =>
      changesOf(pair).map((change) => {
        const decides = passed.has(placeOf(pair.table, pair.name, change.rule?.text ?? null));
        const known = decides || (all && (change.rule === null || !isUnseen(change.rule)));
        return describe(pair, change, family, known ? decides : null);
      }),
    )
    .sort((a, b) => compare(placeText(a), placeText(b)));
}

interface Change {
  readonly change: RuleChange['change'];
  readonly rule: Rule | null;
  readonly text: string;
}

function describe(
  pair: ChainPair,
  { change, rule, text }: Change,
  family: RuleChange['family'],
  decides: boolean | null,
): RuleChange {
  const comment = rule === null ? null : commentOf(rule);
  const target = rule?.target?.kind === 'jump' || rule?.target?.kind === 'goto' ? rule.target.chain : null;
  const owner =
    ownerOf(pair.name) ??
    (comment === null ? null : ownerOfComment(comment)) ??
    (target === null ? null : ownerOf(target));
  return {
    change,
    family,
    table: pair.table,
    chain: pair.name,
    owner,
    rule: rule?.number ?? null,
    line: rule?.line ?? null,
    text,
    decides,
  };
}

function changesOf({ before, after }: ChainPair): Change[] {
  const [own, other] = [rulesIn(before?.rules ?? null), rulesIn(after?.rules ?? null)];
  const removed = lackingIn(own, other);
  const added = lackingIn(other, own);
  const [kept, keptAfter] = [
    own.filter((rule) => !removed.has(rule)),
    other.filter((rule) => !added.has(rule)),
  ];
  const moved = movedAmong(kept, keptAfter);
  const change =
    (kind: Change['change']) =>
    (rule: Rule): Change => ({ change: kind, rule, text: rule.text });
  const policy =
    before !== null && after !== null && before.policy !== after.policy
      ? [
          {
            change: 'policy' as const,
            rule: null,
            text: `${before.policy ?? 'none'} → ${after.policy ?? 'none'}`,
          },
        ]
      : [];
  return [
    ...policy,
    ...[...removed].map(change('removed')),
    ...[...added].map(change('added')),
    ...moved.map(change('moved')),
  ];
}

function rulesIn(rules: RuleList | null): Rule[] {
  return rules === null ? [] : Array.from({ length: rules.length }, (_, index) => rules.at(index));
}

function lackingIn(rules: readonly Rule[], others: readonly Rule[]): Set<Rule> {
  const counts = new Map<string, number>();
  for (const rule of others) counts.set(ruleKey(rule), (counts.get(ruleKey(rule)) ?? 0) + 1);
  return new Set(
    rules.filter((rule) => {
      const count = counts.get(ruleKey(rule)) ?? 0;
      counts.set(ruleKey(rule), count - 1);
      return count <= 0;
    }),
  );
}

/** @returns the fewest rules that have to be moved to make one order of the other: those outside a longest common run. */
function movedAmong(before: readonly Rule[], after: readonly Rule[]): Rule[] {
  const places = new Map<string, number[]>();
  for (const [at, rule] of after.entries())
    places.set(ruleKey(rule), [...(places.get(ruleKey(rule)) ?? []), at]);
  const order = before.map((rule) => places.get(ruleKey(rule))?.shift() ?? 0);
  const kept = longestRise(order);
  return before.filter((_, at) => !kept.has(at));
}

/** @returns the indices of a longest rising run of numbers (patience sorting). */
function longestRise(numbers: readonly number[]): Set<number> {
  const tails: number[] = [];
  const previous = numbers.map(() => -1);
  for (const [at, number] of numbers.entries()) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((numbers[tails[middle] ?? 0] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    previous[at] = tails[low - 1] ?? -1;
    tails[low] = at;
  }
  const kept = new Set<number>();
  for (let at = tails.at(-1) ?? -1; at >= 0; at = previous[at] ?? -1) kept.add(at);
  return kept;
}

function placeText({ table, chain, rule, change, text }: RuleChange): string {
  return `${table} ${chain} ${String(rule ?? 0).padStart(6, '0')} ${change} ${text}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
