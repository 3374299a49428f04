import { baseName } from './base-options.js';
import { baseMatch } from './extensions/base.js';
import { textOf, unrecognisedPart } from './extensions/extension.js';
import { matchModule, targetModule } from './extensions/registry.js';
import { formatPart } from './part.js';
import { parseRuleSyntax } from './syntax.js';
/** @returns the word after `-j` or `-g` of a rule, or null. */
export function targetSyntaxName(text) {
    return parseRuleSyntax(text)?.target?.name ?? null;
}
/**
 * Interprets one rule.
 * @param text `-A CHAIN …`, without counters in front.
 * @param isChain says whether the table has a chain of this name. A chain may bear a name that only a target missing
 * on that node would have (`ACCOUNT`); iptables refuses names of targets it can load, so the chain is meant then.
 * @returns the meaning; whatever cannot be read is an `unrecognised` match or target. Never throws.
 */
export function interpretRule(text, family, isChain) {
    const syntax = text.includes('\0') ? null : parseRuleSyntax(text);
    if (syntax === null || syntax.unclosed)
        return unreadableRule(text);
    return interpretSyntax(syntax, family, isChain);
}
/** @returns the meaning of a rule of which nothing can be told: whether it matches, and what it would do. */
export function unreadableRule(text) {
    return {
        matches: [{ kind: 'unrecognised', negated: false, text }],
        target: { kind: 'unrecognised', name: '', text },
        counters: null,
    };
}
function interpretSyntax(syntax, family, isChain) {
    const context = { family };
    const matches = [];
    let counters = null;
    for (const part of syntax.base) {
        const given = baseName(part.flag.text) === '-c' ? readCounters(part) : null;
        if (given !== null)
            counters = given;
        else if (baseName(part.flag.text) !== '-t')
            matches.push(baseMatch(part, context));
    }
    for (const module of syntax.modules)
        readModule(module, context, matches);
    for (const part of syntax.strays)
        matches.push(unrecognisedPart(part));
    const target = syntax.target === null ? null : readTarget(syntax.target, context, isChain);
    return { matches, target, counters };
}
function readCounters(part) {
    const [packets, bytes] = part.values.map((value) => value.text);
    if (!/^\d+$/.test(packets ?? '') || !/^\d+$/.test(bytes ?? ''))
        return null;
    return { packets: Number(packets), bytes: Number(bytes) };
}
function readModule(module, context, matches) {
    const read = matchModule(module.name)?.read(module.parts, context) ?? null;
    if (read === null) {
        matches.push({ kind: 'unrecognised', negated: false, text: `-m ${textOf(module.name, module.parts)}` });
    }
    else
        for (const match of read)
            matches.push(match);
}
function readTarget(target, context, isChain) {
    const { name } = target;
    const bare = target.parts.length === 0 && target.strays.length === 0;
    if (target.goto && bare)
        return { kind: 'goto', chain: name };
    const module = target.goto ? null : targetModule(name);
    if (bare && (module === null || isChain(name)))
        return { kind: 'jump', chain: name };
    // DNAT and SNAT say themselves that they could not be read; of any other target, odd words leave the effect open.
    if (target.strays.length === 0 || name === 'DNAT' || name === 'SNAT') {
        const read = module?.read(target, context) ?? null;
        if (read !== null)
            return read;
    }
    let text = textOf(name, target.parts);
    for (const part of target.strays)
        text += formatPart(part);
    return { kind: 'unrecognised', name, text };
}
