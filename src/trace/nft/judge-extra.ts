import type { Extra } from '../../nftables/expression.ts';
import { printExtra } from '../../nftables/print/print-expression.ts';
import type { NftTable } from '../../nftables/ruleset.ts';
import { unknown } from '../answer.ts';
import type { Branch } from '../branch.ts';
import { taken } from '../buckets.ts';
import { eitherWay } from '../choose.ts';
import { flat } from '../question.ts';
import type { Questions } from '../questions.ts';
import type { Rewritten } from '../rewritten.ts';
import { type Written, writesOf } from '../writes.ts';
import { placedRule, type RulePlace } from './rule-result.ts';

/** No packet is longer, not even one that its device will cut to pieces (GSO_MAX_SIZE). */
const LONGEST = 1 << 19;

/** What takes from a bucket, its own or a named one. */
type Bucket = Extract<Extra, { readonly kind: 'limit' | 'quota' }>;

/** @returns the named object that is meant; null for one of the rule's own, undefined where the listing does not have it. */
function objectOf({ kind, name }: Bucket, { objects }: NftTable) {
  if (name === null) return null;
  return typeof name === 'string' ? objects.get(`${kind} ${name}`) : undefined;
}

/** Whether the rule goes on with what is over it. */
function isOver(extra: Bucket, table: NftTable): boolean {
  return objectOf(extra, table)?.over ?? extra.over;
}

/**
 * @param length of the packet in bytes; null where it is not known
 * @param before how often the packet was counted there before
 * @returns whether the rule goes on behind a quota; null: only the kernel knows how much it has counted.
 */
function judgeQuota(
  extra: Extract<Extra, { readonly kind: 'quota' }>,
  table: NftTable,
  length: number | null,
  before: number,
): boolean | null {
  const object = objectOf(extra, table);
  if (object === undefined) return null;
  const over = isOver(extra, table);
  const { bytes, used } = object?.values ?? extra;
  if (typeof bytes !== 'number' || typeof used !== 'number') return null;
  // The packet itself counts too (nft_overquota). What was used up when it was listed stays so; nft tells no more than that.
  const exceeded = used >= bytes || (length === null ? null : used + length * (before + 1) > bytes);
  if (exceeded !== null) return exceeded === over;
  return used + LONGEST * (before + 1) > bytes ? null : !over;
}

/**
 * @param key of the element whose own it is, as NAT has made it by now; empty for one of the rule
 * @returns the branch for each answer to: does the rule go on behind it? What took from a bucket (nft_limit_eval, nft_quota_do_eval)
 *   may find it dry the next time.
 */
export function waysOfExtra(
  branch: Branch,
  extra: Extra,
  place: RulePlace,
  questions: Questions,
  key: Rewritten = {},
): { readonly after: Branch; readonly held: boolean }[] {
  if (extra.kind === 'counter' || extra.kind === 'last') return [{ after: branch, held: true }];
  const object = 'name' in extra && typeof extra.name === 'string' ? `${extra.kind} ${extra.name}` : null;
  const asked = { text: printExtra(extra), rule: placedRule(place), object };
  const { table } = place;
  const bucket: Written = `bucket nft ${object === null ? flat({ ...asked, key }) : `${asked.rule.table} ${object}`}`;
  const { state } = branch;
  const before = writesOf(state, bucket);
  const known = extra.kind === 'quota' ? judgeQuota(extra, table, state.length, before) : null;
  const again = { ...key, ...(before === 0 ? {} : { writes: before }) };
  const ways =
    known === null
      ? eitherWay(branch, unknown({ code: 'nft-limit', ...asked, ...again }), questions)
      : [{ branch, held: known }];
  return ways.map(({ branch: way, held }) => {
    const took = extra.kind !== 'ct-count' && held !== isOver(extra, table);
    return { after: took ? taken(way, bucket) : way, held };
  });
}
