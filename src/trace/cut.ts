import type { Chain, Cut, HookName, Ruleset, TableName } from '../iptables/ruleset.ts';
import type { Condition } from './outcome.ts';

/**
 * @param position in the list of rules that a packet may match; `atEnd` where none is left
 * @returns why the walk of a chain ends here: a rule that the dump lost may have decided. Null where none is missing at this
 *   place: what the rules before it decide is certain.
 */
export function cutHere(
  { table, name, rules, cut, unseen }: Chain,
  position: number,
  atEnd: boolean,
): Condition | null {
  if (unseen === true && atEnd) return UNSEEN;
  if (cut === undefined || (cut.side === 'end' ? !atEnd : position > 0)) return null;
  const place =
    rules.length === 0
      ? `before the rules of ${table} ${name}: what they do is not known`
      : cut.side === 'start'
        ? `and ${table} ${name} has lost rules at its start: one of them may decide`
        : `in ${table} ${name}, behind rule ${rules.length}: a rule that is missing may decide`;
  return dumpCut(cut, place);
}

/**
 * @returns why nothing can be said of a built-in chain, where a dump that broke off does not hold it; null where the chain
 *   is there, or a whole dump shows that it does not exist.
 */
export function cutTable(ruleset: Ruleset, table: TableName, hook: HookName): Condition | null {
  const held = ruleset.tables.get(table);
  if (held?.chains.has(hook) === true) return null;
  const cut = held === undefined ? ruleset.cut : held.cut;
  if (cut === undefined || ruleset.form !== 'save' || (held !== undefined && cut.within !== 'chains'))
    return null;
  return dumpCut(cut, `before table ${table}: what its chain ${hook} does is not known`);
}

/** Most nodes have no rules in these tables, and iptables-save prints them first where they exist. */
export function isSeldom(table: TableName): boolean {
  return table === 'raw' || table === 'mangle' || table === 'security';
}

/** @returns what is taken for granted of a seldom table that a dump which broke off does not hold. */
export function seldomTableAssumed(ruleset: Ruleset, table: TableName): Condition | null {
  const { cut } = ruleset;
  if (cut === undefined || ruleset.tables.has(table) || ruleset.form !== 'save') return null;
  return {
    code: 'dump-cut',
    text: `table ${table} is not in the dump, which breaks off at ${cut.file}:${cut.line}; it is taken to hold no rules`,
    settle: SETTLE,
  };
}

const UNSEEN: Condition = {
  code: 'chain-not-captured',
  text: 'where the packet goes then is not known',
  settle: 'capture the whole table with iptables-save',
};

const SETTLE = 'take the dump again on the node with `iptables-save -c`, and copy the file whole';

function dumpCut({ file, line }: Cut, place: string): Condition {
  return { code: 'dump-cut', text: `the dump breaks off at ${file}:${line}, ${place}`, settle: SETTLE };
}
