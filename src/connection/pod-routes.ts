import type { Host, Route } from '../host/facts.ts';
import type { Address, Family } from '../net/address.ts';
import { ADDRESS_BITS } from '../net/address.ts';
import { lengthOfMask, maskOfLength } from '../net/prefix.ts';
import { isBridge, linkNamed } from '../trace/bridge.ts';
import { isTunnel, leadsNowhere, OF_PODS, uplinks } from './devices.ts';

/** The node that has a pod behind a device of its own. */
export interface Holder {
  /** Null where several nodes have such a route. */
  readonly node: string | null;
  /** Bits of the network that the route is for. */
  readonly length: number;
}

/** A node, and what routing asks of it. */
export interface RoutedNode {
  readonly name: string;
  readonly host: Host;
}

/**
 * The routes by which nodes reach pods of their own: `10.244.1.0/24 dev cni0`, `10.244.1.7 dev cali12`. Of all nodes, indexed: each
 * of 5,000 endpoints asks.
 */
export class PodRoutes {
  readonly #nodes: readonly RoutedNode[];
  readonly #tables = new Map<Family, ReadonlyMap<number, ReadonlyMap<bigint, string | null>>>();

  constructor(nodes: readonly RoutedNode[]) {
    this.#nodes = nodes;
  }

  /** @returns the node with the longest such route to the address; null where none has one. */
  holderOf({ family, value }: Address): Holder | null {
    const table = this.#tables.get(family) ?? this.#tableOf(family);
    for (const [length, networks] of table) {
      const node = networks.get(value & maskOfLength(family, length));
      if (node !== undefined) return { node, length };
    }
    return null;
  }

  /** By length, the longest first. */
  #tableOf(family: Family): ReadonlyMap<number, ReadonlyMap<bigint, string | null>> {
    const found = new Map<number, Map<bigint, string | null>>();
    for (const { name, host } of this.#nodes)
      for (const { destination } of ownPodRoutes(host, family)) {
        const length = lengthOfMask(family, destination.mask) ?? 0;
        const networks = found.get(length) ?? new Map<bigint, string | null>();
        found.set(length, networks);
        const other = networks.get(destination.value);
        networks.set(destination.value, other === undefined || other === name ? name : null);
      }
    const table = new Map([...found].sort(([a], [b]) => b - a));
    this.#tables.set(family, table);
    return table;
  }
}

/** Routes without a gateway by a bridge, or to one address by a veth, that lead neither out of the cluster nor to nobody. */
function ownPodRoutes(host: Host, family: Family): readonly Route[] {
  const out = uplinks(host, family);
  return (host.routes[family] ?? []).filter(
    ({ type, usable, destination, nextHops }) =>
      type === 'unicast' &&
      usable &&
      destination.mask !== 0n &&
      nextHops.length > 0 &&
      nextHops.every(
        ({ device, gateway, linkDown }) =>
          gateway === null &&
          linkDown !== true &&
          device !== null &&
          !out.has(device) &&
          leadsToPods(host, device, destination.mask === maskOfLength(family, ADDRESS_BITS[family])),
      ),
  );
}

function leadsToPods(host: Host, device: string, toOne: boolean): boolean {
  if (isTunnel(host, device) || leadsNowhere(host, device)) return false;
  const kind = linkNamed(host, device)?.kind ?? null;
  // Without `ip -d` the kind is not told.
  return isBridge(host, device) === true || (toOne && (kind === null || OF_PODS.has(kind)));
}
