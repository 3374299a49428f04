import { type Address, sameAddress } from '../net/address.ts';
import { SCTP, TCP, UDP } from '../net/protocol.ts';
import type { IpvsConnection, IpvsListing, IpvsSocket, RealServer, Taken, VirtualServer } from './model.ts';

/** Who rewrote a flow to a virtual server. */
export type Took = 'ipvs' | 'nat' | 'either';

/** IPVS of one node: what it balances, and what it remembers. */
export class IpvsTable {
  readonly servers: readonly VirtualServer[];
  /** Null where connections were not listed. */
  readonly connections: readonly IpvsConnection[] | null;
  /** What is not in it may be there all the same. */
  readonly incomplete: boolean;
  /** A connection that is not in it is none. */
  readonly connectionsWhole: boolean;
  /** True where nat's rules carry Services meanwhile: a flow to a virtual server may have been nat's before it came to IPVS. */
  readonly besideNat: boolean;
  readonly #byKey: ReadonlyMap<string, VirtualServer>;
  #byFlow: ReadonlyMap<string, IpvsConnection> | null = null;
  #byAnswer: ReadonlyMap<string, IpvsConnection> | null = null;
  /** From which virtual end to which real one some connection goes. */
  #ways: ReadonlySet<string> | null = null;

  constructor({ servers, connections, incomplete, connectionsIncomplete }: IpvsListing, besideNat = false) {
    this.besideNat = besideNat;
    this.incomplete = incomplete === true;
    this.servers = servers ?? [];
    this.connections = connections;
    this.connectionsWhole = connections !== null && connectionsIncomplete !== true;
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

  /**
   * @returns the virtual servers that may have taken the packets of a connection, the one by its socket first: its mark when it
   *   began is not kept
   */
  mayHaveTaken(protocol: number, address: Address, port: number | null): readonly VirtualServer[] {
    const bySocket = this.find(protocol, address, port, null);
    const byMark = this.servers.filter(({ takes }) => takes.by === 'mark' && takes.family === address.family);
    return bySocket === null ? byMark : [bySocket, ...byMark];
  }

  /** @returns whether a virtual server by mark has this real server. */
  marksLeadTo(address: Address, port: number | null): boolean {
    return this.servers.some(
      ({ takes, servers }) =>
        takes.by === 'mark' &&
        servers.some((real) => (real.port === 0 || real.port === port) && sameAddress(real.address, address)),
    );
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

  /**
   * Who rewrote a flow to one of the virtual servers, which conntrack does not print: where nat carries Services, too, it comes
   * first (PREROUTING and OUTPUT −100 before INPUT 99 and OUTPUT −98), for all but what began before its rules did.
   * @param client null: some client's flows, taken together
   */
  tookFlow(protocol: number, client: IpvsSocket | null, virtual: IpvsSocket, to: IpvsSocket): Took {
    if (!this.besideNat) return 'ipvs';
    const entry = client === null ? null : this.connection(protocol, client, virtual);
    if (entry !== null && isSameSocket(entry.destination, to)) return 'ipvs';
    // IPVS keeps UDP longer than conntrack does, and TCP and SCTP for 15 minutes without a packet, where conntrack keeps them for
    // days (SCTP until Linux 6.2).
    if (!this.connectionsWhole || protocol !== UDP) return 'either';
    if (client !== null) return 'nat';
    this.#ways ??= new Set(
      this.connections?.map((one) => flowKey(one.protocol, one.virtual, one.destination)) ?? [],
    );
    return this.#ways.has(flowKey(protocol, virtual, to)) ? 'either' : 'nat';
  }

  /** @returns the entry of a connection by who answers, and the client that the answer goes to; null where there is none, or none were listed. */
  answered(protocol: number, destination: IpvsSocket, client: IpvsSocket): IpvsConnection | null {
    if (this.connections === null) return null;
    this.#byAnswer ??= new Map(
      this.connections
        .filter(({ template }) => !template)
        .map((entry) => [flowKey(entry.protocol, entry.client, entry.destination), entry]),
    );
    return this.#byAnswer.get(flowKey(protocol, client, destination)) ?? null;
  }
}

/** Protocols that kube-proxy balances; AH and ESP, which the kernel could, have no ports. */
export function isBalancedProtocol(protocol: number): boolean {
  return protocol === TCP || protocol === UDP || protocol === SCTP;
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

/** @returns true where both are the same address and port. */
export function isSameSocket(a: IpvsSocket, b: IpvsSocket): boolean {
  return a.port === b.port && sameAddress(a.address, b.address);
}

function socketKey({ address, port }: IpvsSocket): string {
  return `${address.family} ${address.value} ${port}`;
}

/** Joins listings of one moment: the same virtual server told twice is one, with what either tells. */
export function joinListings(listings: readonly IpvsListing[]): IpvsListing {
  const servers = new Map<string, VirtualServer>();
  let listedServers = false;
  let connections: readonly IpvsConnection[] | null = null;
  let connectionsIncomplete = false;
  for (const listing of listings) {
    listedServers ||= listing.servers !== null;
    for (const server of listing.servers ?? []) {
      const key = takenKey(server.takes);
      const known = servers.get(key);
      servers.set(key, known === undefined ? server : joined(known, server));
    }
    if (listing.connections === null) continue;
    // Of several the first that is whole, else the first.
    if (connections === null || (connectionsIncomplete && listing.connectionsIncomplete !== true)) {
      connections = listing.connections;
      connectionsIncomplete = listing.connectionsIncomplete === true;
    }
  }
  const whole = listings.some(({ servers: own, incomplete }) => own !== null && incomplete !== true);
  return {
    servers: listedServers ? [...servers.values()] : null,
    ...(listedServers && !whole ? { incomplete: true as const } : {}),
    connections,
    ...(connectionsIncomplete ? { connectionsIncomplete: true as const } : {}),
  };
}

/** The real servers of both, in the order of the one that is whole. */
function joined(a: VirtualServer, b: VirtualServer): VirtualServer {
  const { incomplete: _, ...told } = a.scheduler === null ? b : a;
  const [first, second] = a.incomplete === true && b.incomplete !== true ? [b, a] : [a, b];
  const servers = new Map(first.servers.map((server) => [socketKey(server), server]));
  for (const server of second.servers) {
    const key = socketKey(server);
    const known = servers.get(key);
    servers.set(key, known === undefined ? server : withMore(known, server));
  }
  return {
    ...told,
    ...(first.incomplete === true ? { incomplete: true as const } : {}),
    servers: [...servers.values()],
  };
}

/** @returns the real server with what another listing of it tells more. */
export function withMore(server: RealServer, other: RealServer): RealServer {
  return {
    ...server,
    method: server.method ?? other.method,
    weight: server.weight ?? other.weight,
    active: server.active ?? other.active,
    inactive: server.inactive ?? other.inactive,
  };
}
