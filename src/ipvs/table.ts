import type { Address } from '../net/address.ts';
import type { IpvsConnection, IpvsListing, IpvsSocket, RealServer, Taken, VirtualServer } from './model.ts';

/** IPVS of one node: what it balances, and what it remembers. */
export class IpvsTable {
  readonly servers: readonly VirtualServer[];
  /** Null where connections were not listed. */
  readonly connections: readonly IpvsConnection[] | null;
  /** What is not in it may be there all the same. */
  readonly incomplete: boolean;
  readonly #byKey: ReadonlyMap<string, VirtualServer>;
  #byFlow: ReadonlyMap<string, IpvsConnection> | null = null;

  constructor({ servers, connections, incomplete }: IpvsListing) {
    this.incomplete = incomplete === true;
    this.servers = servers ?? [];
    this.connections = connections;
    this.#byKey = new Map(this.servers.map((server) => [takenKey(server.takes), server]));
  }

  /**
   * @returns the virtual server that takes such a packet, in the order in which the kernel looks (ip_vs_service_find): by its
   *   mark, by its socket, by its address with port 0
   */
  find(protocol: number, address: Address, port: number | null, mark: number | null): VirtualServer | null {
    const byMark =
      mark === null || mark === 0
        ? undefined
        : this.#byKey.get(takenKey({ by: 'mark', mark, family: address.family }));
    if (byMark !== undefined) return byMark;
    const at = (each: number): VirtualServer | undefined =>
      this.#byKey.get(takenKey({ by: 'socket', protocol, address, port: each }));
    return (port === null ? undefined : at(port)) ?? at(0) ?? null;
  }

  /** True where some virtual server is by mark: then a mark that is not known matters. */
  get usesMarks(): boolean {
    return this.servers.some(({ takes }) => takes.by === 'mark');
  }

  /** @returns the entry of a connection by its client and the socket that it went to; null where there is none, or none were listed. */
  connection(protocol: number, client: IpvsSocket, virtual: IpvsSocket): IpvsConnection | null {
    if (this.connections === null) return null;
    this.#byFlow ??= new Map(
      this.connections.map((entry) => [flowKey(entry.protocol, entry.client, entry.virtual), entry]),
    );
    return this.#byFlow.get(flowKey(protocol, client, virtual)) ?? null;
  }
}

/** @returns a text that is equal for what is one virtual server. */
export function takenKey(takes: Taken): string {
  return takes.by === 'mark'
    ? `mark ${takes.family} ${takes.mark}`
    : `${takes.protocol} ${takes.address.family} ${takes.address.value} ${takes.port}`;
}

function flowKey(protocol: number | null, client: IpvsSocket, virtual: IpvsSocket): string {
  return `${protocol} ${socketKey(client)} ${socketKey(virtual)}`;
}

function socketKey({ address, port }: IpvsSocket): string {
  return `${address.family} ${address.value} ${port}`;
}

/** Joins listings of one moment: the same virtual server told twice is one, with what either tells. */
export function joinListings(listings: readonly IpvsListing[]): IpvsListing {
  const servers = new Map<string, VirtualServer>();
  let listedServers = false;
  let connections: readonly IpvsConnection[] | null = null;
  for (const listing of listings) {
    listedServers ||= listing.servers !== null;
    for (const server of listing.servers ?? []) {
      const key = takenKey(server.takes);
      const known = servers.get(key);
      servers.set(key, known === undefined ? server : joined(known, server));
    }
    connections ??= listing.connections;
  }
  const whole = listings.some(({ servers: own, incomplete }) => own !== null && incomplete !== true);
  return {
    servers: listedServers ? [...servers.values()] : null,
    ...(listedServers && !whole ? { incomplete: true as const } : {}),
    connections,
  };
}

function joined(a: VirtualServer, b: VirtualServer): VirtualServer {
  const [first, second] = a.scheduler === null ? [b, a] : [a, b];
  const others = new Map(second.servers.map((server) => [socketKey(server), server]));
  return {
    ...first,
    servers: first.servers.map((server) => {
      const other = others.get(socketKey(server));
      return other === undefined ? server : withMore(server, other);
    }),
  };
}

function withMore(server: RealServer, other: RealServer): RealServer {
  return {
    ...server,
    method: server.method ?? other.method,
    weight: server.weight ?? other.weight,
    active: server.active ?? other.active,
    inactive: server.inactive ?? other.inactive,
  };
}
