import type { OpaqueModule } from '../iptables/match.ts';
import type { Test } from '../rules/test.ts';
import { type Branch, changed } from './branch.ts';
import type { TestContext } from './fields/context.ts';
import { type Written, written } from './writes.ts';

/** Modules that take from a bucket what they let through (xt_limit.c, xt_hashlimit.c, xt_quota.c). */
const TAKES: ReadonlySet<OpaqueModule> = new Set(['limit', 'hashlimit', 'quota']);

/** Whether what the module lets through is taken from a bucket. */
export function hasBucket(module: OpaqueModule): boolean {
  return TAKES.has(module);
}

/** The rule that a test is of. */
export type RuleOfTest = Pick<TestContext, 'backend' | 'table' | 'rule'>;

/** @returns the bucket of a test, as what is written; null where it has none. One of hashlimit's is that of all rules that ask alike. */
export function bucketOf(test: Test, { backend, table, rule }: RuleOfTest): Written | null {
  if (test.field !== 'opaque' || !hasBucket(test.in.module)) return null;
  const { module, text } = test.in;
  return `bucket ${module === 'hashlimit' ? text : `${backend} ${table} ${rule.chain} ${rule.number}`}`;
}

/** Whether a test that this was the answer to took from its bucket, so that what comes to it a second time may find it dry. */
export function tookFromBucket(test: Test, held: boolean): boolean {
  if (test.field !== 'opaque' || !hasBucket(test.in.module)) return false;
  const { takes } = test.in;
  return takes === 'either' || held === (takes === undefined);
}

/** @returns the branch after something took from the bucket: what it answered of it before says nothing about it now. */
export function taken(branch: Branch, bucket: Written | null): Branch {
  return bucket === null ? branch : changed(branch, written(branch.state, bucket));
}
