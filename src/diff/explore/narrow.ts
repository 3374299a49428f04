import type { HookName, RuleList } from '../../iptables/ruleset.ts';
import type { Address } from '../../net/address.ts';
import { hasPorts, ICMP, ICMPV6 } from '../../net/protocol.ts';
import type { Effect } from '../../rules/effect.ts';
import { lowered } from '../../rules/lowered-rule.ts';
import type { Test } from '../../rules/test.ts';
import { askedBits, decidingBits, type NumberSet } from '../../rules/value-set.ts';
import type { Branch } from '../../trace/branch.ts';
import type { Observer } from '../../trace/observer.ts';
import { iptablesRule } from '../../trace/outcome.ts';
import type { Packet } from '../../trace/packet.ts';
import type { PacketState } from '../../trace/state.ts';
import type { Box } from '../space/box.ts';
import { Cubes } from '../space/cubes.ts';
import { Intervals } from '../space/intervals.ts';
import type { Space } from '../space/space.ts';
import { bits, type Door, type PacketConntrack, type Universe } from '../space/universe.ts';
import type { Narrowable } from './asked.ts';
import { narrowByTest } from './narrow-by-test.ts';
import { mayChoosePort, portsWritten, spreadSources } from './rewritten.ts';

/**
 * Follows the trace of one packet and keeps the set of packets that every question so far was bound to answer alike.
 * Once both sides have been traced, what is left of the box goes the same ways as the packet itself.
 *
 * Whether a question still asks for what the packet arrived with, and not for what NAT made of it, is told by the value:
 * one that is the packet's own counts as its own. Where NAT wrote that very value the set becomes smaller than it need be,
 * never too large.
 */
export class Narrowing implements Observer, Narrowable {
  readonly space: Space;
  readonly packet: Packet;
  readonly door: Door;
  readonly #fields: { -readonly [K in keyof Box]: Box[K] };

  constructor(space: Space, packet: Packet, door: Door, box: Box) {
    this.space = space;
    this.packet = packet;
    this.door = door;
    this.#fields = { ...box };
    this.#pinWhatRoutingAsks();
  }

  /** What is left. */
  get box(): Box {
    return { ...this.#fields };
  }

  get universe(): Universe {
    return this.space.universe;
  }

  entered(rules: RuleList, state: PacketState): void {
    const { value } = state.destination;
    if (value !== this.packet.destination.value) return;
    const named = this.space.namedIn(rules);
    if (named.isEmpty) return;
    if (named.has(value)) this.keepDestinations(Intervals.one(value));
    else this.#fields.destination = this.#fields.destination.without(named);
  }

  asked(test: Test, state: PacketState): void {
    narrowByTest(test, { state, narrowing: this });
  }

  /**
   * What NAT wrote can be what a packet has already: for such packets the rewrite is none, and they are a class of their own.
   * @param sides every way, as it came to its end on each side
   */
  ended(sides: readonly (readonly Branch[])[]): void {
    for (const branch of sides.flat()) this.#ended(branch);
    const spread = sides.map((branches) => new Set(branches.flatMap(spreadSources)));
    const [before, after] = spread.map((texts) => [...texts].sort().join());
    // The kernel picks one of several addresses by a hash of both ends: the same one only where both sides hash alike.
    if (before !== after || spread.some((texts) => texts.size > 1)) this.#pinEnds();
  }

  #ended({ state, path }: Branch): void {
    const { destination } = this.packet;
    if (state.destination !== destination)
      this.#split('destination', Intervals.one(state.destination.value), destination.value);
    if (state.sourceRewrite !== 'none') this.#splitSource(oneOrNone(state.source.address));
    // A bridge does not hand a frame back by the port it came in by, which only a sender that meets itself asks of it.
    if (state.connection?.dnat === true) this.#splitSource(Intervals.one(state.destination.value));
    for (let node = path; node !== null; node = node.before) {
      const rule = iptablesRule(node.step);
      const effect = rule === null ? null : lowered(rule).effect;
      this.#splitAtPorts(effect);
      this.#splitAtAddresses(effect, node.step.hook);
    }
  }

