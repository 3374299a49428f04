import type { HookName, RuleList } from '../../iptables/ruleset.ts';
import type { Address } from '../../net/address.ts';
import { Intervals } from '../../net/intervals.ts';
import { hasPorts, ICMP, ICMPV6 } from '../../net/protocol.ts';
import type { Statement } from '../../nftables/statement.ts';
import type { Effect } from '../../rules/effect.ts';
import { lowered } from '../../rules/lowered-rule.ts';
import type { Test } from '../../rules/test.ts';
import type { Branch } from '../../trace/branch.ts';
import type { NftContext } from '../../trace/nft/context.ts';
import type { Observer } from '../../trace/observer.ts';
import { iptablesRule } from '../../trace/outcome.ts';
import type { Packet } from '../../trace/packet.ts';
import type { PacketState } from '../../trace/state.ts';
import { keepAlike } from '../fields/field-table.ts';
import { alikeInStatement } from '../nft/alike-statement.ts';
import type { Box } from '../space/box.ts';
import type { Space } from '../space/space.ts';
import type { Door, PacketConntrack } from '../space/universe.ts';
import { KeptPackets } from './kept-packets.ts';
import { mayChoosePort, portsWritten, spreadSources } from './rewritten.ts';

/**
 * Follows the trace of one packet and keeps the set of packets that every question so far was bound to answer alike.
 * Once both sides have been traced, what is left of the box goes the same ways as the packet itself.
 */
export class Narrowing extends KeptPackets implements Observer {
  constructor(space: Space, packet: Packet, door: Door, box: Box) {
    super(space, packet, door, box);
    this.#pinWhatRoutingAsks();
  }

  entered(rules: RuleList, state: PacketState): void {
    const { value } = state.destination;
    if (value !== this.packet.destination.value) return;
    const named = this.space.namedIn(rules);
    if (named.isEmpty) return;
    if (named.has(value)) this.keepDestinations(Intervals.one(value));
    else this.dropDestinations(named);
  }

  asked(test: Test, state: PacketState): void {
    keepAlike(test, { state, narrowing: this });
  }

  runs(statement: Statement, at: NftContext): void {
    alikeInStatement(statement, at, this);
  }

  translated(target: Effect, { hook }: NftContext): void {
    this.#splitAtPorts(target);
    this.#splitAtAddresses(target, hook);
    // Which of several addresses a sender gets may be another one on the other side.
    if (target.kind === 'snat' && target.to !== null && target.to.to !== target.to.from) this.#pinEnds();
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
      this.splitOwn('destination', Intervals.one(state.destination.value));
    if (state.sourceRewrite !== 'none') this.splitOwn('source', oneOrNone(state.source.address));
    // A bridge does not hand a frame back by the port it came in by, which only a sender that meets itself asks of it.
    if (state.connection?.dnat === true) this.splitOwn('source', Intervals.one(state.destination.value));
    for (let node = path; node !== null; node = node.before) {
      const { step } = node.entry;
      const rule = iptablesRule(step);
      const effect = rule === null ? null : lowered(rule).effect;
      this.#splitAtPorts(effect);
      this.#splitAtAddresses(effect, step.hook);
    }
  }

  /** What a NAT target makes of an address may depend on that very address. */
  #splitAtAddresses(effect: Effect | null, hook: HookName): void {
    if (effect?.kind === 'npt') this.#pinEnds();
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
    else this.splitOwn('source', Intervals.range(to.from, to.to));
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
    if (effect !== null && mayChoosePort(effect)) this.splitProtocols(hasPorts);
    const ports = portsWritten(effect);
    if (ports === null) return;
    const set = Intervals.range(BigInt(ports.from), BigInt(ports.to));
    const field = effect?.kind === 'snat' || effect?.kind === 'masquerade' ? 'sourcePort' : 'destinationPort';
    const own = this.packet[field];
    const counted = effect?.kind === 'dnat' && effect.to !== null && effect.to.portBase !== null;
    this.splitOwn(field, counted && own !== null ? Intervals.one(BigInt(own)) : set);
  }

  /** What every trace asks before and between the rules: conntrack, routing, and where the packet came in. */
  #pinWhatRoutingAsks(): void {
    const { space, packet, door } = this;
    const { routing } = space;
    if (space.hasFrameHooks) this.keepDoor();
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
      this.keepDoorBits(alike.doors);
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
        for (const [range, of] of [
          [rule.sourcePorts, 'sourcePort'],
          [rule.destinationPorts, 'destinationPort'],
        ] as const) {
          if (range !== null) this.splitOwn(of, Intervals.range(BigInt(range.from), BigInt(range.to)));
        }
      }
    }
  }
}

function oneOrNone(address: Address | null): Intervals {
  return address === null ? Intervals.EMPTY : Intervals.one(address.value);
}

/** They differ in nothing but the word that `--ctstate` asks for. */
function hasNoConnection(state: PacketConntrack): boolean {
  return state === 'INVALID' || state === 'UNTRACKED';
}
