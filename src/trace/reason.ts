import type { RouteUnknown, SourceUnknown } from '../host/unknown-fact.ts';
import type { Backend, HookName, TableName } from '../iptables/ruleset.ts';
import type { ForwardMethod } from '../ipvs/model.ts';
import type { Address, Family } from '../net/address.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Unlisted } from '../nftables/ruleset.ts';

/** A rule by the place where it stands. */
export interface PlacedRule {
  readonly chain: string;
  readonly number: number;
}

/** A rule of iptables by all that tells it from others: chains of several tables and backends have one name. */
export interface IptablesPlacedRule extends PlacedRule {
  readonly backend: Backend;
  readonly table: TableName;
}

/** A rule of nft by the place where it stands; `table` with its family. */
export interface NftPlacedRule extends PlacedRule {
  readonly table: string;
}

/** A rule by its place and in its own words. */
export interface QuotedRule extends PlacedRule {
  readonly text: string;
}

/** A route that was found, as it is told. Null: it names no interface, or the destination is a neighbour. */
export interface RouteTaken {
  readonly destination: Address;
  readonly device: string | null;
  readonly gateway: Address | null;
  readonly table: string;
}

/** Where a dump broke off, and what that leaves open. */
export type CutPlace =
  /** No rule of the chain was read. */
  | { readonly lost: 'all'; readonly table: TableName; readonly chain: string }
  /** Rules at the chain's start are missing. */
  | { readonly lost: 'start'; readonly table: TableName; readonly chain: string }
  | { readonly lost: 'end'; readonly table: TableName; readonly chain: string; readonly after: number }
  | { readonly lost: 'table'; readonly table: TableName; readonly hook: HookName };

