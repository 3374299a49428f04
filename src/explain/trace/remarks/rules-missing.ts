import type { NftRuleset } from '../../../nftables/ruleset.ts';
import { NFT_TABLE } from '../../../proxy/nft-roles.ts';
import type { Outcome } from '../../../trace/outcome.ts';
import { listed } from '../../../words/numbers.ts';
import { saysRulesMissing } from '../../../words/rules-missing.ts';
import { nftChecksLacking } from '../../question/assumed-nft-hooks.ts';
import { SETTLE_NFT } from '../../question/assumed-nft-proxy.ts';
import type { Remark } from '../../trace-list.ts';
import { findMissing } from '../missing-rules.ts';
import type { RemarkContext } from './context.ts';
import { isTranslated } from './path-facts.ts';

/**
 * Chains that were not captured are walked as if they were empty, to say as much as can be said. Nobody knows that they
 * are: of a table that is pasted alone, another may refuse the packet.
 */
export function rulesMissing(outcome: Outcome, { rulesets, trace, known }: RemarkContext): readonly Remark[] {
  if (outcome.verdict !== 'accept') return [];
  // Where nft's own rules were listed and walked, iptables need not have any.
  const missing = known.nft == null ? [] : nftMissing(outcome, known.nft, trace);
  if (rulesets.length === 0 && known.nft != null) return missing;
  const steps = outcome.path.map(({ step }) => step);
  const inIptables = findMissing(rulesets, { packet: trace.packet, outcomes: [outcome], steps }).flatMap(
    ({ note: { code, settle }, what }): Remark[] => {
      if (what === null) return [];
      const text = `${what} not captured: whether a rule or policy there ends the packet is unknown`;
      return [{ code, effect: 'may-break', text, about: null, settle }];
    },
  );
  return [...inIptables, ...missing];
}

/** What kube-proxy's own chains translate, those that refuse for want of endpoints or of a port do not end. */
function nftMissing(outcome: Outcome, nft: NftRuleset, trace: RemarkContext['trace']): readonly Remark[] {
  const lacking = isTranslated(outcome, trace) ? [] : nftChecksLacking(nft, trace.packet.family);
  if (lacking.length === 0) return [];
  const text = `${listed(lacking)} of nft table ${NFT_TABLE} ${lacking.length === 1 ? 'was' : 'were'} not captured: whether a rule there ends the packet is unknown`;
  return [{ code: 'nft-chains-not-captured', effect: 'may-break', text, about: null, settle: SETTLE_NFT }];
}

/** @returns the remark that the outcome is accepted only as far as was captured; null where all that it passes was. */
export function rulesMissingOf(remarks: readonly Remark[]): Remark | null {
  return remarks.find(saysRulesMissing) ?? null;
}
