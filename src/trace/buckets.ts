import type { OpaqueModule } from '../iptables/match.ts';
import type { Extra } from '../nftables/expression.ts';
import type { NftTable } from '../nftables/ruleset.ts';
import type { Test } from '../rules/test.ts';
import { type Branch, changed } from './branch.ts';
import { type Written, written } from './writes.ts';

/** Modules that take from a bucket what they let through (xt_limit.c, xt_hashlimit.c, xt_quota.c). */
const TAKES: ReadonlySet<OpaqueModule> = new Set(['limit', 'hashlimit', 'quota']);

/** What matches where a bucket is dry, and takes from it where it does not match. */
const OVER = /--hashlimit-above |! --quota /;

/** Whether a test that this was the answer to took from a bucket, so that what comes to it a second time may find it dry. */
export function tookFromBucket(test: Test, held: boolean): boolean {
  return test.field === 'opaque' && TAKES.has(test.in.module) && held !== OVER.test(test.in.text);
}

/** The rule that a test is of. */
interface RulePlace {
  readonly backend: string;
  readonly table: string;
  readonly rule: { readonly chain: string; readonly number: number };
}

/** @returns the bucket of a test, as what is written; rules share one of hashlimit's by its name. Null where it takes from none. */
export function bucketOf(test: Test, { backend, table, rule }: RulePlace): Written | null {
  if (test.field !== 'opaque' || !TAKES.has(test.in.module)) return null;
  const { module, text } = test.in;
  return `bucket ${module === 'hashlimit' ? text : `${backend} ${table} ${rule.chain} ${rule.number}`}`;
}

/** @returns the branch after the test let it through: what it answered of the bucket before says nothing about it now. */
export function taken(branch: Branch, bucket: Written | null): Branch {
  return bucket === null ? branch : changed(branch, written(branch.state, bucket));
}

/**
 * @param place of its rule, or its name
 * @returns the bucket of a limit or quota of nft; null where it takes from none.
 */
export function bucketOfExtra(extra: Extra, place: string): Written | null {
  if (extra.kind !== 'limit' && extra.kind !== 'quota') return null;
  return `bucket nft ${place}`;
}

/** @returns true where the answer that a rule goes on means that the packet took from the bucket (nft_limit_eval, nft_quota_do_eval). */
export function takesWhere(held: boolean, extra: Extra, { objects }: NftTable): boolean {
  if (extra.kind !== 'limit' && extra.kind !== 'quota') return false;
  const object = typeof extra.name === 'string' ? objects.get(`${extra.kind} ${extra.name}`) : undefined;
  return held !== (object?.over ?? extra.over);
}
