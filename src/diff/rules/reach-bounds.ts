import type { HookName } from '../../iptables/ruleset.ts';
import { Intervals } from '../../net/intervals.ts';
import { type Box, intersect } from '../space/box.ts';
import type { Space } from '../space/space.ts';
import { bits } from '../space/universe.ts';

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

/** @returns the packets of a reach that come from these sources. Of a process the door tells the source, as far as it is known: the field has no meaning there, and is left whole. */
export function from(reach: Reach, source: Intervals | null, { universe }: Space): Reach | null {
  const inside = bits(universe.doors, ({ kind }) => kind === 'in');
  return !reach.ownSource || (reach.box.doors & inside) === 0n ? reach : within(reach, { source });
}

/** @returns the packets of a reach that come from these ports. */
export function fromPorts(reach: Reach, sourcePort: Intervals | null): Reach | null {
  return reach.ownSource ? within(reach, { sourcePort }) : reach;
}

/**
 * A process that connects to 0.0.0.0 or :: reaches its own node: what the first rule sees is an address of the node
 * (`ip_route_output_key_hash_rcu`, net/ipv4/route.c).
 * @returns the destinations, as processes name them
 */
export function orUnspecified(destination: Intervals): Intervals {
  return destination.isEmpty ? destination : Intervals.of([[0n, 0n], ...destination.ranges()]);
}

/** @returns the packets of a reach that go to these destinations and ports; null stands for no bound. */
export function towards(reach: Reach, destination: Intervals | null, port: Intervals | null): Reach | null {
  const { late, hook } = reach;
  if (late === null)
    return within(reach, {
      ...(destination === null
        ? {}
        : { destination: hook === 'OUTPUT' ? orUnspecified(destination) : destination }),
      ...(port === null ? {} : { destinationPort: port }),
    });
  const next = {
    destination: destination === null ? late.destination : late.destination.and(destination),
    port: port === null ? late.port : late.port.and(port),
  };
  return next.destination.isEmpty || next.port.isEmpty ? null : { ...reach, late: next };
}

/** @returns the packets of a reach that lie in these fields too; null where there is none. */
export function within(reach: Reach, by: { readonly [K in keyof Box]?: Box[K] | null }): Reach | null {
  const given = Object.fromEntries(Object.entries(by).filter(([, value]) => value !== null));
  const box = intersect(reach.box, { ...reach.box, ...given });
  return box === null ? null : { ...reach, box };
}
