import { matchesAddressType } from '../../host/address-type.ts';
import type { Match, MatchOf } from '../../iptables/match.ts';
import type { HookName, Rule } from '../../iptables/ruleset.ts';
import { hasPorts, parseProtocol } from '../../net/protocol.ts';
import type { Range } from '../../net/range.ts';
import { deviceMatches } from '../../trace/match/basic.ts';
import { type Box, intersect } from '../space/box.ts';
import { Intervals } from '../space/intervals.ts';
import { allAddresses, prefixIntervals } from '../space/prefix-intervals.ts';
import type { Space } from '../space/space.ts';
import { ALL_PORTS, bits, type Door, everything } from '../space/universe.ts';
import { textOf } from './rule-key.ts';

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
  for (const match of rule.matches) {
    if (narrowed === null) return null;
    narrowed = throughMatch(narrowed, match, space);
  }
  return narrowed;
}

function throughMatch(reach: Reach, match: Match, space: Space): Reach | null {
  const { universe } = space;
  const { family } = universe;
  switch (match.kind) {
    case 'source':
      return from(reach, turned(prefixIntervals(match.prefix), match, allAddresses(family)), space);
    case 'destination':
      return towards(reach, turned(prefixIntervals(match.prefix), match, allAddresses(family)), null);
    case 'iprange': {
      const set = turned(Intervals.range(match.from, match.to), match, allAddresses(family));
      return match.side === 'source' ? from(reach, set, space) : towards(reach, set, null);
    }
    case 'protocol': {
      const number = match.number ?? parseProtocol(match.name);
      if (number === null || number === 0) return reach;
      return within(reach, {
        protocols: bits(universe.protocols, (each) => (each === number) !== match.negated),
      });
    }
    case 'source-port':
      return fromPorts(reach, turned(portsOf([match.ports]), match, ALL_PORTS));
    case 'destination-port':
      return towards(reach, null, turned(portsOf([match.ports]), match, ALL_PORTS));
    case 'multiport': {
      const ports = turned(portsOf(match.ports), match, ALL_PORTS);
      const withPorts = within(reach, { protocols: bits(universe.protocols, hasPorts) });
      if (withPorts === null || match.side === 'either') return withPorts;
      return match.side === 'source' ? fromPorts(withPorts, ports) : towards(withPorts, null, ports);
    }
    case 'in-interface':
      return within(reach, { doors: bits(universe.doors, (door) => fits(door, match, reach.hook)) });
    case 'addrtype':
      return throughAddressType(reach, match, space);
    default:
      return reach;
  }
}

function throughAddressType(reach: Reach, match: MatchOf<'addrtype'>, space: Space): Reach | null {
  if (match.limit !== null) return reach;
  const { family } = space.universe;
  const set = space.routing.where(textOf(match), (host, address) => {
    const answer = matchesAddressType(host, family, address, match.types, null);
    return answer === 'unknown' || (answer === 'yes') !== match.negated;
  });
  return match.side === 'destination' ? towards(reach, set, null) : from(reach, set, space);
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
  match: { readonly negated: boolean },
  all: Intervals,
): Intervals | null {
  if (set === null) return null;
  return match.negated ? all.without(set) : set;
}

/** A process's packet to its own node comes back in through lo. At POSTROUTING the input device may be forgotten. */
function fits(door: Door, match: MatchOf<'in-interface'>, hook: HookName): boolean {
  if (hook === 'POSTROUTING') return true;
  const device = door.kind === 'node' ? (hook === 'OUTPUT' ? '' : 'lo') : door.device;
  return device === undefined || deviceMatches(device, match.name) !== match.negated;
}

function portsOf(ranges: readonly Range[]): Intervals {
  return Intervals.of(ranges.map(({ from, to }): [bigint, bigint] => [BigInt(from), BigInt(to)]));
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
