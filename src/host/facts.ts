import type { Address, Family } from '../net/address.ts';
import type { Prefix } from '../net/prefix.ts';
import type { Range } from '../net/range.ts';

/** What rules and routing ask about the node besides the rules. `null` anywhere means: not in the capture. */
export interface Host {
  readonly links: readonly Link[] | null;
  /** Links of a listing that shows single ones only: their addresses are the node's, others may be. */
  readonly someLinks?: readonly Link[];
  /** Every route of the tables that were listed; null for a family whose routes were not captured. */
  readonly routes: Readonly<Record<Family, readonly Route[] | null>>;
  /** Tables that were listed whole, where commands told; absent or null: what the routes tell ({@link isListed}). */
  readonly listedTables?: Readonly<Record<Family, readonly string[] | null>>;
  /** Policy routing rules by priority; null for a family where they were not captured: then the kernel's default three are assumed. */
  readonly policyRules: Readonly<Record<Family, readonly PolicyRule[] | null>>;
  /** `net.ipv4.ip_forward` → `1`, names with dots as sysctl prints them. */
  readonly sysctls: ReadonlyMap<string, string> | null;
  readonly ipsets: ReadonlyMap<string, IpSet> | null;
  /** xt_recent lists by name; null where /proc/net/xt_recent was not captured. */
  readonly recent: ReadonlyMap<string, readonly RecentEntry[]> | null;
  /** Labels of IPv6 addresses (`ip addrlabel`). Absent or null: not captured, so the kernel's own are taken. */
  readonly labels?: readonly AddressLabel[] | null;
  /** Policies of IPsec (`ip xfrm policy`), but those of single sockets. Absent or null: not captured. */
  readonly ipsec?: readonly IpsecPolicy[] | null;
  /** Connections that helpers announced (/proc/net/nf_conntrack_expect). Absent or null: not captured. */
  readonly expectations?: readonly Expectation[] | null;
  /** Built-in chains of legacy ebtables. Absent or null: not captured, and taken to let all frames pass. */
  readonly frameRules?: readonly FrameChain[] | null;
  /** nf_tables' own view; null where `nft -j list ruleset` was not captured. */
  readonly nft: NftFacts | null;
}

/** What a built-in chain of legacy ebtables may do to a frame that carries IP. */
export interface FrameChain {
  readonly table: 'filter' | 'nat' | 'broute';
  /** `FORWARD`, `PREROUTING`, `BROUTING`, … */
  readonly chain: string;
  /** `drops`: nothing but the policy decides, and it is DROP; `may-drop`: a rule of it or of a chain that it leads to may, or the policy behind rules. */
  readonly does: 'may-drop' | 'drops';
  /** The rule or policy that does so, as the listing spells it. */
  readonly text: string;
  readonly file: string;
  readonly line: number;
  /** Which family's frames it may be about; null: both. */
  readonly family: Family | null;
}

/** A label that source selection prefers to have in common with the destination. */
export interface AddressLabel {
  readonly prefix: Prefix;
  /** For addresses on this interface alone; null: on all. */
  readonly device: string | null;
  readonly label: number;
}

/** A connection that a helper announced. Null ports: any. */
export interface Expectation {
  readonly protocol: number;
  readonly source: Prefix;
  readonly sourcePort: number | null;
  readonly destination: Prefix;
  readonly destinationPort: number | null;
  readonly helper: string | null;
  readonly file: string;
  readonly line: number;
}

/** Which packets IPsec takes, or blocks. Protocol and ports of a policy are not told: it may concern fewer. */
export interface IpsecPolicy {
  readonly source: Prefix;
  readonly destination: Prefix;
  readonly direction: 'in' | 'out' | 'fwd';
}

/** A network interface and its addresses (`ip -j addr`). */
export interface Link {
  readonly index: number;
  readonly name: string;
  readonly up: boolean;
  /** It is up and has no carrier: what is sent there is lost (dev_deactivate gives it the queue noop). Absent: it has one. */
  readonly carrier?: false;
  /** In bytes. Absent: the listing does not say. */
  readonly mtu?: number;
  readonly loopback: boolean;
  readonly addresses: readonly LinkAddress[];
  /** It has another address, which cannot be read. */
  readonly incomplete?: true;
  readonly group: string | null;
  readonly mac: string | null;
  /** Name of the bridge or bond it is enslaved to. */
  readonly master: string | null;
  /** `bridge`, `veth`, `vxlan`, … where the capture says. */
  readonly kind: string | null;
  /** Of a bridge's port: frames may leave by the port they came in by. Absent: the capture does not say. */
  readonly hairpin?: boolean;
  /** Of a bridge's port: frames between two such ports are not passed on. Absent: the capture does not say. */
  readonly isolated?: boolean;
  /** A program of XDP is attached, which sees frames before anything else. Absent: none. */
  readonly xdp?: true;
  /** Families whose frames a bridge shows to iptables by its own switch, beside the sysctl (`nf_call_iptables`). Absent: the capture does not say. */
  readonly callsIptables?: readonly Family[];
  /** Of a tunnel: the address that it sends from, and the UDP port that it sends to; each null where it has none of its own. Absent: no `ip -d`. */
  readonly tunnel?: { readonly local: Address | null; readonly port: number | null };
}

