import type { Chain, Cut, HookName, Ruleset, TableName } from '../iptables/ruleset.ts';
import type { Assumption, CutPlace, Reason } from './reason.ts';

/**
 * @param position in the list of rules that a packet may match; `atEnd` where none is left
 * @returns why the walk of a chain ends here: a rule that the dump lost may have decided. Null where none is missing at this
 *   place: what the rules before it decide is certain.
 */
export function cutHere(
  { table, name, rules, cut, unseen }: Chain,
  position: number,
  atEnd: boolean,
): Reason | null {
  if (unseen === true && atEnd) return { code: 'chain-not-captured' };
  if (cut === undefined || cut.side === 'among' || (cut.side === 'end' ? !atEnd : position > 0)) return null;
  const place: CutPlace =
    rules.length === 0
      ? { lost: 'all', table, chain: name }
      : cut.side === 'start'
        ? { lost: 'start', table, chain: name }
        : { lost: 'end', table, chain: name, after: rules.length };
  return dumpCut(cut, place);
}

/**
 * @returns why nothing can be said of a built-in chain, where a dump that broke off does not hold it; null where the chain
 *   is there, or a whole dump shows that it does not exist.
 */
export function cutTable(ruleset: Ruleset, table: TableName, hook: HookName): Reason | null {
  const held = ruleset.tables.get(table);
  if (held?.chains.has(hook) === true) return null;
  const cut = held === undefined ? ruleset.cut : held.cut;
  if (cut === undefined || ruleset.form !== 'save' || (held !== undefined && cut.within !== 'chains'))
    return null;
  return dumpCut(cut, { lost: 'table', table, hook });
}

/** Most nodes have no rules in these tables, and iptables-save prints them first where they exist. */
export function isSeldom(table: TableName): boolean {
  return table === 'raw' || table === 'mangle' || table === 'security';
}

/** @returns what is taken for granted of a seldom table that a dump which broke off does not hold. */
export function seldomTableAssumed(ruleset: Ruleset, table: TableName): Assumption | null {
  const { cut } = ruleset;
  if (cut === undefined || ruleset.tables.has(table) || ruleset.form !== 'save') return null;
  return { code: 'table-cut', table, file: cut.file, line: cut.line };
}

function dumpCut({ file, line }: Cut, place: CutPlace): Reason {
  return { code: 'dump-cut', file, line, place };
}
