import { ProblemList } from '../problems/problem.js';
import { setsAsSave } from './ipsets-text.js';
/**
 * Reads `ipset save` (or `ipset list`): `create NAME TYPE …` and `add NAME ELEMENT …`.
 * @param cut true where bytes are known to be missing at its end
 * @returns the sets in the order of the dump; lines that cannot be read become problems. Never throws.
 */
export function parseIpsets(text, file = '', problems = new ProblemList(), cut = false) {
    const sets = new Map();
    let number = 0;
    let last = null;
    const listed = /^Name: /m.test(text) ? setsAsSave(text) : null;
    const lines = (listed?.text ?? text).split('\n');
    // Both forms end each line: what stands behind the last line end may be a piece of an element.
    const ragged = lines.at(-1)?.trim() !== '';
    if (ragged)
        lines.pop();
    for (const raw of lines) {
        number++;
        const line = raw.trim();
        if (line === '' || line.startsWith('#'))
            continue;
        const words = splitWords(line);
        const [verb, name = '', third] = words;
        last = name;
        if ((verb === 'create' || verb === '-N') && third !== undefined) {
            const options = words.slice(3);
            sets.set(name, { name, type: canonicalType(third), family: familyOf(options), options, entries: [] });
        }
        else if ((verb === 'add' || verb === '-A') && third !== undefined) {
            const set = sets.get(name);
            if (set === undefined) {
                problems.add('ipset-without-create', `elements of set ${name} before its create line`, file, number);
                continue;
            }
            const flags = words.slice(3);
            set.entries.push({
                parts: splitElement(third),
                nomatch: flags.includes('nomatch'),
                ...(flags.includes('wildcard') ? { wildcard: true } : {}),
            });
        }
        else if (verb !== 'COMMIT') {
            problems.add('unreadable-line', 'not a line of ipset save', file, number);
        }
    }
    if (ragged || cut) {
        const message = `the sets break off${ragged ? ' in this line, which is not used' : ''}; of set ${last ?? '?'} and those behind it members may be missing`;
        problems.add('truncated', message, file, ragged ? number + 1 : null);
    }
    return [...sets.values()].map((set) => listed?.incomplete.has(set.name) === true || ((ragged || cut) && set.name === last)
        ? { ...set, incomplete: true }
        : set);
}
/** Old names that `ipset restore` still takes. */
function canonicalType(type) {
    const old = {
        ipmap: 'bitmap:ip',
        macipmap: 'bitmap:ip,mac',
        portmap: 'bitmap:port',
        iphash: 'hash:ip',
        nethash: 'hash:net',
        ipporthash: 'hash:ip,port',
        ipportiphash: 'hash:ip,port,ip',
        ipportnethash: 'hash:ip,port,net',
        setlist: 'list:set',
    };
    return old[type] ?? type;
}
function familyOf(options) {
    const at = options.indexOf('family');
    return options[at + 1] === 'inet6' && at >= 0 ? 'ipv6' : 'ipv4';
}
/** Splits at blanks, keeping quoted comments whole; ipset allows no quote inside a comment. */
function splitWords(line) {
    return line.match(/"[^"]*"?|[^\s"]+/g) ?? [];
}
/** Splits the element at its commas; `[name,with,commas]` protects nothing in ipset, so none is treated specially. */
function splitElement(element) {
    return element.split(',');
}
