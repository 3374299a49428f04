import type { ProblemList } from '../problems/problem.ts';
import type { Chain, Ruleset, Table } from './ruleset.ts';

/** A table with what is needed to unite it with another of the same name. */
export interface TablePart {
  readonly table: Table;
  readonly form: Ruleset['form'];
  /** Where it stands, for messages. */
  readonly file: string | null;
  readonly line: number | null;
}

/**
 * Makes one table of two that were given for the same family and backend. A complete dump (`save`) beats a listing or
 * a dump that broke off,
 * listings of single chains add up, and of two complete dumps the later one wins.
 * @param halves true where both stand in one dump, so that the second can be the first's other half.
 */
export function uniteTables(
  earlier: TablePart,
  later: TablePart,
  halves: boolean,
  problems: ProblemList,
): TablePart {
  const complete = (part: TablePart) => part.form === 'save' && part.table.cut === undefined;
  if (!complete(earlier) && !complete(later)) return uniteListings(earlier, later, problems);
  if (complete(earlier) && complete(later) && halves && areHalves(earlier.table, later.table))
    return { ...later, table: joined(earlier.table, later.table) };
  const wins = complete(earlier) && !complete(later) ? earlier : later;
  const used = complete(earlier) === complete(later) ? 'later' : 'complete';
  problems.add('duplicate-table', { table: later.table.name, used }, later.file, later.line);
  return wins;
}

/** Halves of one table: no chain is declared twice but the built-in ones, and none has rules in both. */
function areHalves(earlier: Table, later: Table): boolean {
  for (const chain of later.chains.values()) {
    const other = earlier.chains.get(chain.name);
    if (other === undefined) continue;
    const declaredTwice = chain.line !== null && other.line !== null;
    if (declaredTwice && (chain.policy === null || other.policy === null)) return false;
    if (chain.rules.length > 0 && other.rules.length > 0) return false;
  }
  return true;
}

function joined(earlier: Table, later: Table): Table {
  const chains = new Map(earlier.chains);
  for (const chain of later.chains.values()) {
    const other = chains.get(chain.name);
    const keepsOther = other !== undefined && chain.rules.length === 0;
    if (!keepsOther || other.line === null) chains.set(chain.name, withRulesOf(chain, other));
  }
  return { name: later.name, chains };
}

/** The declaration of one chain with the rules of another, where only that one has any. */
function withRulesOf(chain: Chain, other: Chain | undefined): Chain {
  if (other === undefined) return chain;
  if (chain.rules.length === 0 && other.rules.length > 0) {
    const { cut: _, sift: __, ...declared } = chain;
    return { ...declared, rules: other.rules, ...lossOf(other) };
  }
  if (chain.line !== null || other.line === null) return chain;
  const { cut: _, sift: __, ...declared } = other;
  return { ...declared, rules: chain.rules, ...lossOf(chain) };
}

/** What is known of rules that are not there. */
function lossOf({ cut, sift }: Chain): Pick<Chain, 'cut' | 'sift'> {
  return { ...(cut === undefined ? {} : { cut }), ...(sift === undefined ? {} : { sift }) };
}

/** Single chains add up. Of a chain given twice the `-S` form counts, since `-L` leaves details out; else the later one. */
function uniteListings(earlier: TablePart, later: TablePart, problems: ProblemList): TablePart {
  const chains = new Map(earlier.table.chains);
  const keeps = earlier.form === 'rules-listing' && later.form === 'table-listing';
  for (const chain of later.table.chains.values()) {
    const other = chains.get(chain.name);
    if (other?.cut === undefined && other !== undefined && chain.cut !== undefined) continue;
    if (other !== undefined && isExcerptOf(chain, other)) continue;
    if (other !== undefined && other.cut === undefined && other.rules.length > 0 && chain.rules.length > 0) {
      const used = keeps ? 'of-iptables-S' : 'later';
      const args = { chain: chain.name, table: later.table.name, used } as const;
      problems.add('duplicate-chain', args, chain.file ?? later.file, chain.line ?? later.line);
      if (keeps) continue;
    }
    if (other !== undefined && isEmptied(other, chain) && !keeps) {
      chains.set(chain.name, emptied(other, chain, later, problems));
      continue;
    }
    const united = withRulesOf(chain, other);
    if (other !== undefined && keepsNoPolicy(other, chain, earlier, later)) {
      const args = { chain: chain.name, table: later.table.name, used: 'policies' } as const;
      const place = { file: chain.file ?? later.file ?? '', line: chain.line ?? later.line ?? 1 };
      problems.add('duplicate-chain', args, place.file, place.line);
      chains.set(chain.name, { ...united, cut: { ...place, within: 'rules', side: 'end' } });
    } else chains.set(chain.name, united);
  }
  const cut = earlier.table.cut ?? later.table.cut;
  const table = { name: later.table.name, chains, ...(cut === undefined ? {} : { cut }) };
  return { ...later, form: weaker(earlier.form, later.form), table };
}

/**
 * `-P` names neither table nor family: two lines that disagree may be of two tables, or two families, as what a loop over iptables and
 * ip6tables prints.
 */
function keepsNoPolicy(one: Chain, other: Chain, earlier: TablePart, later: TablePart): boolean {
  return (
    earlier.form === 'rules-listing' &&
    later.form === 'rules-listing' &&
    one.line !== null &&
    other.line !== null &&
    one.policy !== other.policy
  );
}

/** Lines picked from a chain that was listed before as a whole: they tell nothing more. */
function isExcerptOf({ line, rules }: Chain, whole: Chain): boolean {
  if (line !== null || whole.line === null || whole.rules.length < rules.length) return false;
  const texts = new Set(Array.from({ length: whole.rules.length }, (_, index) => whole.rules.text(index)));
  return Array.from({ length: rules.length }, (_, index) => rules.text(index)).every((text) =>
    texts.has(text),
  );
}

/** Two listings declare the chain, the first with rules and the second without: the node at two times. */
function isEmptied(earlier: Chain, later: Chain): boolean {
  if (earlier.line === null || later.line === null) return false;
  return (
    earlier.rules.length > 0 &&
    later.rules.length === 0 &&
    (earlier.policy === null) === (later.policy === null)
  );
}

/** A head of `-L` is followed by all rules there are; behind a `-P` or `-N` they may have been left out. */
function emptied(
  earlier: Chain,
  chain: Chain,
  { table, form, file, line }: TablePart,
  problems: ProblemList,
): Chain {
  const known = form === 'table-listing';
  const place = { file: chain.file ?? file ?? '', line: chain.line ?? line ?? 1 };
  const args = { chain: chain.name, table: table.name, used: known ? 'later' : 'unknown' } as const;
  problems.add('duplicate-chain', args, place.file, place.line);
  return known
    ? chain
    : { ...withRulesOf(chain, earlier), cut: { ...place, within: 'rules', side: 'start' } };
}

function weaker(a: Ruleset['form'], b: Ruleset['form']): Ruleset['form'] {
  return a === 'table-listing' || b === 'table-listing' ? 'table-listing' : a;
}
