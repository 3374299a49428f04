import type { HookName } from '../../iptables/ruleset.ts';
import { Intervals } from '../../net/intervals.ts';
import { allAddresses } from '../../net/prefix-intervals.ts';
import type { ProtocolSet, TestOf } from '../../rules/test.ts';
import { allows, askedBits, deviceMatches } from '../../rules/value-set.ts';
import { from, fromPorts, towards, within } from '../rules/reach-bounds.ts';
import { addressIntervals, portIntervals } from '../space/set-intervals.ts';
import { ALL_PORTS, bits, type Door } from '../space/universe.ts';
import { type Asked, type BoxField, BY_PORT_OF_BRIDGE, FIXED, type Mentions } from './box-field.ts';

/** Protocols by number, or by a name that nobody knows here. */
export const protocol: BoxField<'meta.l4proto'> = {
  alike: ({ in: set }, asked) => keepProtocols(set, asked),
  may: ({ in: set, negated }, reach, { universe }) =>
    set.kind === 'named'
      ? reach
      : within(reach, { protocols: bits(universe.protocols, (each) => allows(set, each) !== negated) }),
  // The shape of a rule holds its protocol.
  mention: ({ in: set }, mentions) => {
    mentionProtocol(set, mentions);
    return false;
  },
};

/** Keeps the protocols of which the set says the same as of the packet's own. */
export function keepProtocols(set: ProtocolSet, { narrowing }: Asked): void {
  const own = narrowing.packet.protocol;
  narrowing.keepProtocols(
    set.kind === 'named' ? (each) => each === own : (each) => allows(set, each) === allows(set, own),
  );
}

/** Takes a protocol that a rule asks for; those with ports, asked for as one, are in every universe. */
export function mentionProtocol(set: ProtocolSet, { protocols }: Mentions): void {
  const [range] = set.kind === 'ranges' && set.ranges.length === 1 ? set.ranges : [];
  if (range !== undefined && range.from === range.to) protocols.add(range.from);
}

/** The source as the packet has it now. */
export const source: BoxField<'ip.saddr'> = {
  ...FIXED,
  alike: ({ in: set }, { state, narrowing }) => {
    const intervals = addressIntervals(set);
    if (intervals !== null) narrowing.splitSources(intervals, state);
    else if (state.source.address !== null)
      narrowing.splitSources(Intervals.one(state.source.address.value), state);
  },
  may: ({ in: set, negated }, reach, space) =>
    from(reach, turned(addressIntervals(set), negated, allAddresses(space.universe.family)), space),
};

/** The destination as the packet has it now. */
export const destination: BoxField<'ip.daddr'> = {
  ...FIXED,
  alike: ({ in: set }, { state, narrowing }) =>
    narrowing.splitDestinations(addressIntervals(set) ?? Intervals.one(state.destination.value), state),
  may: ({ in: set, negated }, reach, { universe }) =>
    towards(reach, turned(addressIntervals(set), negated, allAddresses(universe.family)), null),
};

/** The source port as it is now. */
export const sourcePort: BoxField<'th.sport'> = {
  ...FIXED,
  alike: ({ in: set }, { state, narrowing }) =>
    narrowing.splitSourcePorts(portIntervals(set), state.sourcePort),
  may: ({ in: set, negated }, reach) => fromPorts(reach, turned(portIntervals(set), negated, ALL_PORTS)),
};

/** The destination port as it is now. */
export const destinationPort: BoxField<'th.dport'> = {
  ...FIXED,
  alike: ({ in: set }, { state, narrowing }) =>
    narrowing.splitDestinationPorts(portIntervals(set), state.destinationPort),
  may: ({ in: set, negated }, reach) => towards(reach, null, turned(portIntervals(set), negated, ALL_PORTS)),
};

/** Both ports: either may fit. */
export const eitherPort: BoxField<'th.port'> = {
  ...FIXED,
  alike: ({ in: set }, { state, narrowing }) => {
    narrowing.splitSourcePorts(portIntervals(set), state.sourcePort);
    narrowing.splitDestinationPorts(portIntervals(set), state.destinationPort);
  },
};

/** Null where a mask with holes has too many ranges: then nothing is narrowed. */
function turned(set: Intervals | null, negated: boolean, all: Intervals): Intervals | null {
  return set !== null && negated ? all.without(set) : set;
}

/** The bits asked for. */
export const tcpFlags: BoxField<'tcp.flags'> = {
  ...FIXED,
  alike: ({ in: set }, { narrowing }) => narrowing.keepTcpFlags(askedBits(set)),
};

/** Types with their codes. */
export const icmpTypeCode: BoxField<'icmp.type-code'> = {
  ...FIXED,
  alike: ({ in: set }, { narrowing }) => narrowing.splitIcmp(portIntervals(set)),
};

/** The bits that decide. */
export const mark: BoxField<'meta.mark'> = {
  ...FIXED,
  alike: ({ in: set }, { state, narrowing }) => narrowing.askedMark(state.mark, set),
};

/** The doors that a name fits. */
export const inInterface: BoxField<'meta.iifname'> = {
  ...BY_PORT_OF_BRIDGE,
  alike: ({ in: names }, { narrowing }) => {
    const fits = (door: Door): boolean | null => {
      if (door.kind === 'node') return null;
      const { device } = door;
      return device === undefined ? null : names.some((name) => deviceMatches(device, name));
    };
    const own = fits(narrowing.door);
    narrowing.keepDoors((door) => fits(door) === own && door.kind === narrowing.door.kind);
  },
  may: (test, reach, { universe }) =>
    within(reach, { doors: bits(universe.doors, (door) => mayComeBy(door, test, reach.hook)) }),
};

/** A process's packet to its own node comes back in through lo. At POSTROUTING the input device may be forgotten. */
function mayComeBy(door: Door, { in: names, negated }: TestOf<'meta.iifname'>, hook: HookName): boolean {
  if (hook === 'POSTROUTING') return true;
  const device = door.kind === 'node' ? (hook === 'OUTPUT' ? '' : 'lo') : door.device;
  return device === undefined || names.some((name) => deviceMatches(device, name)) !== negated;
}
