import { formatAddress, parseAddress } from '../../../net/address.js';
import { formatProtocol, parseProtocol } from '../../../net/protocol.js';
/** @returns the elements of a map whose keys are `address . protocol . port`, or `protocol . port`; others are left out. */
export function readVerdictMap(table, name) {
    return (table.sets.get(name)?.elements ?? []).flatMap((element) => {
        const entry = readEntry(name, element);
        return entry === null ? [] : [entry];
    });
}
/** @returns what an element of such a map says; null for what is none. */
export function readEntry(map, { key, data, comment }) {
    if (key?.kind !== 'concat' || data?.kind !== 'verdict')
        return null;
    const words = key.parts.map(wordOf);
    const [port, protocol, address] = words.toReversed();
    const number = Number(port);
    if (typeof protocol !== 'string' || !Number.isInteger(number) || words.length > 3)
        return null;
    const parsed = typeof address === 'string' ? parseAddress(address) : null;
    if (words.length === 3 && parsed === null)
        return null;
    return {
        map,
        address: parsed === null ? null : formatAddress(parsed),
        protocol: protocolName(protocol),
        port: number,
        verdict: data,
        comment,
    };
}
/** @returns a constant as text; null for what is no single value. */
export function wordOf(expression) {
    if (expression?.kind === 'word')
        return expression.text;
    return expression?.kind === 'number' ? String(expression.value) : null;
}
/** nft prints a number where the node has no /etc/protocols. */
function protocolName(text) {
    const number = parseProtocol(text);
    return number === null ? text.toLowerCase() : formatProtocol(number);
}