/** An address of a link, with the network it was given. */
export interface LinkAddress {
  readonly address: Address;
  readonly prefixLength: number;
  readonly scope: string;
  readonly secondary: boolean;
  /** Chosen as a source last; so are optimistic addresses, without `use_optimistic` (ipv6_get_saddr_eval). */
  readonly deprecated: boolean;
  readonly peer: Prefix | null;
  /** IPv6: duplicate address detection still runs or failed, so the node does not answer to it. Absent: false. */
  readonly tentative?: boolean;
  /** IPv6 privacy address. Absent: false. */
  readonly temporary?: boolean;
}

/** A route (`ip -j route show table all`). */
export interface Route {
  readonly family: Family;
  readonly type:
    | 'unicast'
    | 'local'
    | 'broadcast'
    | 'anycast'
    | 'multicast'
    | 'blackhole'
    | 'unreachable'
    | 'prohibit'
    | 'throw'
    | 'nat';
  readonly destination: Prefix;
  /** Table name or number as text: `main`, `local`, `default`, `100`. */
  readonly table: string;
  /** One entry for a plain route, several for multipath, none for blackhole and the like. */
  readonly nextHops: readonly NextHop[];
  /** Its listing prints one next hop of each route: it may have others. */
  readonly firstHopAlone?: true;
  readonly preferredSource: Address | null;
  readonly metric: number;
  readonly scope: string | null;
  readonly tos: number;
  /**
   * False where the kernel marked it dead or unresolved. `linkdown` alone does not count: the kernel goes on using such
   * a route, and prints `dead` beside it where `ignore_routes_with_linkdown` is set (`fib_nexthop_info`).
   */
  readonly usable: boolean;
  /** IPv6 `from`: the route is for these senders only. Absent: for all. */
  readonly sourcePrefix?: Prefix;
  /** `mtu 1300 advmss 1260`, as the listing has them. Absent: none. */
  readonly metrics?: string;
  /** IPv6 router preference, where it is not `medium`. */
  readonly preference?: 'low' | 'high';
}

/** Where a route sends a packet: out of a device, directly or to a gateway. */
export interface NextHop {
  readonly device: string | null;
  readonly gateway: Address | null;
  readonly weight: number;
  readonly usable: boolean;
  /** Its device has no carrier, and it is used all the same. Absent: it has. */
  readonly linkDown?: true;
}

/** A policy routing rule (`ip -j rule`). */
export interface PolicyRule {
  readonly priority: number;
  readonly not: boolean;
  readonly source: Prefix | null;
  readonly destination: Prefix | null;
  readonly mark: number | null;
  readonly mask: number;
  readonly inInterface: string | null;
  readonly outInterface: string | null;
  readonly protocol: number | null;
  readonly sourcePorts: Range | null;
  readonly destinationPorts: Range | null;
  readonly uids: Range | null;
  readonly tos: number | null;
  readonly action:
    | { readonly kind: 'lookup'; readonly table: string }
    | { readonly kind: 'goto'; readonly priority: number }
    | { readonly kind: 'nop' | 'unreachable' | 'prohibit' | 'blackhole' };
  /** Ignore routes found with a prefix this short or shorter. */
  readonly suppressPrefixLength: number | null;
  /** Words of the rule that are not modelled (l3mdev, fwmark of a tunnel, …): then it answers unknown. */
  readonly unmodelled: readonly string[];
}

/** One set of `ipset save`. */
export interface IpSet {
  readonly name: string;
  /** `hash:ip,port`, `bitmap:port`, `list:set`, … */
  readonly type: string;
  readonly family: Family;
  /** The words after the type on the create line. */
  readonly options: readonly string[];
  readonly entries: readonly IpSetEntry[];
  /** True where it may have members that were not captured. */
  readonly incomplete?: true;
}

/** One element: the words of its key, split at commas, and the flags after it. */
export interface IpSetEntry {
  readonly parts: readonly string[];
  readonly nomatch: boolean;
  /** hash:net,iface: the interface name is a prefix of names. Absent: false. */
  readonly wildcard?: boolean;
  /** `skbmark`; absent where the element has none. */
  readonly mark?: SetMark;
}

/** What `SET --map-mark` writes: the bits of the mask. */
export interface SetMark {
  readonly value: number;
  readonly mask: number;
}

/** One address in an xt_recent list. Times are jiffies of the node; `lastSeen` is the latest. */
export interface RecentEntry {
  readonly address: Address;
  readonly ttl: number | null;
  readonly lastSeen: number;
  readonly stamps: readonly number[];
}

/** What nf_tables holds, as far as the path of a packet through iptables rules depends on it. */
export interface NftFacts {
  /** Base chains of the tables that iptables-nft uses (`ip`/`ip6` families, iptables' names), as `ipv4 nat PREROUTING`. */
  readonly iptablesBaseChains: ReadonlySet<string>;
  /** Base chains of native tables: firewalls and kube-proxy's nftables mode. */
  readonly nativeChains: readonly NativeChain[];
  /** True where a table `kube-proxy` exists in family ip or ip6. */
  readonly kubeProxyTable: boolean;
  /** Only parts of the rule set were listed: there may be other tables and chains. */
  readonly part?: true;
}

/** A base chain of a native nft table. */
export interface NativeChain {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly hook: string;
  readonly priority: number;
  readonly policy: string;
  readonly rules: number;
}

/** A host about which nothing is known. */
export const UNKNOWN_HOST: Host = {
  links: null,
  routes: { ipv4: null, ipv6: null },
  policyRules: { ipv4: null, ipv6: null },
  sysctls: null,
  ipsets: null,
  recent: null,
  nft: null,
};
