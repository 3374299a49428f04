import { matchesAddressType } from '../../host/address-type.ts';
import type { HookName, Rule } from '../../iptables/ruleset.ts';
import { lowered } from '../../rules/lowered-rule.ts';
import type { Field, TestOf } from '../../rules/test.ts';
import { allows, deviceMatches } from '../../rules/value-set.ts';
import { type Box, intersect } from '../space/box.ts';
import type { Intervals } from '../space/intervals.ts';
import { allAddresses } from '../space/prefix-intervals.ts';
import { addressIntervals, portIntervals } from '../space/set-intervals.ts';
import type { Space } from '../space/space.ts';
import { ALL_PORTS, bits, type Door, everything } from '../space/universe.ts';

/**
 * Packets as a rule somewhere on their way sees them. Before DNAT a packet's destination is what it arrived with; after it
 * a rule may see an endpoint's, and then `late` holds what the rules on the way asked of destination and port.
 */
export interface Reach {
  /** At least every packet, as it arrived, that can come here. */
  readonly box: Box;
  readonly hook: HookName;
  /** False where SNAT may have written source and source port: for the security table at INPUT, and behind lo. */
  readonly ownSource: boolean;
  readonly late: { readonly destination: Intervals; readonly port: Intervals } | null;
}

/** @returns the packets of a reach that a rule can match: never fewer than it does match. Null where there is none. */
export function reachThrough(reach: Reach, rule: Rule, space: Space): Reach | null {
  let narrowed: Reach | null = reach;
  for (const test of lowered(rule).tests) {
    if (narrowed === null) return null;
    // The table's type ties each field to its function; TypeScript cannot follow that through an index.
    const through = THROUGH[test.field] as Through<Field>;
    narrowed = through(test, narrowed, space);
  }
  return narrowed;
}

type Through<F extends Field> = (test: TestOf<F>, reach: Reach, space: Space) => Reach | null;

/** Any packet may match, as far as the box can tell. */
const any = (_: unknown, reach: Reach): Reach => reach;

/** For each field, the packets of a reach that may match a test of it. */
const THROUGH: { readonly [F in Field]: Through<F> } = {
  'meta.nfproto': any,
  'meta.l4proto': ({ in: set, negated }, reach, { universe }) =>
    set.kind === 'named'
      ? reach
      : within(reach, { protocols: bits(universe.protocols, (each) => allows(set, each) !== negated) }),
  'ip.saddr': (test, reach, space) =>
    from(reach, turned(addressIntervals(test.in), test, allAddresses(space.universe.family)), space),
  'ip.daddr': (test, reach, space) =>
    towards(reach, turned(addressIntervals(test.in), test, allAddresses(space.universe.family)), null),
  'ip.fragment': any,
  'meta.length': any,
  'ip.ttl': any,
  'ip.dscp': any,
  'ip.tos': any,
  'ip.ecn': any,
  'th.sport': (test, reach) => fromPorts(reach, turned(portIntervals(test.in), test, ALL_PORTS)),
  'th.dport': (test, reach) => towards(reach, null, turned(portIntervals(test.in), test, ALL_PORTS)),
  'th.port': any,
  'tcp.flags': any,
  'tcp.option': any,
  'tcp.mss': any,
  'sctp.chunks': any,
  'dccp.type': any,
  'dccp.option': any,
  'icmp.type-code': any,
  'meta.pkttype': any,
  'ether.saddr': any,
  'meta.iifname': (test, reach, { universe }) =>
    within(reach, { doors: bits(universe.doors, (door) => fits(door, test, reach.hook)) }),
  'meta.oifname': any,
  'meta.iifgroup': any,
  'meta.oifgroup': any,
  'bridge.port.in': any,
  'bridge.port.out': any,
  'bridge.carries': any,
  'meta.mark': any,
  'meta.skuid': any,
  'meta.skgid': any,
  'meta.sender': any,
  'ct.state': any,
  'ct.status': any,
  'ct.mark': any,
  'ct.direction': any,
  'ct.protocol': any,
  'ct.original.saddr': any,
  'ct.original.daddr': any,
  'ct.reply.saddr': any,
  'ct.reply.daddr': any,
  'ct.original.sport': any,
  'ct.original.dport': any,
  'ct.reply.sport': any,
  'ct.reply.dport': any,
  'ct.expiration': any,
  'ct.helper': any,
  'fib.saddr.type': (test, reach, space) =>
    test.in.limit === null ? from(reach, ofType(test, space), space) : reach,
  'fib.daddr.type': (test, reach, space) =>
    test.in.limit === null ? towards(reach, ofType(test, space), null) : reach,
  'fib.saddr.oif': any,
  'ipvs.taken': any,
  'ipvs.protocol': any,
  'ipvs.address': any,
  'ipvs.port': any,
  ipset: any,
  recent: any,
  chance: any,
  opaque: any,
  unrecognised: any,
  lost: any,
};

