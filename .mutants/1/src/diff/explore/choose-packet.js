import { hasPorts, ICMP, ICMPV6, TCP, UDP } from '../../net/protocol.js';
import { senderOf } from '../../trace/packet.js';
import { possible } from '../space/possible.js';
import { bits, firstOf } from '../space/universe.js';
const PORTS = [80n, 443n, 53n, 8080n, 12345n];
const SOURCE_PORTS = [40000n, 50000n, 33000n];
/** Echo request; port unreachable, which is an error about another packet. */
const ICMP_KINDS = { ipv4: [0x800n, 0x301n], ipv6: [0x8000n, 0x104n] };
/** SYN, and of a connection that exists ACK. */
const FLAGS = [0x02, 0x10];
/** @returns the packet, or the part of the box that holds none: an address that no process can have, a connection that no such packet opens. */
export function choosePacket(box, space, examples) {
    const { universe } = space;
    const { family } = universe;
    const door = firstOf(universe.doors, box.doors);
    const protocol = firstOf(universe.protocols, box.protocols);
    const state = firstOf(universe.states, box.states);
    const part = {
        ...box,
        doors: bits(universe.doors, (each) => each === door),
        protocols: bits(universe.protocols, (each) => each === protocol),
        states: bits(universe.states, (each) => each === state),
    };
    const real = possible(withOwnSource(part, door, space), protocol, state);
    if (real === null || real.source.isEmpty)
        return { none: part };
    const ports = hasPorts(protocol);
    const icmp = Number(pick(real.icmp, ICMP_KINDS[family]));
    const packet = {
        family,
        protocol,
        source: senderThrough(door, real, family, examples),
        sourcePort: ports ? Number(pick(real.sourcePort, SOURCE_PORTS)) : null,
        destination: { family, value: pick(real.destination, examples.destinations) },
        destinationIsLocal: false,
        destinationPort: ports
            ? Number(pick(real.destinationPort, protocol === UDP ? [53n, ...PORTS] : PORTS))
            : null,
        icmp: protocol === ICMP || protocol === ICMPV6 ? { type: icmp >> 8, code: icmp & 0xff } : null,
        entersAt: door.kind === 'in' ? 'PREROUTING' : 'OUTPUT',
        inInterface: door.kind === 'in' ? door.device : null,
        mark: pickBits(real.marks, [0]),
        state,
        ...(protocol === TCP
            ? { header: { tcpFlags: pickBits(real.tcpFlags, state === 'NEW' ? FLAGS : [...FLAGS].reverse()) } }
            : {}),
    };
    const { doors, protocols, states } = box;
    return { packet, door, box: { ...real, doors, protocols, states } };
}
/** A process can be bound to addresses of its node only. */
function withOwnSource(box, door, { routing }) {
    return door.kind === 'node' && door.bound ? { ...box, source: box.source.and(routing.own()) } : box;
}
function senderThrough(door, box, family, examples) {
    if (door.kind === 'node' && !door.bound)
        return { address: null, within: [], outside: [], local: true };
    return senderOf({ family, value: pick(box.source, examples.sources(door)) });
}
/** An example that is in the set; else the lowest number but one, which is rarely a network's own address. */
function pick(set, examples) {
    const example = examples.find((value) => set.has(value));
    if (example !== undefined)
        return example;
    const first = set.first ?? 0n;
    return set.has(first + 1n) ? first + 1n : first;
}
function pickBits(set, examples) {
    return examples.find((value) => set.has(value)) ?? set.first ?? 0;
}
