import type { Family } from '../net/address.ts';
import type { ListedSocket } from '../net/listed-socket.ts';

/** An address and a port; port 0 stands for all. */
export type IpvsSocket = ListedSocket;

/** What a virtual server takes: packets to a socket, or packets with a mark. kube-proxy makes only the first kind. */
export type Taken =
  | ({ readonly by: 'socket'; readonly protocol: number } & IpvsSocket)
  | { readonly by: 'mark'; readonly mark: number; readonly family: Family };

/** How a packet is handed to a real server: rewritten, in a tunnel, by its hardware address, or to the node itself. */
export type ForwardMethod = 'masq' | 'tunnel' | 'route' | 'local';

/** Where a virtual server sends: one endpoint. */
export interface RealServer extends IpvsSocket {
  /** Null where the listing does not tell (`--stats`). */
  readonly method: ForwardMethod | null;
  /** 0: takes no new connections. Null where the listing does not tell. */
  readonly weight: number | null;
  /** Connections counted, where the listing has them. */
  readonly active: number | null;
  readonly inactive: number | null;
  readonly file: string;
  readonly line: number;
}

/** An address and port, or a mark, that IPVS balances over real servers. */
export interface VirtualServer {
  readonly takes: Taken;
  /** `rr`, `wrr`, `lc`, `sh`, `mh`, …; null where the listing does not tell (`--stats`). */
  readonly scheduler: string | null;
  /** Flags of the scheduler: `sh-port`, `mh-port`, `mh-fallback`, `flag-1`, …. */
  readonly flags: readonly string[];
  /** A client keeps its real server for this long after its last connection; `prefixLength`: what counts as one client. */
  readonly persistence: { readonly seconds: number; readonly prefixLength: number } | null;
  /** `ops`: each UDP datagram is scheduled for itself. */
  readonly onePacket: boolean;
  /** In the order of the listing; ipvsadm sorts them by address, unless told `--nosort`. */
  readonly servers: readonly RealServer[];
  /** Real servers may be missing: the listing breaks off behind it, or has a line in it that cannot be read. Absent: it is whole. */
  readonly incomplete?: true;
  readonly file: string;
  readonly line: number;
}

/** A connection that IPVS balances (`ipvsadm -Lnc`), or the template that keeps a client at its real server. */
export interface IpvsConnection {
  /** Null for a template of a virtual server by mark (`IP`). */
  readonly protocol: number | null;
  /** Seconds until it goes, counted when it was listed. */
  readonly expires: number;
  /** `ESTABLISHED`, `TIME_WAIT`, `UDP`, …; `NONE` for a template. */
  readonly state: string;
  readonly client: IpvsSocket;
  readonly virtual: IpvsSocket;
  readonly destination: IpvsSocket;
  /** True where it is a template: it stands for all connections of the client (source port 0). */
  readonly template: boolean;
  readonly file: string;
  readonly line: number;
}

/** The ends of a connection that IPVS balances: by those of who answers and of the client an answer is told (ip_vs_conn_out_get). */
export interface BalancedFlow {
  readonly protocol: number | null;
  readonly client: IpvsSocket;
  readonly virtual: IpvsSocket;
  readonly destination: IpvsSocket;
}

/** What one or more listings told. */
export interface IpvsListing {
  /** Null where no listing of virtual servers was read. */
  readonly servers: readonly VirtualServer[] | null;
  /**
   * Virtual servers may be missing: the listing breaks off, or it is /proc/net/ip_vs, which showed 96 of 163 (6.1 and 6.12).
   * Absent: it is whole.
   */
  readonly incomplete?: true;
  /** Null where connections were not listed. */
  readonly connections: readonly IpvsConnection[] | null;
  /** Connections may be missing. Absent: they are whole. */
  readonly connectionsIncomplete?: true;
}