  /** What a NAT target makes of an address may depend on that very address. */
  #splitAtAddresses(effect: Effect | null, hook: HookName): void {
    if (effect?.kind === 'netmap') {
      if (hook === 'PREROUTING' || hook === 'OUTPUT') this.#pinDestination();
      else this.#pinSource();
    }
    if (effect?.kind !== 'dnat' && effect?.kind !== 'snat') return;
    const { to } = effect;
    if (to === null || to.from === null) return;
    if (to.to === null || to.to === to.from) return;
    if (effect.kind === 'dnat') this.#pinEnds();
    // A source that lies in the range stays.
    else this.#splitSource(Intervals.range(to.from, to.to));
  }

  #pinEnds(): void {
    this.#pinDestination();
    this.#pinSource();
  }

  #pinDestination(): void {
    this.keepDestinations(Intervals.one(this.packet.destination.value));
  }

  #pinSource(): void {
    const source = this.packet.source.address;
    if (source !== null) this.keepSources(Intervals.one(source.value));
  }

  /** The ports that a NAT target writes, or keeps where a packet has one of them. */
  #splitAtPorts(effect: Effect | null): void {
    // A rewrite may keep a port or choose one, also where it names none.
    if (effect !== null && mayChoosePort(effect)) {
      const withPorts = hasPorts(this.packet.protocol);
      this.keepProtocols((each) => hasPorts(each) === withPorts);
    }
    const ports = portsWritten(effect);
    if (ports === null) return;
    const set = Intervals.range(BigInt(ports.from), BigInt(ports.to));
    const field = effect?.kind === 'snat' || effect?.kind === 'masquerade' ? 'sourcePort' : 'destinationPort';
    const own = this.packet[field];
    const counted = effect?.kind === 'dnat' && effect.to !== null && effect.to.portBase !== null;
    this.#split(
      field,
      counted && own !== null ? Intervals.one(BigInt(own)) : set,
      own === null ? null : BigInt(own),
    );
  }

  #splitSource(set: Intervals): void {
    if (this.#hasSource) this.#split('source', set, this.packet.source.address?.value ?? null);
  }

  /** Processes that are not bound have the source that the kernel chooses for the destination. */
  get #hasSource(): boolean {
    return this.door.kind === 'in' || this.door.bound;
  }

  #split(
    field: 'destination' | 'source' | 'sourcePort' | 'destinationPort',
    set: Intervals,
    own: bigint | null,
  ): void {
    if (own !== null) this.#fields[field] = side(this.#fields[field], set, own);
  }

  /** @param set for whose members the question has one answer, and for all others another. */
  splitDestinations(set: Intervals, state: PacketState): void {
    const { value } = this.packet.destination;
    if (state.destination.value === value)
      this.#fields.destination = side(this.#fields.destination, set, value);
  }

  splitSources(set: Intervals, state: PacketState): void {
    const value = this.packet.source.address?.value;
    if (this.#hasSource && value !== undefined && state.source.address?.value === value)
      this.#fields.source = side(this.#fields.source, set, value);
  }

  /** @param port of the packet as it is now. */
  splitDestinationPorts(set: Intervals, port: number | null): void {
    if (port !== null && port === this.packet.destinationPort)
      this.#fields.destinationPort = side(this.#fields.destinationPort, set, BigInt(port));
  }

  splitSourcePorts(set: Intervals, port: number | null): void {
    if (port !== null && port === this.packet.sourcePort)
      this.#fields.sourcePort = side(this.#fields.sourcePort, set, BigInt(port));
  }

  keepDestinations(set: Intervals): void {
    this.#fields.destination = this.#fields.destination.and(set);
  }

  keepSources(set: Intervals): void {
    if (this.#hasSource) this.#fields.source = this.#fields.source.and(set);
  }

  keepDoors(test: (door: Door) => boolean): void {
    this.#fields.doors &= bits(this.universe.doors, test);
  }

  keepProtocols(test: (protocol: number) => boolean): void {
    this.#fields.protocols &= bits(this.universe.protocols, test);
  }

  /**
   * Rules change a mark bit by bit, so a bit of the mark that a rule sees was made of the same bit as the packet came. Where the
   * mark is not the one that is asked for, one bit says so, and all marks with that bit get the same answer.
   * @param current mark of the packet or of its connection; null: not known, whatever the packet came with
   */
  askedMark(current: number | null, set: NumberSet): void {
    if (current === null) return;
    const deciding = decidingBits(set, current);
    this.keepMarkBits(deciding === 0 ? askedBits(set) : this.#cheapestBit(deciding));
  }

  keepMarkBits(mask: number): void {
    this.#fields.marks = this.#fields.marks.and(Cubes.where(mask, this.packet.mark));
  }

  /** One of these bits: one that all marks left have in common, if there is such. */
  #cheapestBit(bits: number): number {
    const settled = this.#fields.marks.cubes.reduce((mask, cube) => mask & cube.mask, bits);
    const from = settled === 0 ? bits : settled;
    return (from & -from) >>> 0;
  }

  keepTcpFlags(mask: number): void {
    const flags = this.packet.header?.tcpFlags;
    if (flags !== undefined) this.#fields.tcpFlags = this.#fields.tcpFlags.and(Cubes.where(mask, flags));
  }

  /** @param set of types and codes, as in {@link Box.icmp}. */
  splitIcmp(set: Intervals): void {
    const { icmp } = this.packet;
    if (icmp !== null) this.#fields.icmp = side(this.#fields.icmp, set, BigInt((icmp.type << 8) | icmp.code));
  }

  keepStates(test: (state: PacketConntrack) => boolean): void {
    this.#fields.states &= bits(this.universe.states, test);
  }

  /** Only this very door. */
  keepDoor(): void {
    this.keepDoors((door) => door === this.door);
  }

  /** What every trace asks before and between the rules: conntrack, routing, and where the packet came in. */
  #pinWhatRoutingAsks(): void {
    const { space, packet, door } = this;
    const { routing } = space;
    const without = hasNoConnection(packet.state);
    this.keepStates((state) => (without ? hasNoConnection(state) : state === packet.state));
    // An ICMP error about a flow is rewritten as the flow was, without asking nat.
    if (packet.state === 'RELATED') {
      const about = packet.icmp !== null;
      this.keepProtocols((each) => (each === ICMP || each === ICMPV6) === about);
    }
    this.keepDestinations(routing.destination(packet.destination.value, door.kind));
    const source = packet.source.address;
    if (door.kind === 'node') {
      this.keepDoor();
      if (source !== null) this.keepSources(routing.wayBack(source.value));
    } else if (routing.hasPolicy || source === null) this.keepDoor();
    else {
      const alike = space.doors.alike(door, source.value);
      this.#fields.doors &= alike.doors;
      this.keepSources(alike.sources);
    }
    if (!routing.hasPolicy) return;
    if (source !== null) this.keepSources(routing.wayBack(source.value));
    this.#pinWhatPolicyAsks();
  }

  #pinWhatPolicyAsks(): void {
    const { packet, space } = this;
    for (const host of space.hosts) {
      for (const rule of host.policyRules[packet.family] ?? []) {
        if (rule.mark !== null || rule.unmodelled.length > 0)
          this.keepMarkBits(rule.mark === null ? 0xffffffff : rule.mask);
        if (rule.protocol !== null)
          this.keepProtocols((each) => (each === rule.protocol) === (packet.protocol === rule.protocol));
        for (const [range, port, of] of [
          [rule.sourcePorts, packet.sourcePort, 'sourcePort'],
          [rule.destinationPorts, packet.destinationPort, 'destinationPort'],
        ] as const) {
          if (range === null || port === null) continue;
          const set = Intervals.range(BigInt(range.from), BigInt(range.to));
          this.#fields[of] = side(this.#fields[of], set, BigInt(port));
        }
      }
    }
  }
}

function oneOrNone(address: Address | null): Intervals {
  return address === null ? Intervals.EMPTY : Intervals.one(address.value);
}

function side(whole: Intervals, set: Intervals, value: bigint): Intervals {
  return set.has(value) ? whole.and(set) : whole.without(set);
}

/** They differ in nothing but the word that `--ctstate` asks for. */
function hasNoConnection(state: PacketConntrack): boolean {
  return state === 'INVALID' || state === 'UNTRACKED';
}
