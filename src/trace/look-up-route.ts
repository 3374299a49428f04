import { findRoute, type RouteAnswer } from '../host/find-route.ts';
import type { Address, Family } from '../net/address.ts';
import type { Branch } from './branch.ts';
import type { TraceContext } from './context.ts';
import { knownTos } from './state.ts';

/** What routing sees of a socket that is not bound to an address. */
export const UNBOUND: Readonly<Record<Family, Address>> = {
  ipv4: { family: 'ipv4', value: 0n },
  ipv6: { family: 'ipv6', value: 0n },
};

/**
 * @param source null where it is not known, {@link UNBOUND} where it is not chosen yet
 * @param inInterface `lo` for a packet of the node
 * @returns what the node's routing says of the packet as it is now.
 */
export function lookUp(
  { state }: Branch,
  context: TraceContext,
  source: Address | null,
  inInterface: string | null,
): RouteAnswer {
  return findRoute(context.world.host, {
    family: state.family,
    destination: state.destination,
    source,
    mark: state.mark,
    inInterface,
    outInterface: null,
    protocol: state.protocol,
    sourcePort: state.sourcePort,
    destinationPort: state.destinationPort,
    uid: null,
    ...knownTos(state),
  });
}
