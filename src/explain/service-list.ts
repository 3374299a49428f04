import type { Backend } from '../iptables/ruleset.ts';
import type { AddressKind, DocumentHead, EndpointRef, Note } from './explanation.ts';

/** The answer of `services` as types: plain data that survives JSON. */

/** Answer of `services`. */
export interface ServiceList extends DocumentHead<'ServiceList'> {
  readonly items: readonly ServiceItem[];
  /** Service ports of the API for which the rules hold nothing at all. */
  readonly notProgrammed: readonly UnprogrammedPort[];
  /** What is to be known of the whole list: chains that nothing leads to, rules that the capture lacks. */
  readonly notes: readonly Note[];
}

/** A Service port of the API that a node's rules know nothing of. */
export interface UnprogrammedPort {
  readonly namespace: string;
  readonly name: string;
  readonly port: string | null;
  /** In lower case. */
  readonly protocol: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly address: string;
  readonly portNumber: number;
}

/** A Service port as the node's rules program it. */
export interface ServiceItem {
  readonly namespace: string | null;
  readonly name: string | null;
  readonly port: string | null;
  readonly protocol: string;
  readonly namedBy: 'api' | 'hash' | 'comment' | 'none';
  readonly family: 'ipv4' | 'ipv6';
  /** A node may hold kube-proxy rules of two backends at once: each has its own item. */
  readonly backend: Backend | 'nft' | 'ipvs';
  /** Comment and API disagree: what the comment said. */
  readonly conflict: string | null;
  readonly clusterIPs: readonly { readonly address: string; readonly port: number }[];
  readonly externalIPs: readonly { readonly address: string; readonly port: number }[];
  readonly loadBalancerIPs: readonly { readonly address: string; readonly port: number }[];
  readonly nodePort: number | null;
  readonly internalPolicy: 'Cluster' | 'Local' | null;
  readonly externalPolicy: 'Cluster' | 'Local' | null;
  readonly affinitySeconds: number | null;
  readonly sourceRanges: readonly string[];
  /**
   * Addresses and node ports that the API, or the Service's own chain, says it has and from which no rule leads to it. With
   * `not-captured` the capture lacks the chain where that rule would stand.
   */
  readonly unprogrammed: readonly {
    readonly kind: AddressKind;
    /** Null for a node port. */
    readonly address: string | null;
    readonly port: number;
    readonly saidBy: 'api' | 'rule';
    readonly state: 'no-rule' | 'not-captured';
  }[];
  /** What an `iptables -L` listing printed in a form that cannot be read back, such as a host name for an address. */
  readonly printed: readonly {
    readonly kind: AddressKind | 'external' | 'sourceRange';
    readonly text: string;
  }[];
  /** Chains of this port that rules lead to and that the capture lacks, or holds in part: endpoints may be missing. */
  readonly notCaptured: readonly string[];
  /** Endpoint chains that send packets elsewhere than their names say. */
  readonly misdirected: readonly Misdirected[];
  /** Endpoints by the chain that picks them; `scope` tells cluster-wide from node-local ones, `chain` is the endpoint's own (SEP). */
  readonly endpoints: readonly {
    readonly address: string;
    readonly port: number | null;
    readonly share: number;
    readonly scope: 'cluster' | 'local';
    readonly chain: string;
    readonly endpoint: EndpointRef | null;
    /** Of a real server of IPVS, where the listing tells it. Absent elsewhere. */
    readonly weight?: number | null;
  }[];
  /** What IPVS alone has. Absent elsewhere. */
  readonly ipvs?: IpvsFacts;
  /** Rules of the filter table that refuse this port: `reject` (no endpoints) or `drop` (no local ones, source ranges). */
  readonly refusals: readonly {
    readonly action: 'reject' | 'drop';
    readonly address: string | null;
    readonly port: number | null;
    readonly nodePort: boolean;
    readonly comment: string | null;
    readonly file: string;
    readonly line: number;
  }[];
  readonly chains: readonly string[];
}

/** How IPVS balances a Service port. */
export interface IpvsFacts {
  /** `rr`, `wrr`, `sh`, …; null where the listing does not tell. */
  readonly scheduler: string | null;
  /** False where the shares are those of many clients: the scheduler goes by live connections or a hash, or is not known. */
  readonly exactShares: boolean;
  /** Real servers of weight 0, which take no new connections, with those that they still have, where that was listed. */
  readonly drained: readonly {
    readonly address: string;
    readonly port: number;
    readonly connections: number | null;
    readonly endpoint: EndpointRef | null;
  }[];
}

/** An endpoint chain that was changed: its name is the hash of `named`, and it sends packets to `to`. */
export interface Misdirected {
  readonly chain: string;
  readonly to: { readonly address: string; readonly port: number | null };
  readonly named: { readonly address: string; readonly port: number | null };
}
