import { arityOfBase, baseName, isBaseOption } from './base-options.js';
import { matchModule, targetModule } from './extensions/registry.js';
import { formatPart, spellSpaced } from './part.js';
import { splitWords } from './words.js';
/**
 * Reads one rule, `-A CHAIN …` or `-I CHAIN 3 …`, into words grouped by option and module.
 * @param text without counters in front and without line end.
 * @returns the syntax, or null where the text does not start so. Never throws.
 */
export function parseRuleSyntax(text) {
    const { words, trailing, unclosed } = splitWords(text);
    const [append, chain] = words;
    // iptables refuses chains with a dash in front: an option stands where the name should.
    if (append === undefined || chain === undefined || chain.text.startsWith('-'))
        return null;
    if (!['-A', '--append', '-I', '--insert'].includes(append.text))
        return null;
    const parts = [];
    const base = [];
    const strays = [];
    const modules = [];
    let target = null;
    let protocol = null;
    const numbered = append.text.includes('I') || append.text.includes('insert');
    const start = numbered && /^\d+$/.test(words[2]?.text ?? '') ? 3 : 2;
    let at = start;
    for (let first = words[at]; first !== undefined; first = words[at]) {
        let bang = null;
        let flag = first;
        const next = words[at + 1];
        if (isBang(first) && next !== undefined) {
            bang = { word: first, before: true };
            flag = next;
            at++;
        }
        at++;
        const owner = flag.style === 'bare' ? findOwner(flag.text, modules, target, protocol) : 'none';
        const after = words[at];
        if (bang === null && after !== undefined && isBang(after) && takesValueAfterBang(owner, flag.text)) {
            bang = { word: after, before: false };
            at++;
        }
        const end = endOfValues(words, at, arityOf(owner, flag.text));
        const part = { flag, bang, values: end === at ? NO_WORDS : words.slice(at, end) };
        at = end;
        parts.push(part);
        const value = part.values[0]?.text;
        if (owner === 'none')
            (target === null ? strays : target.strays).push(part);
        else if (owner !== 'base')
            owner.parts.push(part);
        else {
            const name = baseName(flag.text);
            if (name === '-m' && value !== undefined)
                modules.push({ name: value, parts: [] });
            else if ((name === '-j' || name === '-g') && value !== undefined && target === null)
                target = { name: value, parts: [], goto: name === '-g', strays: [] };
            else {
                base.push(part);
                if (name === '-p')
                    protocol = value ?? null;
            }
        }
    }
    return {
        chain: chain.text,
        parts,
        base,
        modules,
        target,
        strays,
        head: words.slice(0, start),
        trailing,
        unclosed,
    };
}
/** @returns the text of a rule; the opposite of {@link parseRuleSyntax}. */
export function formatRuleSyntax(syntax) {
    let text = '';
    for (const word of syntax.head)
        text += spellSpaced(word);
    for (const part of syntax.parts)
        text += formatPart(part);
    return text + ' '.repeat(syntax.trailing);
}
const NO_WORDS = [];
function isBang(word) {
    return word.text === '!' && word.style === 'bare';
}
/**
 * Finds what an option belongs to: the module last named, the rule itself, an earlier module, or the module that
 * `-p` implies. iptables-restore takes options in any of these ways; iptables-save prints the first two only.
 */
function findOwner(flag, modules, target, protocol) {
    if (!flag.startsWith('-'))
        return 'none';
    if (target !== null && targetModule(target.name)?.arity[flag] !== undefined)
        return target;
    const last = modules.at(-1);
    if (last !== undefined && matchModule(last.name)?.arity[flag] !== undefined)
        return last;
    if (isBaseOption(flag))
        return 'base';
    for (const module of modules)
        if (matchModule(module.name)?.arity[flag] !== undefined)
            return module;
    return impliedModule(flag, modules, protocol) ?? 'none';
}
function impliedModule(flag, modules, protocol) {
    if (protocol === null || modules.some((module) => module.name === protocol))
        return null;
    const name = protocol === 'ipv6-icmp' || protocol === 'icmpv6' ? 'icmp6' : protocol;
    if (matchModule(name)?.arity[flag] === undefined)
        return null;
    const implied = { name, parts: [] };
    modules.push(implied);
    return implied;
}
/** How many values an option takes; -1 where it takes all words up to the next option. */
function arityOf(owner, flag) {
    if (owner === 'none')
        return flag.startsWith('-') ? -1 : 0;
    if (owner === 'base')
        return arityOfBase(flag);
    return (matchModule(owner.name) ?? targetModule(owner.name))?.arity[flag] ?? 0;
}
function takesValueAfterBang(owner, flag) {
    return arityOf(owner, flag) > 0 && !(owner === 'base' && (flag === '-m' || flag === '-j'));
}
function endOfValues(words, start, arity) {
    if (arity >= 0)
        return Math.min(start + arity, words.length);
    let end = start;
    for (let word = words[end]; word !== undefined; word = words[end]) {
        if (word.style === 'bare' && (word.text.startsWith('-') || word.text === '!'))
            break;
        end++;
    }
    return end;
}