/** Why a packet's way ended where no rule's verdict says it all: a fact with its arguments. */
export type Reason =
  // --- routing
  | { readonly code: 'no-route' | 'unreachable' | 'prohibit' | 'blackhole'; readonly destination: Address }
  | { readonly code: 'hops-exceeded'; readonly family: Family }
  | { readonly code: 'ipv6-disabled'; readonly device: string }
  /**
   * A refusal of which its sender does not get to know: `not-translated`, the client takes it for somebody else's; `not-own`, it
   * would come from an address of a `local` route outside table `local`.
   */
  | {
      readonly code: 'answer-unsent';
      readonly with: string;
      readonly because: 'no-route' | 'perhaps-no-route' | 'not-translated' | 'not-own' | 'perhaps-not-own';
    }
  /** `on-its-way`: a source that no packet may be passed on with; `from-outside`: one that cannot come from there. */
  | {
      readonly code: 'martian-source';
      readonly source: Address;
      readonly seen: 'on-its-way' | 'from-outside';
    }
  | { readonly code: 'martian-destination'; readonly destination: Address }
  | { readonly code: 'rp-filter'; readonly source: Address; readonly device: string | null }
  | { readonly code: 'beyond-scope' | 'source-not-local'; readonly source: Address }
  /** A rule, or a policy, of legacy ebtables drops the frame. */
  | { readonly code: 'frame-rule-drop'; readonly place: string; readonly text: string }
  | { readonly code: 'bridge-hairpin-off' | 'bridge-ports-isolated'; readonly bridge: string }
  | { readonly code: 'route-localnet-off'; readonly device: string }
  | { readonly code: 'forwarding-off'; readonly device: string; readonly family: Family }
  | { readonly code: 'frame-not-unicast'; readonly frame: 'multicast' | 'broadcast' }
  | { readonly code: 'tproxy-not-local' }
  | { readonly code: 'multicast-not-joined'; readonly group: Address; readonly device: string | null }
  /** Devices that a VRF joins meet hooks twice. */
  | { readonly code: 'vrf-not-followed'; readonly vrf: string }
  | { readonly code: 'bridged-unseen'; readonly bridge: string; readonly family: Family }
  // --- conntrack and nat
  | { readonly code: 'conntrack-full'; readonly count: number; readonly most: number }
  | {
      readonly code: 'masquerade-moved';
      readonly address: Address;
      readonly by: readonly string[];
      readonly out: string;
    }
  | { readonly code: 'flow-offloaded'; readonly file: string; readonly line: number }
  | { readonly code: 'no-address' }
  /** Another flow has the answers of a new connection, and none gets another source port. */
  | { readonly code: 'answers-taken'; readonly file: string; readonly line: number }
  /** REDIRECT to a port of this node, at the first address of an interface that is not known. */
  | {
      readonly code: 'redirect-address';
      readonly rule: PlacedRule;
      readonly ports: { readonly from: number; readonly to: number } | null;
    }
  /** `why`: the dump does not say to what; more addresses than are followed. */
  | {
      readonly code: 'nat-target-unreadable';
      readonly rule: PlacedRule;
      readonly why: { readonly text: string } | 'wide-range';
    }
  | { readonly code: 'nat-not-listed' }
  /** Lines were left out of the output that begins there. */
  | { readonly code: 'rules-left-out'; readonly file: string; readonly line: number }
  // --- IPVS
  /** IPVS carries Services here, and was not listed, or not as a whole. */
  | { readonly code: 'mode-ipvs'; readonly listed: boolean }
  /** A virtual server is by mark, and the packet's mark is not known. */
  | { readonly code: 'ipvs-mark' }
  /** IPVS takes the packet, and the caller asked not to follow it from there. */
  | { readonly code: 'ipvs-beyond'; readonly server: string }
  | {
      readonly code: 'ipvs-method';
      readonly server: string;
      readonly real: string;
      readonly method: Exclude<ForwardMethod, 'masq'>;
    }
  /** The connection's real server is no longer one of the virtual server, and `expire_nodest_conn` is not 1; or it is, and IPVS forgets the connection. */
  | {
      readonly code: 'ipvs-server-gone';
      readonly server: string;
      readonly real: string;
      readonly forgets: boolean;
    }
  /** A packet in the middle of a conversation, which IPVS goes by where it has the connection and leaves alone where not. */
  | { readonly code: 'ipvs-connections'; readonly server: string }
  // --- the walk of rules
  | { readonly code: 'synproxy' }
  | { readonly code: 'target-unrecognised'; readonly text: string }
  /** No rule of the family was captured: any may have taken the packet. */
  | { readonly code: 'rules-not-captured'; readonly family: Family }
  | { readonly code: 'chain-missing'; readonly rule: PlacedRule; readonly target: string }
  /** The end of a chain of which only some rules were captured. */
  | { readonly code: 'chain-not-captured' }
  | { readonly code: 'chain-loop'; readonly rule: PlacedRule }
  | { readonly code: 'walk-too-long'; readonly jumps: number }
  /** A program sends the packet back to a hook again and again. */
  | { readonly code: 'sent-round'; readonly times: number }
  /** iptables-save could not print the table, and nft's listing was not captured. */
  | { readonly code: 'table-left-out'; readonly table: TableName }
  | { readonly code: 'dump-cut'; readonly file: string; readonly line: number; readonly place: CutPlace }
  /** A statement of nft that is not known here, or of iptables, which nft lists without what it asks; a map whose answer the listing does not hold. */
  | {
      readonly code: 'nft-statement' | 'nft-xt' | 'nft-map';
      readonly rule: NftPlacedRule;
      readonly text: string;
    }
  | { readonly code: 'nft-chain-missing'; readonly rule: NftPlacedRule; readonly target: string }
  /** The listing breaks off before what decides. */
  | { readonly code: 'nft-cut'; readonly file: string; readonly line: number; readonly rule: NftPlacedRule }
  /** Only the head of a chain is known, or none of it, or it was listed twice and not alike. */
  | {
      readonly code: 'nft-rules-unknown';
      readonly table: string;
      readonly chain: string;
      readonly why: Unlisted;
    }
  | { readonly code: 'too-many-questions' }
  | { readonly code: 'too-many-ways' };

