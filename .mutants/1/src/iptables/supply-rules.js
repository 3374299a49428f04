import { ProblemList } from '../problems/problem.js';
import { ruleListOf } from './array-rules.js';
import { interpretRule } from './interpret.js';
import { mergeRulesets } from './merge.js';
import { parseSave } from './save/parse-save.js';
/**
 * Adds rules to a ruleset that a dump did not show. Chains that it has keep their own.
 * @param text iptables-save spelling, tables from `*NAME` to COMMIT
 * @param name shown in place of the file that the rules would come from
 * @returns a new ruleset of the same family, backend and form
 */
export function supplyRules(ruleset, text, name) {
    const hints = { family: ruleset.family, backend: ruleset.backend };
    const supplied = parseSave({ name, bytes: Buffer.from(text) }, hints, new ProblemList());
    // As a listing, so that it adds chains and replaces nothing.
    const listings = supplied.map((each) => ({ ...each, form: 'rules-listing' }));
    const [whole] = mergeRulesets([...listings, ruleset], new ProblemList());
    return whole ?? ruleset;
}
/**
 * Puts rules before those that the chains of a ruleset have; tables and chains that it lacks are made.
 * @param rules those of one chain in its order
 * @param name shown in place of the file that the rules would come from
 * @returns a new ruleset
 */
export function putFirst(ruleset, rules, name) {
    const tables = new Map(ruleset.tables);
    for (const table of new Set(rules.map((rule) => rule.table))) {
        const held = tables.get(table) ?? { name: table, chains: new Map() };
        const chains = new Map(held.chains);
        for (const chain of new Set(rules.flatMap((rule) => (rule.table === table ? [rule.chain] : [])))) {
            const own = rules.filter((rule) => rule.table === table && rule.chain === chain);
            const first = own.map((rule, index) => readFirst(rule, index + 1, ruleset, name));
            chains.set(chain, withFirst(chains.get(chain), first, table, chain));
        }
        tables.set(table, { ...held, chains });
    }
    return { ...ruleset, tables };
}
function readFirst({ chain, text, matches = [] }, number, ruleset, file) {
    const meaning = interpretRule(text, ruleset.family, () => false);
    return { chain, number, file, line: number, text, ...meaning, matches: [...meaning.matches, ...matches] };
}
function withFirst(chain, first, table, name) {
    if (chain === undefined) {
        return { table, name, policy: null, counters: null, file: null, line: null, rules: ruleListOf(first) };
    }
    const own = Array.from({ length: chain.rules.length }, (_, index) => chain.rules.at(index));
    return { ...chain, rules: ruleListOf([...first, ...own]) };
}
