import { parseProtocol } from '../../net/protocol.js';
import { baseName } from '../base-options.js';
import { isNegated, unrecognisedPart, valueText } from './extension.js';
import { readPrefix } from './values.js';
/** @returns what an option that every rule can have asks: `-s -d -i -o -p -f`; `unrecognised` where it cannot be read. */
export function baseMatch(part, context) {
    return read(part, context) ?? unrecognisedPart(part);
}
function read(part, context) {
    const negated = isNegated(part);
    const value = valueText(part);
    const name = baseName(part.flag.text);
    if (name === '-f')
        return { kind: 'fragment', negated };
    if (value === '')
        return null;
    switch (name) {
        case '-s':
        case '-d': {
            const prefix = readPrefix(value, context.family);
            return prefix && { kind: name === '-s' ? 'source' : 'destination', negated, prefix };
        }
        case '-i':
            return { kind: 'in-interface', negated, name: value };
        case '-o':
            return { kind: 'out-interface', negated, name: value };
        case '-p':
            return { kind: 'protocol', negated, number: value === 'all' ? 0 : parseProtocol(value), name: value };
        default:
            return null;
    }
}
