import { command } from '../../command/command.js';
import { formatAddress } from '../../net/address.js';
import { formatProtocol, hasPorts, ICMP, ICMPV6, SCTP, TCP, UDP, UDPLITE } from '../../net/protocol.js';
/** Protocols whose ports conntrack(8) 1.4.7 takes as filters; its DCCP extension reads them wrongly. */
const WITH_PORTS = new Set([TCP, UDP, SCTP, UDPLITE]);
/**
 * @returns the command that deletes this one entry, by its original tuple and zone, which no other entry has
 * (`nf_conntrack_tuple_taken`); null where conntrack(8) cannot name it exactly. It is only ever printed.
 */
export function clearCommand(flow) {
    const { original, protocol } = flow;
    const words = [...head(protocol, original.source), '-s', formatAddress(original.source)];
    words.push('-d', formatAddress(original.destination));
    if (hasPorts(protocol) && WITH_PORTS.has(protocol)) {
        if (original.sourcePort === null || original.destinationPort === null)
            return null;
        words.push('--sport', String(original.sourcePort), '--dport', String(original.destinationPort));
    }
    else if (protocol === ICMP || protocol === ICMPV6) {
        if (original.icmp === null)
            return null;
        const { type, code, id } = original.icmp;
        const name = protocol === ICMP ? 'icmp' : 'icmpv6';
        words.push(`--${name}-type`, String(type), `--${name}-code`, String(code), `--${name}-id`, String(id));
    }
    else {
        return null;
    }
    words.push(...zoneWords(flow));
    return command('conntrack', ...words);
}
/** @returns the command that deletes every entry of zone 0 from one destination to one place that answers, and no others. */
export function clearPlaceCommand(protocol, destination, destinationPort, to, toPort) {
    if (!WITH_PORTS.has(protocol))
        return null;
    const words = [...head(protocol, destination), '-d', formatAddress(destination)];
    words.push('--dport', String(destinationPort), '-r', formatAddress(to), '--reply-port-src', String(toPort), '-w', '0');
    return command('conntrack', ...words);
}
/** Without a zone, conntrack(8) 1.4.7 deletes the entries of every zone that have the tuple. */
function zoneWords({ zone, original, reply }) {
    const there = original.zone ?? null;
    const back = reply.zone ?? null;
    if (there === null && back === null)
        return ['-w', String(zone ?? 0)];
    return [
        ...(there === null ? [] : ['--orig-zone', String(there)]),
        ...(back === null ? [] : ['--reply-zone', String(back)]),
    ];
}
/** conntrack takes IPv4 for granted where no address comes before it. */
function head(protocol, address) {
    const name = protocol === ICMPV6 ? 'icmpv6' : formatProtocol(protocol);
    return ['-D', ...(address.family === 'ipv6' ? ['-f', 'ipv6'] : []), '-p', name];
}
