import { dictionary } from '../../lookup/dictionary.js';
import { bytesOf } from '../bytes.js';
import { priorityOf } from '../priorities.js';
import { secondsOf } from './parse-constant.js';
import { parseLimit, parseQuota } from './parse-extra.js';
import { Tokens } from './tokens.js';
/** @returns the counter, quota, limit, helper … that a block spells. */
export function readObject({ kind, name, handle, entries }) {
    const tokens = new Tokens(entries.map(({ text }) => text).join(' '));
    const values = Object.hasOwn(READERS, kind) ? (READERS[kind]?.(tokens) ?? {}) : { text: tokens.rest() };
    const { inv, ...rest } = values;
    return { kind, name, handle, over: inv === true, values: rest };
}
const READERS = dictionary({
    counter: (tokens) => {
        tokens.take('packets');
        const packets = Number(tokens.next());
        tokens.take('bytes');
        return { packets, bytes: Number(tokens.next()) };
    },
    quota: (tokens) => {
        const { val, val_unit: unit, used, used_unit: usedUnit, inv } = parseQuota(tokens);
        return { bytes: bytesOf(val, unit), used: used === undefined ? 0 : bytesOf(used, usedUnit), inv };
    },
    limit: parseLimit,
    'ct helper': (tokens) => words(tokens, {}),
    'ct timeout': (tokens) => words(tokens, {}),
    'ct expectation': (tokens) => {
        const values = words(tokens, {});
        // nft's JSON has it in milliseconds.
        const seconds = typeof values.timeout === 'string' ? secondsOf(values.timeout) : null;
        return seconds === null ? values : { ...values, timeout: seconds * 1000 };
    },
    synproxy: (tokens) => {
        const values = {};
        const flags = [];
        while (!tokens.done) {
            const word = tokens.next();
            if (word === 'timestamp' || word === 'sack-perm')
                flags.push(word);
            else
                values[word] = Number(tokens.next());
        }
        return flags.length === 0 ? values : { ...values, flags };
    },
});
/** `type "ftp" protocol tcp l3proto ip`. */
function words(tokens, values) {
    while (!tokens.done) {
        const key = tokens.next();
        const value = tokens.next();
        values[key] = /^\d+$/.test(value) ? Number(value) : value;
    }
    return values;
}
/** @returns the flowtable that a block spells. */
export function readFlowtable({ name, handle, entries }, family) {
    const text = entries.map((entry) => entry.text).join(' ');
    const [, hook = '', priority = ''] = /hook (\w+) priority ([^;]+?)(?:;|\s+devices|$)/.exec(text) ?? [];
    const devices = /devices = \{([^}]*)\}/.exec(text)?.[1] ?? '';
    return {
        name,
        handle,
        hook,
        priority: priorityOf(priority, family),
        devices: devices
            .split(/[,\s]+/)
            .map((each) => each.replace(/"/g, ''))
            .filter((each) => each !== ''),
    };
}
