import { dictionary } from '../lookup/dictionary.js';
import { parseProtocol } from '../net/protocol.js';
/** @returns `ip rule` as `ip -j rule` prints it. */
export function policyRulesAsJson(text) {
    const rules = [];
    for (const line of text.split('\n')) {
        const [, priority, rest = ''] = /^(\d+):\s+(.*)$/.exec(line.trim()) ?? [];
        if (priority === undefined)
            continue;
        const words = rest.trim().split(/\s+/);
        // A word may be anything, such as __proto__.
        const rule = Object.assign(Object.create(null), { priority: Number(priority) });
        for (let at = 0; at < words.length; at++) {
            const word = words[at] ?? '';
            const value = words[at + 1] ?? '';
            const target = SELECTORS[word];
            if (word === 'not')
                rule.not = null;
            else if (/^(?:unreachable|prohibit|blackhole|nop)$/.test(word))
                rule.action = word;
            else if (word === 'lookup')
                Object.assign(rule, { table: value });
            else if (/^\[(?:detached|unresolved)\]$/.test(word))
                continue;
            else if (target === undefined) {
                // What is not known of a rule must not be passed over: its reader then answers unknown.
                rule[word] = value;
            }
            else
                Object.assign(rule, target(value));
            if (word !== 'not' && rule.action !== word)
                at++;
        }
        rules.push(rule);
    }
    return JSON.stringify(rules);
}
const SELECTORS = dictionary({
    from: (value) => prefixOf(value, 'src', 'srclen'),
    to: (value) => prefixOf(value, 'dst', 'dstlen'),
    iif: (value) => ({ iif: value }),
    oif: (value) => ({ oif: value }),
    fwmark: (value) => {
        const [mark, mask] = value.split('/');
        return { fwmark: mark, ...(mask === undefined ? {} : { fwmask: mask }) };
    },
    ipproto: (value) => ({ ipproto: parseProtocol(value) ?? value }),
    tos: (value) => ({ tos: value }),
    goto: (value) => ({ goto: Number(value) }),
    proto: (value) => ({ protocol: value }),
    suppress_prefixlength: (value) => ({ suppress_prefixlen: Number(value) }),
    uidrange: (value) => rangeOf(value, 'uid'),
    sport: (value) => rangeOf(value, 'sport'),
    dport: (value) => rangeOf(value, 'dport'),
});
function prefixOf(text, key, lengthKey) {
    const [address, length] = text.split('/');
    return { [key]: address, ...(length === undefined ? {} : { [lengthKey]: Number(length) }) };
}
function rangeOf(text, key) {
    const [from, to] = text.split('-').map(Number);
    return { [`${key}_start`]: from, [`${key}_end`]: to ?? from };
}
