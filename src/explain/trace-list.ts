import type { ConnectionItem, ConnectionShares } from './connection/connection-item.ts';
import type { DocumentHead, EndpointRef, Note, ServiceRef } from './explanation.ts';
import type { FlowItem } from './flow-list.ts';

/** Answer of `trace`. */
export interface TraceList extends DocumentHead<'TraceList'> {
  readonly items: readonly TraceItem[];
}

/** One packet, seen from one place. */
export interface TraceItem {
  readonly vantage: 'pod' | 'node' | 'external' | 'given';
  /** The sender in words, where it is not just an address: `pod shop/client-a`, `any address outside the cluster`. */
  readonly from: string;
  /**
   * The sender, in words, of which this is a case that fares otherwise: somebody outside who comes in by another interface than
   * the default route's. Absent: the sender that was asked about.
   */
  readonly insteadOf?: string;
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
  /** Whose address it is, where no Service port is there; null where nobody known has it. Absent: it is a Service port. */
  readonly owner?: AddressOwner | null;
  readonly steps: readonly StepItem[];
  readonly outcomes: readonly OutcomeItem[];
  /** What clients see, summed up; null where the packet does not begin a connection, nor is of one from its client. */
  readonly connection: ConnectionShares | null;
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

/** Who has an address: a pod, by its own address or by a port of its node; or a node. Null: not known, or none. */
export interface AddressOwner {
  readonly kind: 'pod' | 'hostPort' | 'node';
  readonly namespace: string | null;
  readonly pod: string | null;
  readonly node: string | null;
  readonly thisNode: boolean | null;
}

/** A condition: the answer to a question that the capture leaves open. */
export interface GivenItem extends Note {
  /** Equal numbers are the same question, within one item. */
  readonly question: number;
  readonly held: boolean;
  /** How many further questions of the same kind failed with this one and are told with it. */
  readonly joined: number;
  /** It asks whether session affinity keeps the client at an endpoint. Absent: it does not. */
  readonly affinity?: true;
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
  /** Where it stands, if not on the node that the item is about. */
  readonly node?: string | null;
  readonly hook: string;
  /** `iptables-nft`, `iptables-legacy`, `nft` for a native table, `ipvs`. */
  readonly backend: string;
  /** Of a native nft table. Absent: another program. */
  readonly family?: string;
  readonly table: string;
  readonly chain: string;
  readonly rule: number | null;
  /** Of a rule of nft; null where the listing has none. Absent: another program. */
  readonly handle?: number | null;
  readonly file: string | null;
  readonly line: number | null;
  readonly text: string | null;
  /** What the rule counted until the capture. Absent or null: the listing has no counters. */
  readonly counters?: { readonly packets: number; readonly bytes: number } | null;
  readonly action: string;
  readonly target: string | null;
  /** Of a virtual server of IPVS: who picks the real server. Absent: the step is a rule's. */
  readonly scheduler?: string | null;
  /** A plain sentence about what the rule is for; null where nothing is known. */
  readonly note: string | null;
}

/** An outcome of the contract. Of thousands that fare alike some are made late: whoever copies one takes `plainOutcome` of it. */
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
  /** The whole connection; null as the item's. */
  readonly connection: ConnectionItem | null;
  /** Routing and other turns; `after` counts entries of `path`. */
  readonly turns: readonly { readonly after: number; readonly kind: string; readonly text: string }[];
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
