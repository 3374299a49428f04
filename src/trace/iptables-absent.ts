import type { HookName, Ruleset, TableName } from '../iptables/ruleset.ts';
import { tableKey } from '../nftables/ruleset.ts';
import { unknown } from './answer.ts';
import type { Branch } from './branch.ts';
import { eitherWay } from './choose.ts';
import { assume, type TraceContext } from './context.ts';
import { cutTable, isSeldom, seldomTableAssumed } from './cut.ts';
import type { Reason } from './reason.ts';
import type { WalkResult } from './walk-chain.ts';
import type { World } from './world.ts';

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
  if (ruleset.leftOut?.includes(table) === true && !ruleset.tables.has(table))
    return (branch, context) =>
      !listsTable(context.world, ruleset, table)
        ? untold(branch, { code: 'table-left-out', table })
        : { passed: [branch], translated: [], ended: [] };
  const assumed = isSeldom(table) ? seldomTableAssumed(ruleset, table) : null;
  if (assumed !== null)
    return (branch, context) => {
      assume(context, assumed);
      return { passed: [branch], translated: [], ended: [] };
    };
  const reason = cutTable(ruleset, table, hook);
  if (reason === null) return null;
  return (branch) => untold(branch, reason);
}

/** Whether nft tells what stands in a table: that there is none, where it listed all. */
function listsTable({ nft }: World, { family }: Ruleset, table: TableName): boolean {
  if (nft === null || nft === undefined) return false;
  return nft.part !== true || nft.tables.has(tableKey(family === 'ipv4' ? 'ip' : 'ip6', table));
}

function untold(branch: Branch, reason: Reason): WalkResult {
  const ended = [{ branch, verdict: 'unknown', reason, rejectWith: null, exit: null }] as const;
  return { passed: [], translated: [], ended: [...ended] };
}

const NAT_NOT_LISTED = unknown({ code: 'nat-not-listed' });

/** `iptables -L` and `-S` print one table. What nat does to a packet decides all that follows, so both ways are given. */
function withoutNatListing(branch: Branch, context: TraceContext): WalkResult {
  const ways = eitherWay(branch, NAT_NOT_LISTED, context.questions);
  const reason = { code: 'nat-not-listed' } as const;
  return {
    passed: ways.flatMap(({ branch: way, held }) => (held ? [] : [way])),
    translated: [],
    ended: ways.flatMap(({ branch: way, held }) => (held ? untold(way, reason).ended : [])),
  };
}
