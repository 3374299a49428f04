import type { CaptureInfo, DocumentHead, Note, ServiceRef } from '../explain/explanation.ts';
import type { OutcomeItem, StepItem, TraceItem } from '../explain/trace-list.ts';

/** Answer of `diff`. `capture` is the second of the two states, `before` the first. */
export interface Diff extends DocumentHead<'Diff'> {
  readonly before: CaptureInfo;
  /** True where the captures name two nodes: their pods and addresses differ by nature, and most packets fare otherwise. */
  readonly twoNodes: boolean;
  /** What alone was compared: packets to one Service, packets from some senders, of one family; null: all. */
  readonly only: {
    readonly service: string | null;
    readonly from: string | null;
    readonly family: 'ipv4' | 'ipv6' | null;
  };
  /** True where no packet fares otherwise, that is proved, and nothing was left unexplored. */
  readonly identical: boolean;
  readonly proof: Proof;
  /** What is put aside unless asked for: see {@link LinkLocal}. Null where nothing is. */
  readonly linkLocal: LinkLocal | null;
  readonly services: readonly ServiceChange[];
  readonly rules: readonly RuleChange[];
  readonly witnesses: readonly Witness[];
  /** Addresses, routes, sets, sysctls and flows. */
  readonly state: readonly StateChange[];
}

/** Answer of `diff` for two states of a cluster: each node that is in both is compared with itself. */
export interface DiffList {
  readonly apiVersion: 'kp-explain/v1';
  readonly kind: 'DiffList';
  /** True where every node is in both states and nothing changed on any. */
  readonly identical: boolean;
  readonly items: readonly Diff[];
  /** Names of nodes that only one of the states has. */
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  /** Of no node: each item has its own. */
  readonly problems: DocumentHead<'Diff'>['problems'];
}

/** What decides beside iptables: it is compared as text, and no packet is followed through it. */
export type Unfollowed = 'ipvs' | 'nftables' | 'userspace';

/** What "no behaviour change" rests on. */
export interface Proof {
  /** True where every packet that can fare otherwise belongs to a class that was traced, and both sides tell all that can matter. */
  readonly complete: boolean;
  /** Classes of packets that were traced, each on both sides. */
  readonly classes: number;
  readonly budget: number;
  /** What packets meet on a side and are not followed through, so that nothing is proved of those that meet it. */
  readonly notFollowed: readonly Unfollowed[];
  /** Of these, what single packets were traced through on both sides. */
  readonly sampled: readonly Unfollowed[];
  /** What was left unexplored, in words. */
  readonly unexplored: readonly string[];
  /** What one side or both do not tell and could let packets fare otherwise: then nothing is proved. */
  readonly lacking: readonly Lacking[];
  /** What is taken to be alike on both sides: because a file is missing, or because no capture tells it. */
  readonly restsOn: readonly Note[];
}

/** A file of the capture folder that would tell what could differ unseen. */
export interface Lacking {
  readonly file: string;
  /** Which side has it. */
  readonly held: 'neither' | 'before' | 'after';
  /** True where a side has the file, but not all of it. */
  readonly partly: boolean;
  /** What it would tell. */
  readonly what: string;
  readonly settle: string | null;
}

/** Link-local addresses that the node's interfaces have on one side alone, as a reboot gives them. */
export interface LinkLocal {
  /** Addresses that only this side has, as `address on interface`. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** How many classes of packets were found to fare otherwise for nothing else: interfaces of the same name are compared as if theirs were the same. */
  readonly classes: number;
}

/** How bad a change can be for those who depend on it: what is lost, what is changed, what is gained or only noted. */
export type Severity = 'lost' | 'changed' | 'gained' | 'note';

/** A Service port whose rules do something else. */
export interface ServiceChange {
  readonly severity: Severity;
  readonly change: 'removed' | 'added' | 'renamed' | 'changed';
  readonly namespace: string | null;
  readonly name: string | null;
  readonly port: string | null;
  readonly protocol: string;
  readonly family: 'ipv4' | 'ipv6';
  /** Stable codes with what each side has: `endpoint-removed`, `node-port`, `external-policy`, … */
  readonly details: readonly {
    readonly code: string;
    readonly severity: Severity;
    readonly before: string | null;
    readonly after: string | null;
  }[];
}

/** A rule or policy outside the chains of single Services. */
export interface RuleChange {
  readonly change: 'removed' | 'added' | 'moved' | 'policy';
  readonly family: 'ipv4' | 'ipv6';
  readonly table: string;
  readonly chain: string;
  /** Who writes the chain, or the rule; null where nobody known does. */
  readonly owner: string | null;
  /** Place in the chain of the side that has it (of the first for `moved`); null for a policy. */
  readonly rule: number | null;
  readonly line: number | null;
  readonly text: string;
  /**
   * True where packets that fare otherwise pass it, on the side that has it; false where none does; null where none was
   * found and not all were explored.
   */
  readonly decides: boolean | null;
}

/** A packet that fares otherwise, for all packets that fare as it does. */
export interface Witness {
  readonly severity: Severity;
  /** `dropped`, `rejected`, `undirected`, `endpoints`, `source`, `admitted`, `redirected`, `other`. */
  readonly change: string;
  readonly packet: TraceItem['packet'] & {
    readonly icmp: { readonly type: number; readonly code: number } | null;
  };
  /** True for packets that hardly occur, such as those from elsewhere for 127.0.0.0/8. */
  readonly unlikely: boolean;
  /** The sender in words, where the address alone does not say it. */
  readonly from: string;
  readonly service: ServiceRef | null;
  /** How many classes of packets fare as this one does. */
  readonly classes: number;
  /** Where they are sent: a few, the likeliest first, and how many more there are. */
  readonly destinations: { readonly examples: readonly string[]; readonly more: number };
  /** Where they come in: interfaces, and `node` for processes of the node. */
  readonly doors: readonly string[];
  readonly before: WitnessSide;
  readonly after: WitnessSide;
  /** How many steps of both paths are the same. */
  readonly common: number;
}

/** What one side does with a witness. */
export interface WitnessSide {
  /** Conditions under which the sides differ, beyond what holds of the packet. */
  readonly given: readonly Note[];
  readonly outcomes: readonly (Omit<OutcomeItem, 'path' | 'turns' | 'remarks'> & Written)[];
  /** The path up to the step at which the sides part, that step included. */
  readonly path: readonly StepItem[];
  /** The rule or policy that refuses the packet; null where it passes, or where no rule decides. */
  readonly decidedBy: StepItem | null;
  /** Every step that refuses the packet on some way: `outcomes[].decidedBy` is the id of one of them. */
  readonly deciders: readonly StepItem[];
}

/** What rules wrote into the header of a packet. */
interface Written {
  /** The bits of TOS (traffic class) that rules wrote, as `0x48`, with a mask where that is not all: `0x48/0xfc`. Null: none. */
  readonly tos: string | null;
  /** TTL or hop limit; null where no rule set it. */
  readonly ttl: number | null;
}

/** Something beside the rules that differs. */
export interface StateChange {
  readonly kind:
    | 'address'
    | 'route'
    | 'policy-rule'
    | 'ipset'
    | 'ipvs'
    | 'sysctl'
    | 'flows'
    | 'nftables'
    | 'interface';
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
  /** True where packets may fare otherwise for it; flows and counters only tell of packets that went before. */
  readonly matters: boolean;
}
