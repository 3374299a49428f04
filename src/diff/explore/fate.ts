import type { Rule } from '../../iptables/ruleset.ts';
import { type Address, formatAddress } from '../../net/address.ts';
import type { Ending, PathNode } from '../../trace/branch.ts';
import { iptablesRule, type Step } from '../../trace/outcome.ts';
import { placeText } from '../../trace/place.ts';
import { flat } from '../../trace/question.ts';
import { ruleKey } from '../rules/rule-key.ts';
import { type Group, type Noticed, resultOf, type Shares, sameShares } from './compare-ways.ts';

/** How one way of a packet ends, as far as it is told of a class that differs. */
export interface End extends Pick<Ending, 'verdict' | 'reason' | 'rejectWith' | 'exit'> {
  readonly state: Noticed;
  /** The rule or policy that did not let it pass, in words; null where it passed, or nobody knows. */
  readonly decider: string | null;
  /** Whether a rule, or IPVS, gave it another destination. */
  readonly isDirected: boolean;
  /** Whether conntrack translates its connection's destination. */
  readonly isTranslated: boolean;
}

/** What becomes of the packets of a class on one side, where certain questions are answered in a certain way. */
export interface Fate {
  /** Whether it rests on the answer to any question. */
  readonly isConditional: boolean;
  readonly shares: Shares;
  /** The first way to each result, see {@link Group}. */
  readonly ends: ReadonlyMap<string, End>;
}

/**
 * Keeps of ways what is told of them. Two nodes differ in ten thousands of classes: with all steps and answers of each they
 * would take gigabytes. Most of them end as others did, and share these ends.
 */
export class Fates {
  readonly #kept = new Map<string, { readonly result: string; readonly end: End }>();

  of({ answers, shares, ends }: Group): Fate {
    const told = new Map<string, End>();
    const sharedOut = new Map<string, number>();
    for (const [name, ending] of ends) {
      const { result, end } = this.#keep(name, ending);
      told.set(result, end);
      sharedOut.set(result, shares.get(name) ?? 0);
    }
    return { isConditional: answers.list().size > 0, shares: sharedOut, ends: told };
  }

  #keep(result: string, ending: Ending): { readonly result: string; readonly end: End } {
    const end = shorten(ending);
    const { decider, reason, state, isDirected, isTranslated } = end;
    // Of a packet that was dropped the result does not say where it was sent.
    const to = `${formatAddress(state.destination)} ${state.destinationPort}`;
    const key = [result, to, decider, reason === null ? '' : flat(reason), isDirected, isTranslated].join(
      '\0',
    );
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const fresh = { result, end };
    this.#kept.set(key, fresh);
    return fresh;
  }
}

/** @returns true where both groups do the same with the packet, were the addresses that are put aside one and the same. */
export function sameOutcomes(before: Fate, after: Fate, isAside: (address: Address) => boolean): boolean {
  const text = (address: Address): string => (isAside(address) ? 'aside' : formatAddress(address));
  const [own, other] = [before, after].map(({ shares, ends }) => {
    const merged = new Map<string, number>();
    for (const [result, end] of ends) {
      const name = resultOf(end, end.state, text);
      merged.set(name, (merged.get(name) ?? 0) + (shares.get(result) ?? 0));
    }
    return merged;
  });
  return own !== undefined && other !== undefined && sameShares(own, other);
}

function shorten({ verdict, reason, rejectWith, exit, branch }: Ending): End {
  const { source, sourcePort, sourceRewrite, destination, destinationPort, tos, ttl } = branch.state;
  return {
    verdict,
    reason,
    rejectWith,
    exit,
    state: { source, sourcePort, sourceRewrite, destination, destinationPort, tos, ttl },
    decider: verdict === 'accept' || reason !== null ? null : deciderOf(branch.path?.entry.step),
    isDirected: isDirected(branch.path),
    isTranslated: branch.state.connection?.dnat === true,
  };
}

function isDirected(newest: PathNode | null): boolean {
  for (let node = newest; node !== null; node = node.before) {
    const { step } = node.entry;
    const kind = step.program === 'nft' ? step.action : iptablesRule(step)?.target?.kind;
    if (kind === 'dnat' || kind === 'redirect' || step.program === 'ipvs') return true;
  }
  return false;
}

function deciderOf(step: Step | undefined): string {
  if (step === undefined) return ruleOrPolicy(null, undefined);
  if (step.program === 'nft') return `${placeText(step)} ${step.rule?.text ?? 'policy'}`;
  return ruleOrPolicy(step.rule, step.chain);
}

function ruleOrPolicy(rule: Rule | null, chain: string | undefined): string {
  return rule === null ? `policy ${chain}` : `${rule.chain} ${ruleKey(rule)}`;
}
