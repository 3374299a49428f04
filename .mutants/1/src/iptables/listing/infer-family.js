/** @returns the family whose addresses or words stand in the chain's rules, or null where nothing tells. */
export function familyOfBlock(block) {
    for (const row of block.rows) {
        const family = familyOfRow(row);
        if (family !== null)
            return family;
    }
    return null;
}
function familyOfRow({ columns, text }) {
    if (columns === null)
        return null;
    for (const { text: address } of [columns.source, columns.destination]) {
        if (address.includes(':'))
            return 'ipv6';
        if (/^(?:\d{1,3}(?:\.\d{1,3}){3}|ip-\d{1,3}(?:-\d{1,3}){3})(?:[./]|$)/.test(address))
            return 'ipv4';
    }
    if (columns.target === 'HL' || columns.protocol.text === 'ipv6-icmp')
        return 'ipv6';
    if (columns.target === 'TTL' || columns.protocol.text === 'icmp')
        return 'ipv4';
    if (/ (?:reject-with icmp6-|to:\[|mask: ffff:)/.test(text))
        return 'ipv6';
    if (/ (?:reject-with icmp-|to:\d{1,3}\.\d|mask: 255\.)/.test(text))
        return 'ipv4';
    return null;
}
