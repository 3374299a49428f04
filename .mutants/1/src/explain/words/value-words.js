import { formatAddress } from '../../net/address.js';
import { formatPrefix } from '../../net/prefix.js';
import { formatProtocol } from '../../net/protocol.js';
import { formatRange } from '../../net/range.js';
/** @returns the addresses that are asked for: `10.0.0.0/8`, `10.0.0.1-10.0.0.9`. */
export function addressSetText({ within, family }) {
    if (within.kind === 'prefix')
        return formatPrefix(within.prefix);
    const text = (value) => formatAddress({ family, value });
    return within.ranges
        .map(({ from, to }) => (from === to ? text(from) : `${text(from)}-${text(to)}`))
        .join(',');
}
/** @returns the numbers that are asked for: `80,443,8000:8080`, or bits of them as `0x4000/0x4000`. */
export function numberSetText(set) {
    switch (set.kind) {
        case 'ranges':
            return set.ranges.map(formatRange).join(',');
        case 'masked':
            return `${hex(set.value)}/${hex(set.mask)}`;
        case 'any-bit':
            return `one of the bits ${hex(set.bits)}`;
    }
}
/** @returns protocols by their names. */
export function protocolSetText(set) {
    if (set.kind === 'named')
        return set.name;
    if (set.kind !== 'ranges')
        return numberSetText(set);
    return set.ranges
        .map(({ from, to }) => (from === to ? formatProtocol(from) : formatRange({ from, to })))
        .join(' or ');
}
function hex(value) {
    return `0x${value.toString(16)}`;
}
