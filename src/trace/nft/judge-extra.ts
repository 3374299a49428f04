import type { Extra } from '../../nftables/expression.ts';
import { printExtra } from '../../nftables/print/print-expression.ts';
import type { NftTable } from '../../nftables/ruleset.ts';
import { type Unknown, unknown } from '../answer.ts';
import { placedRule, type RulePlace } from './rule-result.ts';

/** No packet is longer, not even one that its device will cut to pieces (GSO_MAX_SIZE). */
const LONGEST = 1 << 19;

/**
 * @param length of the packet in bytes; null where it is not known
 * @returns whether the rule goes on behind a counter, limit or quota; `open`: only the kernel knows how much it has counted.
 */
export function judgeExtra(
  extra: Extra,
  { objects }: NftTable,
  length: number | null,
): 'yes' | 'no' | 'open' {
  switch (extra.kind) {
    case 'counter':
    case 'last':
      return 'yes';
    case 'quota': {
      const object = typeof extra.name === 'string' ? objects.get(`quota ${extra.name}`) : undefined;
      if (extra.name !== null && object === undefined) return 'open';
      const over = object?.over ?? extra.over;
      const { bytes, used } = object?.values ?? extra;
      if (typeof bytes !== 'number' || typeof used !== 'number') return 'open';
      // The packet itself counts too (nft_overquota). What was used up when it was listed stays so; nft tells no more than that.
      const exceeded = used >= bytes || (length === null ? null : used + length > bytes);
      if (exceeded !== null) return exceeded === over ? 'yes' : 'no';
      return used + LONGEST > bytes ? 'open' : over ? 'no' : 'yes';
    }
    case 'limit':
    case 'ct-count':
      return 'open';
  }
}

/** @returns whether the rule goes on behind it, as a question. */
export function questionOfExtra(extra: Extra, place: RulePlace): Unknown {
  const object = 'name' in extra && typeof extra.name === 'string' ? `${extra.kind} ${extra.name}` : null;
  return unknown({ code: 'nft-limit', text: printExtra(extra), rule: placedRule(place), object });
}
