import type { Outcome } from '../../../trace/outcome.ts';
import { saysRulesMissing } from '../../../words/rules-missing.ts';
import type { Remark } from '../../trace-list.ts';
import { findMissing } from '../missing-rules.ts';
import type { RemarkContext } from './context.ts';

/**
 * Chains that were not captured are walked as if they were empty, to say as much as can be said. Nobody knows that they
 * are: of a table that is pasted alone, another may refuse the packet.
 */
export function rulesMissing(outcome: Outcome, { rulesets, trace, known }: RemarkContext): readonly Remark[] {
  if (outcome.verdict !== 'accept') return [];
  // Where nft's own rules were listed and walked, iptables need not have any.
  if (rulesets.length === 0 && (known.nft ?? null) !== null) return [];
  const steps = outcome.path.map(({ step }) => step);
  return findMissing(rulesets, { packet: trace.packet, outcomes: [outcome], steps }).flatMap(
    ({ note: { code, settle }, what }): Remark[] => {
      if (what === null) return [];
      const text = `${what} not captured: whether a rule or policy there ends the packet is unknown`;
      return [{ code, effect: 'may-break', text, about: null, settle }];
    },
  );
}

/** @returns the remark that the outcome is accepted only as far as was captured; null where all that it passes was. */
export function rulesMissingOf(remarks: readonly Remark[]): Remark | null {
  return remarks.find(saysRulesMissing) ?? null;
}
