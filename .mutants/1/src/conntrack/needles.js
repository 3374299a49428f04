import { formatAddress } from '../net/address.js';
/**
 * @returns how the listing spells addresses, judged by its beginning; null where it is none of the known ways (blanks
 * realigned by hand, for instance), so that its bytes cannot be searched and each line has to be read.
 */
export function spellingOf(beginning) {
    if (beginning.includes('<flow>') || beginning.includes('<conntrack>'))
        return 'xml';
    if (beginning.includes('src=') && !/ src=[0-9a-f.:]+ dst=[0-9a-f.:]+ /.test(beginning))
        return null;
    return 'text';
}
/** @returns the bytes that every tuple with this destination holds. */
export function destinationNeedles(spelling, destination) {
    if (spelling === 'xml')
        return [`<dst>${formatAddress(destination)}</dst>`];
    return textForms(destination).map((text) => ` dst=${text} `);
}
/** @returns the bytes that every tuple to this port holds. */
export function portNeedle(spelling, port) {
    return spelling === 'xml' ? `<dport>${port}</dport>` : ` dport=${port} `;
}
/** @returns what every tuple to this address and port matches, and other tuples seldom do. */
export function endPattern(spelling, destination, port) {
    const addresses = destinationNeedles(spelling, destination).map((text) => text.replaceAll('.', '\\.'));
    // In XML the ports stand in an element of their own, behind the addresses'.
    if (spelling === 'xml')
        return new RegExp(addresses.join('|'));
    return new RegExp(`(?:${addresses.join('|')})sport=\\d+ dport=${port} `);
}
/** @returns the bytes that a tuple with these addresses and ports starts with. */
export function tupleNeedles(spelling, source, destination, ports) {
    if (spelling === 'xml') {
        return [`<src>${formatAddress(source)}</src><dst>${formatAddress(destination)}</dst>`];
    }
    const tail = ports === null ? '' : ` sport=${ports.source} dport=${ports.destination}`;
    const destinations = textForms(destination);
    return textForms(source).map((from, form) => ` src=${from} dst=${destinations[form] ?? ''}${tail}`);
}
/** @returns the address as conntrack(8) prints it and, for IPv6, in full as the kernel does in /proc. */
function textForms(address) {
    const short = formatAddress(address);
    if (address.family === 'ipv4')
        return [short];
    const digits = address.value.toString(16).padStart(32, '0');
    return [short, (digits.match(/.{4}/g) ?? []).join(':')];
}
