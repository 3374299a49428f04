import type { Problem } from '../problems/problem.ts';
import type { FlowItem } from './flow-list.ts';

/** The documents of CONTRACT.md as types: plain data that survives JSON. Addresses are strings, ports numbers, marks hex strings. */

/** The head that every document shares. */
export interface DocumentHead<K extends string> {
  readonly apiVersion: 'kp-explain/v1';
  readonly kind: K;
  readonly capture: CaptureInfo;
  readonly problems: readonly Problem[];
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

/** Answer of `trace`. */
export interface TraceList extends DocumentHead<'TraceList'> {
  readonly items: readonly TraceItem[];
}

/** One packet, seen from one place. */
export interface TraceItem {
  readonly vantage: 'pod' | 'node' | 'external' | 'given';
  /** The sender in words, where it is not just an address: `pod shop/client-a`, `any address outside the cluster`. */
  readonly from: string;
  readonly packet: {
    readonly family: 'ipv4' | 'ipv6';
    readonly protocol: string;
    readonly source: { readonly address: string | null; readonly port: number | null };
    readonly destination: { readonly address: string; readonly port: number | null };
    readonly entersAt: 'PREROUTING' | 'OUTPUT';
    readonly inInterface: string | null;
    readonly state: string;
    readonly mark: string;
  };
  /** Null where no Service has this address and port, and where the outcomes belong to different ones. */
  readonly service: ServiceRef | null;
  readonly steps: readonly StepItem[];
  readonly outcomes: readonly OutcomeItem[];
  readonly assumptions: readonly Note[];
  /** With `--detail full`: rules that the first outcome met and that did not match; empty otherwise. */
  readonly misses: readonly MissItem[];
  /**
   * The captured flow that the packet belongs to, if it does: conntrack decides then and nat rules are not asked. With
   * `reply` the packet is an answer of it.
   */
  readonly flow: { readonly direction: 'original' | 'reply'; readonly item: FlowItem } | null;
  /** Live flows of this client to this destination that go where conntrack remembers, whatever the rules say now. */
  readonly flows: FlowSummary | null;
}

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

/**
 * What the verdict alone does not tell. `effect`: `breaks`, the connection fails this way although the packet passes;
 * `may-break`, it fails or goes astray under circumstances that the text names; `none`, worth knowing.
 */
export interface Remark extends Note {
  readonly effect: 'breaks' | 'may-break' | 'none';
  /** The end of `text` where it names what differs among otherwise equal remarks: `10.244.1.11:8080`. */
  readonly about: string | null;
}

/** A step of the contract. `rule` counts from 1; null for a policy or a chain's end. */
export interface StepItem {
  readonly id: number;
  readonly hook: string;
  readonly backend: string;
  readonly table: string;
  readonly chain: string;
  readonly rule: number | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly text: string | null;
  readonly action: string;
  readonly target: string | null;
  /** A plain sentence about what the rule is for; null where nothing is known. */
  readonly note: string | null;
}

/** An outcome of the contract. */
export interface OutcomeItem {
  readonly probability: number;
  readonly given: readonly Note[];
  /** The Service port by the rules of this way. Ways differ where a listing lost the addresses that tell them apart. */
  readonly service: ServiceRef | null;
  readonly verdict: 'accept' | 'drop' | 'reject' | 'queue' | 'unknown';
  readonly decidedBy: number | null;
  readonly reason: Note | null;
  readonly rejectWith: string | null;
  readonly destination: { readonly address: string; readonly port: number | null };
  readonly source: {
    readonly address: string | null;
    readonly port: number | null;
    readonly rewrite: 'none' | 'masquerade' | 'snat';
  };
  /** `reply` for a packet that conntrack knows as an answer. */
  readonly direction: 'original' | 'reply';
  readonly exit:
    | { readonly kind: 'interface'; readonly name: string; readonly nextHop: string | null }
    | { readonly kind: 'local' }
    | null;
  readonly endpoint: EndpointRef | null;
  /** What else the capture tells about a connection that goes this way, the worst first. */
  readonly remarks: readonly Remark[];
  readonly path: readonly number[];
  /** Routing and other turns; `after` counts entries of `path`. */
  readonly turns: readonly { readonly after: number; readonly kind: string; readonly text: string }[];
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

/** A rule that was asked and did not match. */
export interface MissItem {
  /** Index in the first outcome's `path` of the entry that came next. */
  readonly before: number;
  readonly table: string;
  readonly chain: string;
  readonly rule: number;
  readonly line: number;
  readonly text: string;
  /** The first thing about it that does not fit the packet. */
  readonly why: string;
}

/** Flows that a new connection's answer does not speak for. */
export interface FlowSummary {
  readonly total: number;
  readonly to: readonly {
    readonly address: string;
    readonly port: number | null;
    readonly count: number;
    readonly endpoint: EndpointRef | null;
    /** How many of them are stuck: nothing sends new connections there any more. */
    readonly stale: number;
  }[];
}

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

/** By which of its addresses a Service port is reached. */
export type AddressKind = 'clusterIP' | 'externalIP' | 'loadBalancerIP' | 'nodePort';

/** A Service port as the node's rules program it. */
export interface ServiceItem {
  readonly namespace: string | null;
  readonly name: string | null;
  readonly port: string | null;
  readonly protocol: string;
  readonly namedBy: 'api' | 'hash' | 'comment' | 'none';
  readonly family: 'ipv4' | 'ipv6';
  /** A node may hold kube-proxy rules of two backends at once: each has its own item. */
  readonly backend: string;
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
  /** Endpoints by the chain that picks them; `scope` tells cluster-wide from node-local ones, `chain` is the endpoint's own (KUBE-SEP-…). */
  readonly endpoints: readonly {
    readonly address: string;
    readonly port: number | null;
    readonly share: number;
    readonly scope: 'cluster' | 'local';
    readonly chain: string;
    readonly endpoint: EndpointRef | null;
  }[];
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

/** An endpoint chain that was changed: its name is the hash of `named`, and it sends packets to `to`. */
export interface Misdirected {
  readonly chain: string;
  readonly to: { readonly address: string; readonly port: number | null };
  readonly named: { readonly address: string; readonly port: number | null };
}

/** Answer of `chain`. */
export interface ChainList extends DocumentHead<'ChainList'> {
  readonly items: readonly ChainItem[];
  /** Where no chain was found, what is known of the name; null otherwise, and where nothing is known. */
  readonly absent: AbsentChain | null;
}

/** A chain that does not exist. */
export interface AbsentChain {
  /** A clause without final stop. */
  readonly text: string;
  /** The rules that jump to it, or that stand for the Service in its place. */
  readonly rules: readonly {
    readonly family: 'ipv4' | 'ipv6';
    readonly backend: string;
    readonly table: string;
    readonly chain: string;
    readonly rule: number;
    readonly file: string;
    readonly line: number;
    readonly text: string;
  }[];
}

/** A chain: what it stands for, who jumps to it, what it leads to. */
export interface ChainItem {
  readonly family: 'ipv4' | 'ipv6';
  readonly backend: string;
  readonly table: string;
  readonly name: string;
  readonly file: string | null;
  readonly line: number | null;
  /** Where the dump broke off so that rules of this chain, or rules that jump here, may be missing; else null. */
  readonly cut: string | null;
  /** Null for user chains. */
  readonly policy: string | null;
  /** Who writes chains of this name: `kube-proxy`, `kubelet`, `calico`, …; null where nobody known does. */
  readonly owner: string | null;
  /** A sentence about the chain's purpose. */
  readonly purpose: string | null;
  readonly service: ServiceRef | null;
  readonly endpoint: {
    readonly address: string;
    readonly port: number | null;
    readonly ref: EndpointRef | null;
  } | null;
  /** For a KUBE-SEP chain whose name is the hash of another endpoint than the one it sends packets to; else null. */
  readonly misdirected: Misdirected | null;
  readonly rules: readonly {
    readonly number: number;
    readonly line: number;
    readonly text: string;
    readonly packets: number | null;
    readonly note: string | null;
  }[];
  readonly jumpedFrom: readonly {
    readonly chain: string;
    readonly rule: number;
    readonly line: number;
    readonly text: string;
  }[];
  readonly leadsTo: readonly string[];
  /** `hooked`: some built-in chain leads here; `dead`: none does; `unknown`: the dump lacks chains that could. */
  readonly reach: 'hooked' | 'dead' | 'built-in' | 'unknown';
}
