import { baseName } from './base-options.js';
import { triviaOf } from './save/trivia.js';
import { formatRuleSyntax, parseRuleSyntax } from './syntax.js';
/**
 * Prints a rule from its words, as iptables-save prints it: the opposite of parsing.
 * @param counters where to print the rule's counters: in front as `iptables-save -c`, inside as `iptables -S -v`, or
 * not at all.
 */
export function formatRule(rule, counters = 'none') {
    const syntax = parseRuleSyntax(rule.text);
    if (syntax === null)
        return rule.text;
    if (rule.counters === null || counters === 'none')
        return formatRuleSyntax(syntax);
    if (counters === 'save')
        return `${formatCounters(rule.counters)} ${formatRuleSyntax(syntax)}`;
    return formatRuleSyntax(withCounters(syntax, rule.counters));
}
/** Prints one ruleset; see {@link formatSave}. */
export function formatRuleset(ruleset) {
    return formatSave(ruleset);
}
/**
 * Prints rulesets as the tool that they came from prints them: iptables-save with its comments, or `iptables -S`.
 * @returns for rulesets parsed from one dump that text again, byte for byte. Reads every rule.
 */
export function formatSave(...rulesets) {
    let text = '';
    for (const ruleset of rulesets) {
        for (const table of ruleset.tables.values()) {
            const trivia = triviaOf(table);
            const form = trivia?.form ?? (ruleset.form === 'save' ? 'save' : 'rules-listing');
            const lines = form === 'save' ? saveLines(table, trivia) : listingLines(table);
            const newline = trivia?.newline ?? '\n';
            const body = lines.map((line) => line + newline).join('');
            text += textBetween(trivia, 'before') + body + textBetween(trivia, 'after');
        }
    }
    return text;
}
function textBetween(trivia, place) {
    return trivia === null ? '' : trivia.bytes.toString('utf8', ...trivia[place]);
}
function saveLines(table, trivia) {
    const lines = [`*${table.name}`];
    for (const chain of table.chains.values()) {
        if (chain.line !== null)
            lines.push(`:${chain.name} ${chain.policy ?? '-'} ${formatCounters(chain.counters ?? NO_COUNTERS)}`);
    }
    for (const rule of rulesInOrder(table))
        lines.push(formatRule(rule, 'save'));
    if (trivia?.committed !== false)
        lines.push('COMMIT');
    return lines;
}
function listingLines(table) {
    const lines = [];
    for (const chain of table.chains.values())
        if (chain.line !== null)
            lines.push(declaration(chain));
    for (const rule of rulesInOrder(table))
        lines.push(formatRule(rule, 'listing'));
    return lines;
}
function declaration(chain) {
    if (chain.policy === null)
        return `-N ${chain.name}`;
    const { counters } = chain;
    const shown = counters === null ? '' : ` -c ${counters.packets} ${counters.bytes}`;
    return `-P ${chain.name} ${chain.policy}${shown}`;
}
/** Chains in the order in which their rules stand in the dump; a listing may differ from the order of declaration. */
function* rulesInOrder(table) {
    const chains = [...table.chains.values()].filter((chain) => chain.rules.length > 0);
    chains.sort((a, b) => {
        const [first, second] = [a.rules.at(0), b.rules.at(0)];
        return first.file === second.file ? first.line - second.line : 0;
    });
    for (const { rules } of chains)
        for (let index = 0; index < rules.length; index++)
            yield rules.at(index);
}
const NO_COUNTERS = { packets: 0, bytes: 0 };
function formatCounters(counters) {
    return `[${counters.packets}:${counters.bytes}]`;
}
/** `iptables -S -v` prints `-c PACKETS BYTES` before the target, or last. */
function withCounters(syntax, counters) {
    const word = (text) => ({ text, style: 'bare', blanks: 1 });
    const option = {
        flag: word('-c'),
        bang: null,
        values: [word(String(counters.packets)), word(String(counters.bytes))],
    };
    const parts = [...syntax.parts];
    const target = parts.findIndex((part) => ['-j', '-g'].includes(baseName(part.flag.text)));
    parts.splice(target < 0 ? parts.length : target, 0, option);
    return { ...syntax, parts };
}
