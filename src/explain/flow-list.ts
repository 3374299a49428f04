import type { AddressKind, DocumentHead, EndpointRef, ServiceRef } from './explanation.ts';
import type { FlowProblemCode } from './flow-problem-code.ts';
import type { FlowAgreement } from './flows/today/agreement.ts';

export type { FlowProblemCode } from './flow-problem-code.ts';

/** The answer of `conntrack` as types: plain data that survives JSON. */

/** How much a diagnosis matters, by the harm it does. */
export type Severity = 'error' | 'warning' | 'info';

/**
 * What may be wrong with many flows together.
 * - `endpoint-silent`: no flow of an endpoint has an answer
 * - `syn-pile-up`: many connections to one endpoint wait for its first answer
 * - `half-open`: many wait for the client's last word of the handshake
 * - `close-wait`: many were closed by the client's side only
 * - `port-exhaustion`: few source ports are left for masquerading toward one destination
 * - `affinity-broken`: clients with session affinity have flows to several endpoints
 * - `table-full`, `table-filling`: conntrack has no or little room
 */
export type FindingCode =
  | 'endpoint-silent'
  | 'syn-pile-up'
  | 'half-open'
  | 'close-wait'
  | 'port-exhaustion'
  | 'affinity-broken'
  | 'table-full'
  | 'table-filling';

/** Flows that are stuck: clearing them lets the client reach an endpoint. */
export const STALE_CODES: ReadonlySet<FlowProblemCode> = new Set([
  'endpoint-gone',
  'address-reassigned',
  'never-translated',
  'service-deleted',
  'host-port-moved',
]);

/** What a diagnosis rests on. `flow` and `rule` are quoted lines of the input, `object` says what the API holds. */
export interface Evidence {
  readonly kind: 'flow' | 'rule' | 'object';
  readonly text: string;
  readonly file: string | null;
  readonly line: number | null;
}

/** A diagnosis of one flow, or of many. */
export interface Diagnosis<Code extends string = FlowProblemCode | FindingCode> {
  readonly code: Code;
  readonly severity: Severity;
  /** A sentence without final stop. */
  readonly message: string;
  readonly evidence: readonly Evidence[];
}

/** A diagnosis of one flow. */
export type FlowProblem = Diagnosis<FlowProblemCode>;

/** One direction of a flow. Ports are null for protocols without. */
export interface FlowTuple {
  readonly source: { readonly address: string; readonly port: number | null };
  readonly destination: { readonly address: string; readonly port: number | null };
  readonly icmp: { readonly type: number; readonly code: number; readonly id: number } | null;
  readonly packets: number | null;
  readonly bytes: number | null;
}

/** Who began a flow. Fields are null where the capture does not say. */
export interface FlowClient {
  /** `outside`: neither pod nor node of the cluster, as far as its objects tell; `unknown`: nothing tells. */
  readonly kind: 'pod' | 'node' | 'outside' | 'unknown';
  readonly address: string;
  readonly namespace: string | null;
  readonly pod: string | null;
  readonly node: string | null;
  readonly thisNode: boolean | null;
}

/** Where a flow's packets go: whoever answers. */
export interface FlowEndpoint extends EndpointRef {
  readonly address: string;
  readonly port: number | null;
}

/** By which kind of address a flow was begun. */
export type FlowVia = AddressKind | 'hostPort';

/** A rule that translated a flow and that kube-proxy did not write. */
export interface ForeignNat {
  /** Who writes such rules; null where nobody known does. */
  readonly owner: string | null;
  readonly rule: string;
  readonly file: string;
  readonly line: number;
}

/** One live entry of the connection table. */
export interface FlowItem {
  readonly family: 'ipv4' | 'ipv6';
  readonly protocol: string;
  readonly state: string | null;
  readonly status: readonly string[];
  readonly timeoutSeconds: number | null;
  /** Seconds since it began; null where the listing has no timestamps. */
  readonly ageSeconds: number | null;
  readonly original: FlowTuple;
  readonly reply: FlowTuple;
  readonly mark: string | null;
  readonly zone: number | null;
  readonly helper: string | null;
  readonly service: ServiceRef | null;
  readonly via: FlowVia | null;
  readonly client: FlowClient;
  /** Null where the flow was not translated and nobody known has its destination. */
  readonly endpoint: FlowEndpoint | null;
  /** Source address or source port were rewritten. */
  readonly masqueraded: boolean;
  /** The source kept its address, or not, but not its port. */
  readonly sourcePortChanged: boolean;
  /** The client answers itself, through a Service. */
  readonly hairpin: boolean;
  readonly foreignNat: ForeignNat | null;
  /** Some problem says that conntrack sends this flow where nothing sends new ones. */
  readonly stale: boolean;
  readonly problems: readonly FlowProblem[];
  /**
   * The command that would delete this one entry; null where conntrack(8) cannot name it exactly. Of a flow that IPVS balances
   * the one that has IPVS let go of it; null where none is needed or known. Never run.
   */
  readonly clear: string | null;
  /** What IPVS has of it. Absent where it does not balance it. */
  readonly ipvs?: FlowIpvs;
  readonly file: string;
  readonly line: number;
}

