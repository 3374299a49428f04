import type { ToldProblem } from '../problems/told-problem.ts';

/** The documents of CONTRACT.md as types: plain data that survives JSON. Addresses are strings, ports numbers, marks hex strings. */

/** The head that every document shares. */
export interface DocumentHead<K extends string> {
  readonly apiVersion: 'kp-explain/v1';
  readonly kind: K;
  readonly capture: CaptureInfo;
  readonly problems: readonly ToldProblem[];
}

/** Where the state came from. */
export interface CaptureInfo {
  readonly origin: string;
  readonly node: string | null;
  readonly takenAt: string | null;
  readonly proxyMode: ProxyMode;
  readonly backends: readonly string[];
}

/** How kube-proxy works on the node; `none` where no trace of it is found. */
export type ProxyMode = 'iptables' | 'nftables' | 'ipvs' | 'userspace' | 'none';

/** By which of its addresses a Service port is reached. */
export type AddressKind = 'clusterIP' | 'externalIP' | 'loadBalancerIP' | 'nodePort';

/** A Service port and the kind of address by which it is reached. `source` says where the name comes from. */
export interface ServiceRef {
  readonly namespace: string;
  readonly name: string;
  readonly port: string;
  /** Null where the rules do not tell. */
  readonly via: AddressKind | null;
  readonly namedBy: 'api' | 'hash' | 'comment';
}

/** A code with its sentence. */
export interface Note {
  readonly code: string;
  readonly text: string;
  readonly settle: string | null;
}

/** Who answers at an address. Fields are null where the capture does not say. */
export interface EndpointRef {
  readonly namespace: string | null;
  readonly pod: string | null;
  readonly node: string | null;
  readonly thisNode: boolean | null;
  readonly ready: boolean | null;
  readonly serving: boolean | null;
  readonly terminating: boolean | null;
  readonly zone: string | null;
}
