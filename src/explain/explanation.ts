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

/** A condition: the answer to a question that the capture leaves open. */
export interface GivenItem extends Note {
  /** Equal numbers are the same question, within one item. */
  readonly question: number;
  readonly held: boolean;
  /** How many further questions of the same kind failed with this one and are told with it. */
  readonly joined: number;
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
  /** `iptables-nft`, `iptables-legacy`, or `nft` for a native table. */
  readonly backend: string;
  /** Of a native nft table. Absent: iptables. */
  readonly family?: string;
  readonly table: string;
  readonly chain: string;
  readonly rule: number | null;
  /** Of a rule of nft; null where the listing has none. Absent: iptables. */
  readonly handle?: number | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly text: string | null;
  readonly action: string;
  readonly target: string | null;
  /** Of a virtual server of IPVS: who picks the real server. Absent: the step is a rule's. */
  readonly scheduler?: string | null;
  /** A plain sentence about what the rule is for; null where nothing is known. */
  readonly note: string | null;
}

/** An outcome of the contract. */
export interface OutcomeItem {
  readonly probability: number;
  readonly given: readonly GivenItem[];
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

export type { CapturedNode, CaptureReport } from './capture-report.ts';
export type { AbsentChain, ChainItem, ChainList } from './chain-list.ts';
export type { Misdirected, ServiceItem, ServiceList, UnprogrammedPort } from './service-list.ts';