function ofType(
  { in: asked, negated }: TestOf<'fib.saddr.type' | 'fib.daddr.type'>,
  space: Space,
): Intervals {
  const { family } = space.universe;
  return space.routing.where(`${negated} ${asked.types.join()}`, (host, address) => {
    const answer = matchesAddressType(host, family, address, asked.types, null);
    return answer === 'unknown' || (answer === 'yes') !== negated;
  });
}

/** Of a process the door tells the source, as far as it is known: the field has no meaning there, and is left whole. */
function from(reach: Reach, source: Intervals | null, { universe }: Space): Reach | null {
  const inside = bits(universe.doors, ({ kind }) => kind === 'in');
  return !reach.ownSource || (reach.box.doors & inside) === 0n ? reach : within(reach, { source });
}

function fromPorts(reach: Reach, sourcePort: Intervals | null): Reach | null {
  return reach.ownSource ? within(reach, { sourcePort }) : reach;
}

/** Null stands for no bound. */
function towards(reach: Reach, destination: Intervals | null, port: Intervals | null): Reach | null {
  const { late } = reach;
  if (late === null)
    return within(reach, {
      ...(destination === null ? {} : { destination }),
      ...(port === null ? {} : { destinationPort: port }),
    });
  const next = {
    destination: destination === null ? late.destination : late.destination.and(destination),
    port: port === null ? late.port : late.port.and(port),
  };
  return next.destination.isEmpty || next.port.isEmpty ? null : { ...reach, late: next };
}

function within(reach: Reach, by: { readonly [K in keyof Box]?: Box[K] | null }): Reach | null {
  const given = Object.fromEntries(Object.entries(by).filter(([, value]) => value !== null));
  const box = intersect(reach.box, { ...reach.box, ...given });
  return box === null ? null : { ...reach, box };
}

/** Null where a mask with holes has too many ranges: then nothing is narrowed. */
function turned(
  set: Intervals | null,
  { negated }: { readonly negated: boolean },
  all: Intervals,
): Intervals | null {
  if (set === null) return null;
  return negated ? all.without(set) : set;
}

/** A process's packet to its own node comes back in through lo. At POSTROUTING the input device may be forgotten. */
function fits(door: Door, { in: names, negated }: TestOf<'meta.iifname'>, hook: HookName): boolean {
  if (hook === 'POSTROUTING') return true;
  const device = door.kind === 'node' ? (hook === 'OUTPUT' ? '' : 'lo') : door.device;
  return device === undefined || names.some((name) => deviceMatches(device, name)) !== negated;
}

/** @returns what can come to the built-in chain of a table, as far as hook and table alone tell; processes apart from others. */
export function reachesOfHook(table: string, hook: HookName, space: Space): Reach[] {
  const { universe } = space;
  const inside = bits(universe.doors, ({ kind }) => kind === 'in');
  const node = bits(universe.doors, ({ kind }) => kind === 'node');
  const all = everything(universe);
  // The nat table is asked by the first packet of a connection; related connections have a first packet, too.
  const nat = bits(universe.states, (state) => state === 'NEW' || state === 'RELATED');
  const box: Box = table === 'nat' ? { ...all, states: all.states & nat } : all;
  const late = { destination: all.destination, port: all.destinationPort };
  const reach = (doors: bigint, fresh: boolean, ownSource = true): Reach[] =>
    doors === 0n ? [] : [{ box: { ...box, doors }, hook, ownSource, late: fresh ? null : late }];
  switch (hook) {
    case 'PREROUTING':
      return [...reach(inside, true), ...(table === 'nat' ? [] : reach(node, false, false))];
    case 'OUTPUT':
      return reach(node, table !== 'filter' && table !== 'security');
    case 'FORWARD':
      return sentTo(space.routing.forwarded(), reach(inside, false));
    case 'INPUT':
      // nat has its turn at INPUT before iptables-nft's security table (see HOOKS).
      return sentTo(space.routing.delivered(), [
        ...reach(inside, false, table !== 'security'),
        ...reach(node, false, false),
      ]);
    case 'POSTROUTING':
      return [...reach(inside, false), ...reach(node, false)];
  }
}

function sentTo(destination: Intervals, reaches: readonly Reach[]): Reach[] {
  return reaches.flatMap((reach) => {
    const late = reach.late === null ? null : { ...reach.late, destination };
    return destination.isEmpty ? [] : [{ ...reach, late }];
  });
}
