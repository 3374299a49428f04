import { dictionary } from '../../lookup/dictionary.js';
import { targetModule } from '../extensions/registry.js';
import { option } from './printed.js';
const text = (found, index) => found[index] ?? '';
const switches = (words) => (words ?? '')
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => option(`--${word}`, false));
/** An iptables older than the rule cannot print where it leads (`print_target`): only that it translates is known. */
const NAT = /(?:[DS]NAT \[unsupported revision\]|to:(\S+)((?: (?:random|random-fully|persistent))*))\s*$/y;
const natParts = (flag, found) => found[1] === undefined ? [] : [option(flag, false, found[1]), ...switches(found[2])];
/** A target prints behind all matches, up to the line's end; this is how it looks there (iptables 1.8). */
const TAILS = dictionary({
    REJECT: [/reject-with (\S+)\s*$/y, (found) => [option('--reject-with', false, text(found, 1))]],
    DNAT: [NAT, (found) => natParts('--to-destination', found)],
    SNAT: [NAT, (found) => natParts('--to-source', found)],
    MASQUERADE: [/(?:masq ports: (\d+(?:-\d+)?))?((?: ?(?:random|random-fully))*)\s*$/y, readPortsTail],
    REDIRECT: [/(?:redir ports (\d+(?:-\d+)?))?((?: ?(?:random|random-fully))*)\s*$/y, readPortsTail],
    NETMAP: [/(?:to:)?([0-9a-fA-F.:]+(?:\/\S+)?)\s*$/y, (found) => [option('--to', false, text(found, 1))]],
    MARK: [/MARK (set|xset|or|and|xor) (0x[0-9a-fA-F]+(?:\/0x[0-9a-fA-F]+)?)\s*$/y, readMarkTail],
    CONNMARK: [
        /CONNMARK (?:(set|xset|or|and|xor) (0x[0-9a-fA-F]+(?:\/0x[0-9a-fA-F]+)?)|(save|restore)((?: (?:mask|nfmask|ctmask) ~?0x[0-9a-fA-F]+)*))\s*$/y,
        (found) => (found[3] === undefined ? readMarkTail(found) : readCopyTail(found)),
    ],
    TOS: [
        /TOS (set|and|or|xor) ?([\w/-]+)\s*$/y,
        (found) => [option(`--${found[1]}-tos`, false, text(found, 2))],
    ],
    DSCP: [/DSCP set (0x[0-9a-fA-F]+)\s*$/y, (found) => [option('--set-dscp', false, text(found, 1))]],
    TTL: [/TTL (set to|increment by|decrement by) (\d+)\s*$/y, (found) => readTtlTail('ttl', found)],
    HL: [/HL (set to|increment by|decrement by) (\d+)\s*$/y, (found) => readTtlTail('hl', found)],
    NOTRACK: [/(?:NOTRACK)?\s*$/y, () => []],
    CT: [
        /NOTRACK\s*$|CT((?: notrack|(?: (?:zone|zone-orig|zone-reply|helper|timeout|ctevents|expevents) \S+))+)\s*$/y,
        readCtTail,
    ],
    TPROXY: [
        /TPROXY redirect (\S+):(\d+) mark (0x[0-9a-fA-F]+\/0x[0-9a-fA-F]+)\s*$/y,
        (found) => [
            option('--on-port', false, text(found, 2)),
            option('--on-ip', false, text(found, 1)),
            option('--tproxy-mark', false, text(found, 3)),
        ],
    ],
    NFQUEUE: [
        /NFQUEUE ((?:num|balance) \S+)((?: (?:bypass|cpu-fanout))*)\s*$/y,
        (found) => {
            const [name = '', value = ''] = text(found, 1).split(' ');
            const flags = text(found, 2)
                .split(' ')
                .filter((word) => word !== '');
            return [
                option(`--queue-${name}`, false, value),
                ...flags.map((flag) => option(`--queue-${flag}`, false)),
            ];
        },
    ],
    SET: [
        /((?: ?(?:(?:add|del|map)-set \S+ \S+|exist|timeout \d+|map-(?:mark|prio|queue)))+)\s*$/y,
        (found) => readSetTail(text(found, 1)),
    ],
    QUEUE: [/\s*$/y, () => []],
    SYNPROXY: [/SYNPROXY( .*)?$/y, () => []],
    HMARK: [/HMARK (.*)$/y, () => []],
});
/** Targets without influence on the path: what they print is kept as text, whatever it is. */
const PASSIVE_TAILS = dictionary({
    ACCOUNT: /ACCOUNT (.*)$/y,
    AUDIT: /AUDIT (.*)$/y,
    CHECKSUM: /CHECKSUM (fill)\s*$/y,
    CLASSIFY: /CLASSIFY (.*)$/y,
    CONNSECMARK: /CONNSECMARK (.*)$/y,
    ECN: /ECN ((?:TCP|CWR|ECE|ECT).*)$/y,
    IDLETIMER: /(timeout:.*)$/y,
    LED: /(led-trigger-id:.*)$/y,
    LOG: /LOG ?(.*)$/y,
    NFLOG: /(nflog-.*)$|\s*$/y,
    RATEEST: /(name \S+ interval .*)$/y,
    SECMARK: /SECMARK (.*)$/y,
    TCPMSS: /TCPMSS (.*)$/y,
    TCPOPTSTRIP: /TCPOPTSTRIP (.*)$/y,
    TEE: /TEE (gw:.*)$/y,
    TRACE: /(\s*)$/y,
    ULOG: /ULOG (.*)$/y,
});
const VERDICTS = new Set(['ACCEPT', 'DROP', 'RETURN']);
/** @returns true for a name that stands for a target extension or verdict, false for one that can only be a chain. */
export function isTargetName(name) {
    return targetModule(name) !== null;
}
/**
 * Reads what the target printed, if everything up to the line's end is that.
 * @param name the word in the target column, one of those with {@link isTargetName}.
 * @returns the target; null where the rest of the line is (also) something else. The cursor moves only on success.
 */
