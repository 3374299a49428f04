import type { HookName, Ruleset, TableName } from '../iptables/ruleset.ts';
import { unknown } from './answer.ts';
import { answered, type Branch, decided } from './branch.ts';
import { assume, type TraceContext } from './context.ts';
import { cutTable, isSeldom, seldomTableAssumed } from './cut.ts';
import type { WalkResult } from './walk-chain.ts';

/**
 * A table that the dump does not hold, and that may be there all the same.
 * @returns what becomes of a packet there; null where the dump shows that there is no such chain
 */
export function absentTable(
  ruleset: Ruleset,
  table: TableName,
  hook: HookName,
): ((branch: Branch, context: TraceContext) => WalkResult) | null {
  if (table === 'nat' && ruleset.form !== 'save' && !ruleset.tables.has(table)) return withoutNatListing;
  const assumed = isSeldom(table) ? seldomTableAssumed(ruleset, table) : null;
  if (assumed !== null)
    return (branch, context) => {
      assume(context, assumed.code, assumed.text, assumed.settle);
      return { passed: [branch], translated: [], ended: [] };
    };
  const reason = cutTable(ruleset, table, hook);
  if (reason === null) return null;
  return (branch) => ({
    passed: [],
    translated: [],
    ended: [{ branch, verdict: 'unknown', reason, rejectWith: null, exit: null }],
  });
}

const NAT_NOT_LISTED = unknown(
  'nat-not-listed',
  'nat not listed',
  {
    holds: 'a rule of table nat, which the listing does not show, rewrites the packet',
    fails: 'no rule of table nat, which the listing does not show, rewrites the packet',
  },
  'capture all tables with `iptables-save -c`',
);

/** `iptables -L` and `-S` print one table. What nat does to a packet decides all that follows, so both ways are given. */
function withoutNatListing(branch: Branch, context: TraceContext): WalkResult {
  const { key, holds, fails } = NAT_NOT_LISTED;
  if (answered(branch, key) === false) return { passed: [branch], translated: [], ended: [] };
  context.questions.met(NAT_NOT_LISTED, branch.probability);
  return {
    passed: [decided(branch, key, false, fails)],
    translated: [],
    ended: [
      {
        branch: decided(branch, key, true, holds),
        verdict: 'unknown',
        reason: { ...holds, text: 'where the packet goes then is not known' },
        rejectWith: null,
        exit: null,
      },
    ],
  };
}
