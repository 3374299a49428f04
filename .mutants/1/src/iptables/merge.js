import { uniteTables } from './unite-tables.js';
/**
 * Makes one ruleset of each family and backend from the rulesets of several files. Tables of different files are
 * united; a table given twice is a problem (`duplicate-table`).
 * @returns rulesets in the order in which their family and backend were first met.
 */
export function mergeRulesets(rulesets, problems) {
    const tables = [];
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
export function uniteAll(tables, problems) {
    const groups = new Map();
    for (const { ruleset, part, sameDump } of tables) {
        const key = `${ruleset.family} ${ruleset.backend}`;
        const group = groups.get(key) ?? { ruleset, tables: new Map() };
        groups.set(key, group);
        const known = group.tables.get(part.table.name);
        group.tables.set(part.table.name, known === undefined ? part : uniteTables(known, part, sameDump, problems));
        const assumed = group.ruleset.backendAssumed && ruleset.backendAssumed;
        const cut = group.ruleset.cut ?? ruleset.cut;
        const leftOut = [...new Set([...(group.ruleset.leftOut ?? []), ...(ruleset.leftOut ?? [])])];
        group.ruleset = {
            ...group.ruleset,
            backendAssumed: assumed,
            ...(cut === undefined ? {} : { cut }),
            ...(leftOut.length === 0 ? {} : { leftOut }),
        };
    }
    return [...groups.values()].map(({ ruleset, tables: parts }) => ({
        ...ruleset,
        form: formOf([...parts.values()]),
        tables: new Map([...parts].map(([name, part]) => [name, part.table])),
    }));
}
/** The most complete form: what a listing left out of one table says nothing about a dumped one. */
function formOf(parts) {
    const forms = new Set(parts.map((part) => part.form));
    if (forms.has('save'))
        return 'save';
    return forms.has('rules-listing') ? 'rules-listing' : 'table-listing';
}
function placeOf(table) {
    for (const chain of table.chains.values()) {
        if (chain.line !== null)
            return { file: chain.file, line: chain.line };
    }
    return { file: null, line: null };
}
