import type { Extra } from '../../nftables/expression.ts';
import { printExtra } from '../../nftables/print/print-expression.ts';
import type { NftTable } from '../../nftables/ruleset.ts';
import { type Unknown, unknown } from '../answer.ts';
import type { Branch } from '../branch.ts';
import { bucketOfExtra, taken, takesWhere } from '../buckets.ts';
import { eitherWay } from '../choose.ts';
import { flat } from '../question.ts';
import type { Questions } from '../questions.ts';
import { asWritten, writesOf } from '../writes.ts';
import { placedRule, type RulePlace } from './rule-result.ts';

/** No packet is longer, not even one that its device will cut to pieces (GSO_MAX_SIZE). */
const LONGEST = 1 << 19;

/**
 * @param length of the packet in bytes; null where it is not known
 * @param before how often the packet was counted there before
 * @returns whether the rule goes on behind a limit or quota; `open`: only the kernel knows how much it has counted.
 */
function judgeExtra(
  extra: Exclude<Extra, { readonly kind: 'counter' | 'last' }>,
  { objects }: NftTable,
  length: number | null,
  before: number,
): 'yes' | 'no' | 'open' {
  switch (extra.kind) {
    case 'quota': {
      const object = typeof extra.name === 'string' ? objects.get(`quota ${extra.name}`) : undefined;
      if (extra.name !== null && object === undefined) return 'open';
      const over = object?.over ?? extra.over;
      const { bytes, used } = object?.values ?? extra;
      if (typeof bytes !== 'number' || typeof used !== 'number') return 'open';
      // The packet itself counts too (nft_overquota). What was used up when it was listed stays so; nft tells no more than that.
      const exceeded = used >= bytes || (length === null ? null : used + length * (before + 1) > bytes);
      if (exceeded !== null) return exceeded === over ? 'yes' : 'no';
      return used + LONGEST * (before + 1) > bytes ? 'open' : over ? 'no' : 'yes';
    }
    case 'limit':
    case 'ct-count':
      return 'open';
  }
}

/** @returns the branch for each answer to: does the rule go on behind it? What took from a bucket may find it dry the next time. */
export function waysOfExtra(
  branch: Branch,
  extra: Extra,
  place: RulePlace,
  questions: Questions,
): { readonly after: Branch; readonly held: boolean }[] {
  if (extra.kind === 'counter' || extra.kind === 'last') return [{ after: branch, held: true }];
  const object = 'name' in extra && typeof extra.name === 'string' ? `${extra.kind} ${extra.name}` : null;
  const asked = { text: printExtra(extra), rule: placedRule(place), object };
  const bucket = bucketOfExtra(extra, object === null ? flat(asked) : `${asked.rule.table} ${object}`);
  const { state } = branch;
  const known = judgeExtra(extra, place.table, state.length, bucket === null ? 0 : writesOf(state, bucket));
  const question = (): Unknown =>
    unknown({ code: 'nft-limit', ...asked, ...(bucket === null ? {} : asWritten(state, bucket)) });
  const ways =
    known === 'open' ? eitherWay(branch, question(), questions) : [{ branch, held: known === 'yes' }];
  return ways.map(({ branch: way, held }) => ({
    after: takesWhere(held, extra, place.table) ? taken(way, bucket) : way,
    held,
  }));
}