export function readTargetTail(name, cursor, context) {
    const start = cursor.position;
    const target = readTail(name, cursor, context);
    if (target === null)
        cursor.position = start;
    return target;
}
function readTail(name, cursor, context) {
    const module = targetModule(name);
    if (module === null)
        return null;
    const syntax = { name, goto: false, strays: [] };
    if (VERDICTS.has(name))
        return cursor.atEnd() ? module.read({ ...syntax, parts: [] }, context) : null;
    const passive = PASSIVE_TAILS[name];
    if (passive !== undefined) {
        const found = cursor.take(passive);
        const plain = found === null ? null : module.read({ ...syntax, parts: [] }, context);
        return plain !== null && 'text' in plain
            ? { ...plain, text: `${name} ${found?.[1] ?? ''}`.trimEnd() }
            : plain;
    }
    const tail = TAILS[name];
    const found = tail === undefined ? null : cursor.take(tail[0]);
    if (tail === undefined || found === null)
        return null;
    const parts = tail[1](found);
    const target = parts === null ? null : module.read({ ...syntax, parts }, context);
    return target?.kind === 'hmark' ? { ...target, text: found[0].trimEnd() } : target;
}
function readPortsTail(found) {
    const parts = found[1] === undefined ? [] : [option('--to-ports', false, found[1])];
    return [...parts, ...switches(found[2])];
}
/** `set` is `--set-mark`: the bits of the value are cleared with those of the mask (libxt_MARK.c, revision 2). */
function readMarkTail(found) {
    const command = found[1] === 'xset' ? '--set-xmark' : `--${found[1]}-mark`;
    return [option(command, false, text(found, 2))];
}
/** libxt_CONNMARK.c prints the second mask behind a `~`, yet it prints the mask itself and not its complement. */
function readCopyTail(found) {
    const parts = [option(`--${found[3]}-mark`, false)];
    for (const mask of text(found, 4).matchAll(/(\w+) ~?(0x[0-9a-fA-F]+)/g)) {
        parts.push(option(`--${mask[1]}`, false, mask[2] ?? ''));
    }
    return parts;
}
/** Options print as they are written, without the dashes; `exist` and the like stand alone (libxt_SET.c). */
function readSetTail(printed) {
    return [...printed.matchAll(/((?:add|del|map)-set) (\S+) (\S+)|(timeout) (\d+)|([\w-]+)/g)].map((found) => {
        const [flag = '', ...values] = found.slice(1).filter((word) => word !== undefined);
        return option(`--${flag}`, false, ...values);
    });
}
function readTtlTail(prefix, found) {
    return [option(`--${prefix}-${text(found, 1).slice(0, 3)}`, false, text(found, 2))];
}
function readCtTail(found) {
    const printed = found[1];
    if (printed === undefined)
        return [option('--notrack', false)];
    const parts = [];
    for (const item of printed.matchAll(/(notrack)|([\w-]+) (\S+)/g)) {
        if (item[1] !== undefined)
            parts.push(option('--notrack', false));
        else
            parts.push(option(`--${item[2]}`, false, item[3] ?? ''));
    }
    return parts;
}
