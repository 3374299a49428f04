import { objectOf, wordOf } from '../../json/fields.js';
import { numberAt, stringAt, wordsAt } from './values.js';
/** @returns a field of nft's JSON; null where it is none. */
export function readField(value) {
    const object = objectOf(value);
    const [name] = Object.keys(object ?? {});
    const of = name === undefined ? null : objectOf(object?.[name]);
    if (object === null || name === undefined || of === null)
        return null;
    const key = stringAt(of, 'key');
    switch (name) {
        case 'meta':
            return key === null ? null : { kind: 'meta', key };
        case 'ct': {
            const dir = stringAt(of, 'dir');
            const family = stringAt(of, 'family');
            const direction = dir === 'original' || dir === 'reply' ? dir : null;
            return key === null ? null : { kind: 'ct', key: family === null ? key : `${family} ${key}`, direction };
        }
        case 'payload':
            return readPayload(of);
        case 'fib': {
            const result = stringAt(of, 'result');
            return result === null ? null : { kind: 'fib', result, flags: wordsAt(of, 'flags') };
        }
        case 'rt':
            return key === null ? null : { kind: 'rt', key, family: stringAt(of, 'family') };
        case 'socket':
            return key === null ? null : { kind: 'socket', key };
        case 'osf':
            return key === null ? null : { kind: 'osf', key, ttl: stringAt(of, 'ttl') };
        case 'ipsec':
            return { kind: 'ipsec', text: Object.values(of).map(wordOf).join(' ') };
        default:
            return readOption(name, of);
    }
}
function readPayload(of) {
    const base = stringAt(of, 'base');
    const protocol = stringAt(of, 'protocol');
    const field = stringAt(of, 'field');
    if (protocol !== null && field !== null)
        return { kind: 'payload', protocol, field };
    const [offset, length] = [numberAt(of, 'offset'), numberAt(of, 'len')];
    return base === null || offset === null || length === null
        ? null
        : { kind: 'raw-payload', base, offset, length };
}
function readOption(of, object) {
    const name = stringAt(object, 'name') ?? (typeof object.type === 'number' ? wordOf(object.type) : null);
    return name === null ? null : { kind: 'header-option', of, name, field: stringAt(object, 'field') };
}
