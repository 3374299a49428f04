import { askedBits, decidingBits } from '../../rules/value-set.js';
import { Cubes } from '../space/cubes.js';
import { bits } from '../space/universe.js';
/**
 * The set of packets that fare as one of them does, made smaller by every question that tells them apart.
 *
 * Whether a question still asks for what the packet arrived with, and not for what NAT made of it, is told by the value:
 * one that is the packet's own counts as its own. Where NAT wrote that very value the set becomes smaller than it need be,
 * never too large.
 */
export class KeptPackets {
    space;
    packet;
    door;
    #fields;
    constructor(space, packet, door, box) {
        this.space = space;
        this.packet = packet;
        this.door = door;
        this.#fields = { ...box };
    }
    /** What is left. */
    get box() {
        return { ...this.#fields };
    }
    get universe() {
        return this.space.universe;
    }
    /** Processes that are not bound have the source that the kernel chooses for the destination. */
    get #hasSource() {
        return this.door.kind === 'in' || this.door.bound;
    }
    /** @param set for whose members a question has one answer, and for all others another. */
    splitOwn(field, set) {
        if (field === 'source' && !this.#hasSource)
            return;
        const own = this.packet[field];
        const value = typeof own === 'number' ? BigInt(own) : own === null ? null : addressOf(own);
        if (value !== null)
            this.#fields[field] = side(this.#fields[field], set, value);
    }
    /** As {@link splitOwn}, where the packet has its destination still. */
    splitDestinations(set, state) {
        const { value } = this.packet.destination;
        if (state.destination.value === value)
            this.#fields.destination = side(this.#fields.destination, set, value);
    }
    splitSources(set, state) {
        const value = this.packet.source.address?.value;
        if (this.#hasSource && value !== undefined && state.source.address?.value === value)
            this.#fields.source = side(this.#fields.source, set, value);
    }
    /** @param port of the packet as it is now. */
    splitDestinationPorts(set, port) {
        if (port !== null && port === this.packet.destinationPort)
            this.#fields.destinationPort = side(this.#fields.destinationPort, set, BigInt(port));
    }
    splitSourcePorts(set, port) {
        if (port !== null && port === this.packet.sourcePort)
            this.#fields.sourcePort = side(this.#fields.sourcePort, set, BigInt(port));
    }
    keepDestinations(set) {
        this.#fields.destination = this.#fields.destination.and(set);
    }
    keepSources(set) {
        if (this.#hasSource)
            this.#fields.source = this.#fields.source.and(set);
    }
    keepDoors(test) {
        this.#fields.doors &= bits(this.universe.doors, test);
    }
    keepProtocols(test) {
        this.#fields.protocols &= bits(this.universe.protocols, test);
    }
    /**
     * Rules change a mark bit by bit, so a bit of the mark that a rule sees was made of the same bit as the packet came. Where the
     * mark is not the one that is asked for, one bit says so, and all marks with that bit get the same answer.
     * @param current mark of the packet or of its connection; null: not known, whatever the packet came with
     */
    askedMark(current, set) {
        if (current === null)
            return;
        const deciding = decidingBits(set, current);
        this.keepMarkBits(deciding === 0 ? askedBits(set) : this.#cheapestBit(deciding));
    }
    keepMarkBits(mask) {
        this.#fields.marks = this.#fields.marks.and(Cubes.where(mask, this.packet.mark));
    }
    /** One of these bits: one that all marks left have in common, if there is such. */
    #cheapestBit(bits) {
        const settled = this.#fields.marks.cubes.reduce((mask, cube) => mask & cube.mask, bits);
        const from = settled === 0 ? bits : settled;
        return (from & -from) >>> 0;
    }
    keepTcpFlags(mask) {
        const flags = this.packet.header?.tcpFlags;
        if (flags !== undefined)
            this.#fields.tcpFlags = this.#fields.tcpFlags.and(Cubes.where(mask, flags));
    }
    /** @param set of types and codes, as in {@link Box.icmp}. */
    splitIcmp(set) {
        const { icmp } = this.packet;
        if (icmp !== null)
            this.#fields.icmp = side(this.#fields.icmp, set, BigInt((icmp.type << 8) | icmp.code));
    }
    keepStates(test) {
        this.#fields.states &= bits(this.universe.states, test);
    }
    /** Only this very door. */
    keepDoor() {
        this.keepDoors((door) => door === this.door);
    }
    keepDoorBits(doors) {
        this.#fields.doors &= doors;
    }
    dropDestinations(set) {
        this.#fields.destination = this.#fields.destination.without(set);
    }
}
function addressOf(own) {
    if ('value' in own)
        return own.value;
    return own.address?.value ?? null;
}
function side(whole, set, value) {
    return set.has(value) ? whole.and(set) : whole.without(set);
}