/** What was taken for granted because the capture is silent. */
export type Assumption =
  | { readonly code: 'route-unknown'; readonly why: RouteUnknown }
  | { readonly code: 'source-check'; readonly why: SourceUnknown }
  | { readonly code: 'route-localnet'; readonly device: string }
  | { readonly code: 'forwarding' }
  /** IPv6 is not forwarded, and the device's own switch is not told. */
  | { readonly code: 'force-forwarding'; readonly device: string }
  | { readonly code: 'routes-not-captured'; readonly family: Family }
  /** The policy rules are those that a node starts with; table `default`, which the last of them leads to, is empty. */
  | { readonly code: 'policy-rules' | 'default-table'; readonly family: Family }
  /** Of a route that it takes one next hop was printed, and it has no other. */
  | { readonly code: 'first-hop-alone'; readonly destination: Prefix }
  /** A process that sends to the node's address sends from it, not from another address of its link. */
  | { readonly code: 'own-source'; readonly address: Address }
  /** `address` is null for the destination that nat wrote, whatever it is. */
  | { readonly code: 'destination-not-local'; readonly address: Address | null }
  | { readonly code: 'bridge-flood'; readonly bridge: string }
  | { readonly code: 'bridge-hairpin'; readonly bridge: string }
  /** Frames between its ports are passed on: which ports are isolated is not told. */
  | { readonly code: 'bridge-isolated'; readonly bridge: string }
  /** The device may be a bridge that shows its frames to iptables, and the packet one that it hands on itself. */
  | { readonly code: 'not-bridged'; readonly device: string }
  /** A program of XDP at the device, which sees the packet first, lets it pass as it is. */
  | { readonly code: 'xdp'; readonly device: string }
  /** A policy of IPsec in this direction fits the packet's addresses, and lets it pass as it is. */
  | { readonly code: 'ipsec'; readonly direction: 'in' | 'out' | 'fwd' }
  | { readonly code: 'flow-not-rewritten' }
  /** A helper announced the connection; that it rewrites it as its master is translated is not followed. */
  | {
      readonly code: 'expected-not-rewritten';
      readonly helper: string | null;
      readonly file: string;
      readonly line: number;
    }
  /** IPVS hands its connections to conntrack (`net.ipv4.vs.conntrack`). */
  | { readonly code: 'ipvs-conntrack' }
  /** Another setting of IPVS is on: `expire_nodest_conn`, … */
  | { readonly code: 'ipvs-setting'; readonly name: IpvsSetting }
  /** Tables of iptables-legacy exist, as a dump or a manifest says, and were not captured. */
  | { readonly code: 'legacy-not-captured'; readonly file: string; readonly line: number | null }
  | { readonly code: 'table-cut'; readonly table: TableName; readonly file: string; readonly line: number };

/** Settings of IPVS that decide what becomes of connections to a real server that is gone or takes nothing new. */
export type IpvsSetting = 'expire_nodest_conn' | 'expire_quiescent_template' | 'conn_reuse_mode';

/** What happened between rules. */
export type TurnFact =
  | { readonly fact: 'ended'; readonly reason: Reason }
  | { readonly fact: 'routed'; readonly route: RouteTaken }
  | { readonly fact: 'delivered' | 'to-loopback'; readonly destination: Address }
  | { readonly fact: 'bridged'; readonly destination: Address; readonly bridge: string }
  | {
      readonly fact: 'flow-found';
      readonly file: string;
      readonly line: number;
      readonly state: string | null;
      readonly status: readonly string[];
      readonly answersFrom: { readonly address: Address; readonly port: number | null };
    }
  /** The entry that the connection's own first packet left here. */
  | {
      readonly fact: 'flow-opened';
      readonly direction: 'original' | 'reply';
      readonly answersFrom: { readonly address: Address; readonly port: number | null };
    }
  | {
      readonly fact: 'flow-replaced';
      readonly file: string;
      readonly line: number;
      readonly state: string | null;
    }
  | { readonly fact: 'port-taken'; readonly file: string; readonly line: number; readonly port: number };