/** What IPVS has of a flow that it balances: it goes by that, not by conntrack. */
export interface FlowIpvs {
  /** The virtual server: `10.96.0.1:443`. */
  readonly server: string;
  /** False where `ipvsadm -Lnc` was not captured. */
  readonly listed: boolean;
  /** Its own entry of the connection; null where it has none, or none were listed. */
  readonly connection: IpvsEntry | null;
  /** What keeps the client at its real server, with session affinity. */
  readonly template: IpvsEntry | null;
}

/** An entry of `ipvsadm -Lnc`. */
export interface IpvsEntry {
  readonly state: string;
  readonly expiresSeconds: number;
  readonly destination: string;
}

/** Flows of one Service port to one place. */
export interface EndpointFlows {
  readonly address: string;
  readonly port: number | null;
  readonly endpoint: EndpointRef | null;
  /** Share of new connections that the rules give it, whatever the client; null where the rules do not tell. */
  readonly share: number | null;
  readonly flows: number;
  readonly live: number;
  readonly stale: number;
  /** `ESTABLISHED` → how many; flows of protocols without states count as `REPLIED` or `UNREPLIED`. */
  readonly states: Readonly<Record<string, number>>;
  readonly masqueraded: number;
  /** The problem that all its live flows share, or null. */
  readonly problem: FlowProblem | null;
  /** Deletes the entries of this endpoint, and no others, one command for each destination; only where they are stale. */
  readonly clear: readonly string[];
}

/** Flows of one Service port, of one family. */
export interface ServiceFlows {
  readonly namespace: string | null;
  readonly name: string | null;
  readonly port: string | null;
  readonly protocol: string;
  readonly family: 'ipv4' | 'ipv6';
  /** What its clients asked for. */
  readonly destinations: readonly {
    readonly address: string;
    readonly port: number | null;
    readonly via: FlowVia | null;
    readonly flows: number;
  }[];
  readonly affinitySeconds: number | null;
  readonly flows: number;
  readonly live: number;
  readonly stale: number;
  /** Flows with a problem of severity error or warning. */
  readonly troubled: number;
  readonly endpoints: readonly EndpointFlows[];
}

/** How full the table is. */
export interface TableFill {
  /** `nf_conntrack_count`, else the entries of the listing; null where neither tells. */
  readonly count: number | null;
  readonly max: number | null;
  /** From 0 to 1. */
  readonly fill: number | null;
}

/** A counter of `conntrack -S` that is not zero, and what it means. */
export interface CounterRemark {
  readonly counter: string;
  readonly total: number;
  /** What it counted between two samples. Absent: one was taken. */
  readonly grown?: { readonly packets: number; readonly seconds: number };
  readonly severity: Severity;
  readonly text: string;
}

/** What the flows are, counted. */
export interface FlowListSummary {
  /** What was asked, as typed; null: not asked for. */
  readonly asked: {
    readonly svc: string | null;
    readonly endpoint: string | null;
    readonly client: string | null;
    readonly state: string | null;
    readonly problem: string | null;
  };
  /** Entries of the listings; null where only those asked for were read. */
  readonly entries: number | null;
  readonly unreadable: number;
  /** Flows that were asked for. */
  readonly flows: number;
  /** Those of them that still carry something: not TIME_WAIT and CLOSE. */
  readonly live: number;
  readonly stale: number;
  /** Whether translated flows go where today's rules would send their first packets; null where no rules were captured, and where only flows with a problem were asked for. */
  readonly agreement: FlowAgreement | null;
  /** How many of them stand in `items`: the worst first. */
  readonly listed: number;
  readonly states: Readonly<Record<string, number>>;
  readonly problems: readonly {
    readonly code: FlowProblemCode;
    readonly severity: Severity;
    readonly flows: number;
  }[];
  readonly findings: readonly Diagnosis<FindingCode>[];
  readonly services: readonly ServiceFlows[];
  readonly clients: readonly { readonly client: FlowClient; readonly flows: number }[];
  readonly table: TableFill;
  readonly counters: Readonly<Record<string, number>> | null;
  readonly counterRemarks: readonly CounterRemark[];
}

/** Answer of `conntrack`. */
export interface FlowList extends DocumentHead<'FlowList'> {
  readonly summary: FlowListSummary;
  readonly items: readonly FlowItem[];
}
