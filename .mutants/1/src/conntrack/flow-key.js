import { formatAddress } from '../net/address.js';
/** @returns a text that two entries share exactly where they are the same flow: its original tuple and its zone. */
export function keyOfFlow(flow) {
    const { source, destination, sourcePort, destinationPort, icmp, zone } = flow.original;
    const icmpKey = icmp === null ? '' : `${icmp.type}/${icmp.code}/${icmp.id}`;
    const place = `${formatAddress(source)} ${sourcePort} ${formatAddress(destination)} ${destinationPort}`;
    return `${flow.protocol} ${place} ${icmpKey} ${zone ?? flow.zone ?? 0}`;
}
