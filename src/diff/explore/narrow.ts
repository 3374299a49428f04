import type { Match } from '../../iptables/match.ts';
import type { Rule, RuleList } from '../../iptables/ruleset.ts';
import type { Target } from '../../iptables/target.ts';
import { type Address, formatAddress } from '../../net/address.ts';
import type { Range } from '../../net/range.ts';
import type { Branch } from '../../trace/branch.ts';
import type { Observer } from '../../trace/observer.ts';
import type { Packet } from '../../trace/packet.ts';
import type { PacketState } from '../../trace/state.ts';
import type { Box } from '../space/box.ts';
import { Intervals } from '../space/intervals.ts';
import type { Space } from '../space/space.ts';
import { bits, type Door, type Universe } from '../space/universe.ts';
import { narrowByMatch } from './narrow-by-match.ts';

/**
 * Follows the trace of one packet and keeps the set of packets that every question so far was bound to answer alike.
 * Once both sides have been traced, what is left of the box goes the same ways as the packet itself.
 *
 * Whether a question still asks for what the packet arrived with, and not for what NAT made of it, is told by the value:
 * one that is the packet's own counts as its own. Where NAT wrote that very value the set becomes smaller than it need be,
 * never too large.
 */
export class Narrowing implements Observer {
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

  asked(match: Match, state: PacketState, rule: Rule): void {
    narrowByMatch(match, { state, rule, narrowing: this });
  }

  /**
   * What NAT wrote can be what a packet has already: for such packets the rewrite is none, and they are a class of their own.
   * @param way one that came to its end
   */
  ended({ state, path }: Branch): void {
    const { destination, source } = this.packet;
    if (state.destination !== destination)
      this.#split('destination', Intervals.one(state.destination.value), destination.value);
    if (state.sourceRewrite !== 'none' && this.door.kind === 'in')
      this.#split('source', oneOrNone(state.source.address), source.address?.value ?? null);
    for (let node = path; node !== null; node = node.before)
      this.#splitAtPorts(node.step.rule?.target ?? null);
  }

  /** The ports that a NAT target writes, or keeps where a packet has one of them. */
  #splitAtPorts(target: Target | null): void {
    const ports = portsWritten(target);
    if (ports === null) return;
    const set = Intervals.range(BigInt(ports.from), BigInt(ports.to));
    const field = target?.kind === 'snat' || target?.kind === 'masquerade' ? 'sourcePort' : 'destinationPort';
    const own = this.packet[field];
    this.#split(field, set, own === null ? null : BigInt(own));
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
    if (this.door.kind === 'in' && value !== undefined && state.source.address?.value === value)
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
    if (this.door.kind === 'in') this.#fields.source = this.#fields.source.and(set);
  }

  keepDoors(test: (door: Door) => boolean): void {
    this.#fields.doors &= bits(this.universe.doors, test);
  }

  keepProtocols(test: (protocol: number) => boolean): void {
    this.#fields.protocols &= bits(this.universe.protocols, test);
  }

  keepMarks(test: (mark: number) => boolean): void {
    this.#fields.marks &= bits(this.universe.marks, test);
  }

  keepIcmp(test: (kind: { type: number; code: number }) => boolean): void {
    this.#fields.icmp &= bits(this.universe.icmp, test);
  }

  /** Only this very door. */
  keepDoor(): void {
    this.keepDoors((door) => door === this.door);
  }

  /** What every trace asks before and between the rules: conntrack, routing, and where the packet came in. */
  #pinWhatRoutingAsks(): void {
    const { space, packet, door } = this;
    const { kind, routing } = { kind: door.kind, routing: space.routing };
    this.#fields.states &= bits(space.universe.states, (state) => state === packet.state);
    this.keepDestinations(routing.destination(packet.destination.value, kind));
    // Interfaces differ in their switches and networks, and a process in the address it is bound to.
    if (kind === 'in') {
      const own = doorKey(space, door);
      this.keepDoors((other) => doorKey(space, other) === own);
      if (packet.source.address !== null)
        this.keepSources(routing.source(packet.source.address.value, deviceOf(door)));
    } else this.keepDoor();
    if (routing.hasPolicy) this.#pinWhatPolicyAsks();
  }

  #pinWhatPolicyAsks(): void {
    const { packet, space } = this;
    this.keepDoor();
    this.keepMarks((mark) => mark === packet.mark);
    for (const host of space.hosts) {
      for (const rule of host.policyRules[packet.family] ?? []) {
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

function portsWritten(target: Target | null): Range | null {
  switch (target?.kind) {
    case 'dnat':
    case 'snat':
      return target.to?.ports ?? null;
    case 'redirect':
    case 'masquerade':
      return target.ports;
    default:
      return null;
  }
}

function deviceOf(door: Door): string | undefined {
  return door.kind === 'in' ? door.device : undefined;
}

function side(whole: Intervals, set: Intervals, value: bigint): Intervals {
  return set.has(value) ? whole.and(set) : whole.without(set);
}

/** Interfaces of which nothing but a rule's `-i` can tell one from another. */
function doorKey(space: Space, door: Door): string {
  let keys = DOOR_KEYS.get(space);
  if (keys === undefined) {
    keys = new Map();
    DOOR_KEYS.set(space, keys);
  }
  let key = keys.get(door);
  if (key === undefined) {
    key = describeDoor(space, door);
    keys.set(door, key);
  }
  return key;
}

const DOOR_KEYS = new WeakMap<Space, Map<Door, string>>();

function describeDoor(space: Space, door: Door): string {
  if (door.kind === 'node') return 'node';
  const { device } = door;
  if (device === undefined) return 'unknown';
  return JSON.stringify(
    space.hosts.map((host) => {
      const link = host.links?.find(({ name }) => name === device);
      const conf = `.${device.replaceAll('.', '/')}.`;
      const switches = [...(host.sysctls ?? [])].flatMap(([name, value]) =>
        /^net\.ipv[46]\.conf\./.test(name) && name.includes(conf)
          ? [`${name.replace(conf, '.').replace(/^net\.(ipv[46])\.conf/, '$1')}=${value}`]
          : [],
      );
      const routed = Object.values(host.routes).some((routes) =>
        routes?.some(({ nextHops }) => nextHops.some((hop) => hop.device === device)),
      );
      return [
        link?.kind,
        link?.group,
        link?.loopback,
        link?.master,
        link?.addresses.map(({ address }) => formatAddress(address)),
        // A device that routes lead to differs from every other: answers to a source may leave through it.
        routed ? device : '',
        switches.sort(),
      ];
    }),
  );
}
