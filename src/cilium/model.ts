import type { ListedSocket } from '../net/listed-socket.ts';

/** A socket that Cilium's eBPF programs serve, with the sockets that they send to. */
export interface CiliumFrontend extends ListedSocket {
  /** IP protocol number; null where the listing does not tell (before Cilium 1.17), or where it is for all. */
  readonly protocol: number | null;
  /** `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalIPs`, `HostPort`, `LocalRedirect`; null where the listing does not tell. */
  readonly type: string | null;
  /** It is for clients in the cluster (scope `/i`); the same socket without is for those outside, where both are listed. Absent: for all, or for those outside. */
  readonly inside?: true;
  /** Cilium's proxy takes the connection first. Absent: it does not, or the listing does not tell. */
  readonly proxied?: true;
  readonly backends: readonly CiliumBackend[];
}

/** Where a frontend sends. */
export interface CiliumBackend extends ListedSocket {
  /** `active`, `terminating`, `terminating-not-serving`, `quarantined`, `maintenance` (pkg/loadbalancer of cilium/cilium). Null: the listing does not tell. */
  readonly state: string | null;
}

/** What `cilium-dbg service list` or `cilium-dbg bpf lb list -o json` told. */
export interface CiliumServices {
  readonly frontends: readonly CiliumFrontend[];
  /** Frontends or backends may be missing: some of it could not be read. Absent: it is whole. */
  readonly incomplete?: true;
}
