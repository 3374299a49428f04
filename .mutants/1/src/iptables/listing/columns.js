import { dictionary } from '../../lookup/dictionary.js';
import { parseProtocol } from '../../net/protocol.js';
import { Cursor } from './cursor.js';
/** @returns the layout that a line of column names announces, or null for any other line. */
export function parseLayout(line) {
    const found = /^\s*(num\s+)?(pkts\s+bytes\s+)?target\s+prot\s+opt\s+(in\s+out\s+)?source\s+destination\s*$/.exec(line);
    if (found === null)
        return null;
    return {
        numbers: found[1] !== undefined,
        counters: found[2] !== undefined,
        interfaces: found[3] !== undefined,
    };
}
/**
 * Splits a rule's line into its columns (print_firewall of iptables 1.4, 1.6, 1.8; nft_ipv4_print_rule).
 * @param layout null where the listing has no line of column names; then the line itself must tell.
 * @returns null where the line has not got the columns.
 */
export function parseColumns(line, layout) {
    if (layout !== null)
        return splitColumns(line, layout);
    for (const guess of GUESSES) {
        const columns = splitColumns(line, guess);
        if (columns !== null && isAddressLike(columns.source.text) && isAddressLike(columns.destination.text))
            return columns;
    }
    return null;
}
const GUESSES = [false, true].flatMap((interfaces) => [false, true].flatMap((counters) => [false, true].map((numbers) => ({ numbers, counters, interfaces }))));
function splitColumns(line, layout) {
    const cursor = new Cursor(line);
    const number = layout.numbers ? cursor.take(/\s*(\d+)(?=\s)/y) : null;
    const counters = layout.counters ? cursor.take(/\s*(\d+[KMGTPE]?)\s+(\d+[KMGTPE]?)(?=\s)/y) : null;
    if ((layout.numbers && number === null) || (layout.counters && counters === null))
        return null;
    const head = readHead(cursor);
    if (head === null)
        return null;
    const inInterface = layout.interfaces ? readInterface(cursor) : null;
    const outInterface = layout.interfaces ? readInterface(cursor) : null;
    const source = readColumn(cursor);
    const destination = readColumn(cursor);
    if (source === null || destination === null || source.text === '' || destination.text === '')
        return null;
    if (layout.interfaces && (inInterface === null || outInterface === null))
        return null;
    return {
        number: number === null ? null : Number(number[1]),
        counters: counters && { packets: parseCount(counters[1] ?? ''), bytes: parseCount(counters[2] ?? '') },
        ...head,
        inInterface,
        outInterface,
        source,
        destination,
        rest: line.slice(cursor.position),
    };
}
/**
 * Target, protocol and options. A rule without target leaves the column blank, so the protocol is told by the
 * options that follow it (`--`, `-f`, `!f`); ip6tables before 1.8.9 leaves those blank too, and then blanks and known names decide.
 */
function readHead(cursor) {
    const start = cursor.position;
    // A name of eight letters leaves no blank before the options: `ipencap--`.
    const found = cursor.take(/\s*(?:(\S+)\s+)?(!?)([A-Za-z0-9][\w.+-]*)\s+(--|-f|!f)(?=\s)/y) ??
        cursor.take(/\s*(?:(\S+)\s+)?(!?)([A-Za-z][\w.+]*(?:-[\w.+]+)*)(--|-f|!f)(?=\s)/y);
    if (found !== null) {
        return {
            target: found[1] ?? null,
            protocol: { negated: found[2] !== '', text: found[3] ?? '' },
            fragment: found[4] === '-f' ? 'yes' : found[4] === '!f' ? 'no' : 'none',
        };
    }
    const blank = cursor.take(/\s{9,}(!?)([A-Za-z0-9][\w.+-]*)(?=\s)/y);
    if (blank !== null && parseProtocolWord(blank[2] ?? '') !== null) {
        return { target: null, protocol: { negated: blank[1] === '!', text: blank[2] ?? '' }, fragment: 'none' };
    }
    cursor.position = start;
    const both = cursor.take(/\s*(\S+)\s+(!?)([A-Za-z0-9][\w.+-]*)(?=\s)/y);
    if (both === null || parseProtocolWord(both[3] ?? '') === null)
        return null;
    return {
        target: both[1] ?? '',
        protocol: { negated: both[2] === '!', text: both[3] ?? '' },
        fragment: 'none',
    };
}
function parseProtocolWord(word) {
    return word === 'all' ? 0 : parseProtocol(word);
}
function readColumn(cursor) {
    const found = cursor.take(/\s+(!?)(\S+)/y);
    return found && { negated: found[1] === '!', text: found[2] ?? '' };
}
/** The kernel takes names of up to 15 bytes without `/` and `:` (dev_valid_name): anything else is a damaged line. */
function readInterface(cursor) {
    const column = readColumn(cursor);
    return column !== null && /^[^/:]{1,15}$/.test(column.text) ? column : null;
}
const SUFFIXES = dictionary({ K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 });
/** @returns packets or bytes; `12K` stands for 12,000, rounded by iptables (`xtables_print_num`). */
export function parseCount(text) {
    const factor = SUFFIXES[text.at(-1) ?? ''];
    return factor === undefined ? Number(text) : Number(text.slice(0, -1)) * factor;
}
function isAddressLike(text) {
    return text === 'anywhere' || /^[0-9a-fA-F.:]*[.:][0-9a-fA-F.:]*(\/\S+)?$/.test(text);
}
