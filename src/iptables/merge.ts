import type { ProblemList } from '../problems/problem.ts';
import type { Ruleset, Table, TableName } from './ruleset.ts';
import { type TablePart, uniteTables } from './unite-tables.ts';

/** A table and the ruleset it came in. */
export interface TableOfRuleset {
  readonly ruleset: Omit<Ruleset, 'tables'>;
  readonly part: TablePart;
  /** True where it stands in the same dump as the table before it. */
  readonly sameDump: boolean;
}

/**
 * Makes one ruleset of each family and backend from the rulesets of several files. Tables of different files are
 * united; a table given twice is a problem (`duplicate-table`).
 * @returns rulesets in the order in which their family and backend were first met.
 */
export function mergeRulesets(rulesets: readonly Ruleset[], problems: ProblemList): Ruleset[] {
  const tables: TableOfRuleset[] = [];
  for (const ruleset of rulesets) {
    for (const table of ruleset.tables.values())
      tables.push({ ruleset, part: { table, form: ruleset.form, ...placeOf(table) }, sameDump: false });
  }
  const united = uniteAll(tables, problems);
  for (const { tables: _, ...ruleset } of rulesets) {
    if (!united.some((one) => one.family === ruleset.family && one.backend === ruleset.backend))
      united.push({ ...ruleset, tables: new Map() });
  }
  return united;
}

/** Collects tables into one ruleset for each family and backend. */
export function uniteAll(tables: readonly TableOfRuleset[], problems: ProblemList): Ruleset[] {
  const groups = new Map<string, { ruleset: Omit<Ruleset, 'tables'>; tables: Map<TableName, TablePart> }>();
  for (const { ruleset, part, sameDump } of tables) {
    const key = `${ruleset.family} ${ruleset.backend}`;
    const group = groups.get(key) ?? { ruleset, tables: new Map<TableName, TablePart>() };
    groups.set(key, group);
    const known = group.tables.get(part.table.name);
    group.tables.set(
      part.table.name,
      known === undefined ? part : uniteTables(known, part, sameDump, problems),
    );
    const assumed = group.ruleset.backendAssumed && ruleset.backendAssumed;
    const cut = group.ruleset.cut ?? ruleset.cut;
    const leftOut = [...new Set([...(group.ruleset.leftOut ?? []), ...(ruleset.leftOut ?? [])])];
    group.ruleset = {
      ...group.ruleset,
      backendAssumed: assumed,
      ...(cut === undefined ? {} : { cut }),
      ...(leftOut.length === 0 ? {} : { leftOut }),
      ...(ruleset.besideLegacy === undefined ? {} : { besideLegacy: ruleset.besideLegacy }),
      ...(ruleset.allTables === true ? { allTables: true as const } : {}),
    };
  }
  return [...groups.values()].map(({ ruleset, tables: parts }) => ({
    ...ruleset,
    form: formOf([...parts.values()]),
    tables: new Map([...parts].map(([name, part]): [TableName, Table] => [name, part.table])),
  }));
}

/** The most complete form: what a listing left out of one table says nothing about a dumped one. */
function formOf(parts: readonly TablePart[]): Ruleset['form'] {
  const forms = new Set(parts.map((part) => part.form));
  if (forms.has('save')) return 'save';
  return forms.has('rules-listing') ? 'rules-listing' : 'table-listing';
}

function placeOf(table: Table): { file: string | null; line: number | null } {
  for (const chain of table.chains.values()) {
    if (chain.line !== null) return { file: chain.file, line: chain.line };
  }
  return { file: null, line: null };
}
