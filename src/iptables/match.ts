import type { Prefix } from '../net/prefix.ts';
import type { Range } from '../net/range.ts';
import type { CountMatch, LabelMatch } from './connection-match.ts';
import type { LostDetail } from './lost-detail.ts';

/**
 * What one option of a rule asks of a packet. A rule matches when every one of its matches does, so an extension
 * with several independent options (`-m tcp --sport 1 ! --dport 2`) becomes several matches, each with its own
 * negation; an extension whose options only make sense together (`recent`, `hashlimit`, `policy`) stays one.
 *
 * The fields are what the kernel compares, not how it was spelt; see `syntax.ts` for the spelling.
 */
export type Match =
  // --- addresses, interfaces, protocol: the base of every rule
  | { readonly kind: 'source'; readonly negated: boolean; readonly prefix: Prefix }
  | { readonly kind: 'destination'; readonly negated: boolean; readonly prefix: Prefix }
  | { readonly kind: 'in-interface'; readonly negated: boolean; readonly name: string }
  | { readonly kind: 'out-interface'; readonly negated: boolean; readonly name: string }
  /** `-p`. `number` is null for a name that this host's /etc/protocols need not share. Protocol 0 matches every packet. */
  | {
      readonly kind: 'protocol';
      readonly negated: boolean;
      readonly number: number | null;
      readonly name: string;
    }
  /** `-f`: second and further fragments (IPv4). */
  | { readonly kind: 'fragment'; readonly negated: boolean }
  // --- transport headers
  | {
      readonly kind: 'source-port';
      readonly negated: boolean;
      readonly module: PortModule;
      readonly ports: Range;
    }
  | {
      readonly kind: 'destination-port';
      readonly negated: boolean;
      readonly module: PortModule;
      readonly ports: Range;
    }
  /** `--tcp-flags MASK COMP`: bits as in the header (FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32). */
  | { readonly kind: 'tcp-flags'; readonly negated: boolean; readonly mask: number; readonly comp: number }
  | { readonly kind: 'tcp-option'; readonly negated: boolean; readonly option: number }
  | {
      readonly kind: 'sctp-chunks';
      readonly negated: boolean;
      readonly scope: 'all' | 'any' | 'only';
      readonly chunks: readonly string[];
    }
  | { readonly kind: 'dccp-types'; readonly negated: boolean; readonly types: readonly string[] }
  | { readonly kind: 'dccp-option'; readonly negated: boolean; readonly option: number }
  /** `type` 255 with the full code range stands for `any`. Used by both `icmp` and `icmp6`, told apart by `version`. */
  | {
      readonly kind: 'icmp-type';
      readonly negated: boolean;
      readonly version: 4 | 6;
      readonly type: number;
      readonly codes: Range;
    }
  | {
      readonly kind: 'multiport';
      readonly negated: boolean;
      readonly side: 'source' | 'destination' | 'either';
      readonly ports: readonly Range[];
    }
  // --- addresses by range or set
  | {
      readonly kind: 'iprange';
      readonly negated: boolean;
      readonly side: 'source' | 'destination';
      readonly from: bigint;
      readonly to: bigint;
    }
  | {
      readonly kind: 'set';
      readonly negated: boolean;
      readonly name: string;
      /** `src`/`dst` for each dimension, in order. */
      readonly directions: readonly ('src' | 'dst')[];
      readonly returnNomatch: boolean;
      /** True where packet or byte counters, or `--update-*` switches, take part: not knowable from a dump. */
      readonly counters: boolean;
    }
  | {
      readonly kind: 'addrtype';
      readonly negated: boolean;
      readonly side: 'source' | 'destination';
      readonly types: readonly string[];
      readonly limit: 'in' | 'out' | null;
    }
  // --- marks
  | { readonly kind: 'mark'; readonly negated: boolean; readonly value: number; readonly mask: number }
  | { readonly kind: 'connmark'; readonly negated: boolean; readonly value: number; readonly mask: number }
  // --- connection tracking
  /**
   * `--ctstate` and `-m state --state`; `virtual` DNAT and SNAT are states of `--ctstate` only. Options that stand beside it
   * in one `-m conntrack` are marked: without a connection they are not asked.
   */
  | { readonly kind: 'ctstate'; readonly negated: boolean; readonly states: readonly ConntrackState[] }
  | {
      readonly kind: 'ctproto';
      readonly negated: boolean;
      readonly besideState?: true;
      readonly number: number | null;
      readonly name: string;
    }
  | {
      readonly kind: 'ctaddress';
      readonly negated: boolean;
      readonly besideState?: true;
      readonly tuple: TupleSide;
      readonly prefix: Prefix;
    }
  | {
      readonly kind: 'ctport';
      readonly negated: boolean;
      readonly besideState?: true;
      readonly tuple: TupleSide;
      readonly ports: Range;
    }
  | {
      readonly kind: 'ctstatus';
      readonly negated: boolean;
      readonly besideState?: true;
      readonly statuses: readonly ('NONE' | 'EXPECTED' | 'SEEN_REPLY' | 'ASSURED' | 'CONFIRMED')[];
    }
  | {
      readonly kind: 'ctexpire';
      readonly negated: boolean;
      readonly besideState?: true;
      readonly seconds: Range;
    }
  | {
      readonly kind: 'ctdir';
      readonly negated: boolean;
      readonly besideState?: true;
      readonly direction: 'ORIGINAL' | 'REPLY';
    }
  | { readonly kind: 'helper'; readonly negated: boolean; readonly name: string }
  | LabelMatch
  | CountMatch
  // --- chance and memory
  /** `probability` as the kernel holds it: a multiple of 2^-31. */
  | { readonly kind: 'statistic-random'; readonly negated: boolean; readonly probability: number }
  | {
      readonly kind: 'statistic-nth';
      readonly negated: boolean;
      readonly every: number;
      readonly packet: number;
    }
  | {
      readonly kind: 'recent';
      readonly negated: boolean;
      readonly action: 'set' | 'rcheck' | 'update' | 'remove';
      readonly list: string;
      readonly seconds: number | null;
      readonly reap: boolean;
      readonly hitcount: number | null;
      readonly rttl: boolean;
      readonly mask: Prefix['mask'] | null;
      readonly side: 'source' | 'destination';
    }
  // --- the sender and the link
  | {
      readonly kind: 'owner-uid';
      readonly negated: boolean;
      readonly uids: Range | null;
      readonly text: string;
    }
  | {
      readonly kind: 'owner-gid';
      readonly negated: boolean;
      readonly gids: Range | null;
      readonly text: string;
    }
  | { readonly kind: 'owner-socket'; readonly negated: boolean }
  | {
      readonly kind: 'pkttype';
      readonly negated: boolean;
      readonly type: 'unicast' | 'broadcast' | 'multicast' | 'other';
    }
  | { readonly kind: 'mac'; readonly negated: boolean; readonly address: string }
  | {
      readonly kind: 'physdev-name';
      readonly negated: boolean;
      readonly side: 'in' | 'out';
      readonly name: string;
    }
  | { readonly kind: 'physdev-is'; readonly negated: boolean; readonly what: 'in' | 'out' | 'bridged' }
  | {
      readonly kind: 'devgroup';
      readonly negated: boolean;
      readonly side: 'in' | 'out';
      readonly value: number | null;
      readonly mask: number;
      readonly text: string;
    }
  | {
      readonly kind: 'rpfilter';
      readonly negated: boolean;
      readonly loose: boolean;
      readonly validmark: boolean;
      readonly acceptLocal: boolean;
    }
  // --- IPVS
  | { readonly kind: 'ipvs'; readonly negated: boolean }
  | { readonly kind: 'ipvs-protocol'; readonly negated: boolean; readonly protocol: number }
  | { readonly kind: 'ipvs-address'; readonly negated: boolean; readonly prefix: Prefix }
  | { readonly kind: 'ipvs-port'; readonly negated: boolean; readonly port: number }
  // --- fields of the IP header
  | { readonly kind: 'length'; readonly negated: boolean; readonly bytes: Range }
  /** `-m ttl` (IPv4) and `-m hl` (IPv6). */
  | {
      readonly kind: 'ttl';
      readonly negated: boolean;
      readonly operator: 'eq' | 'lt' | 'gt';
      readonly value: number;
    }
  | { readonly kind: 'dscp'; readonly negated: boolean; readonly value: number }
  | { readonly kind: 'tos'; readonly negated: boolean; readonly value: number; readonly mask: number }
  | { readonly kind: 'ecn'; readonly negated: boolean; readonly text: string }
  | { readonly kind: 'tcpmss'; readonly negated: boolean; readonly size: Range }
  // --- always true or without influence on the path
  | { readonly kind: 'comment'; readonly negated: false; readonly text: string }
  /** Counts and matches every packet (xt_nfacct). */
  | { readonly kind: 'nfacct'; readonly negated: false; readonly name: string }
  // --- recognised; what they ask is not in any capture, or not modelled
  /** Every other extension of iptables-extensions(8), with the reason that the answer is unknown. */
  | {
      readonly kind: 'opaque';
      readonly negated: boolean;
      readonly module: OpaqueModule;
      readonly text: string;
      /** Of a module with a bucket: which answer takes from it. Absent: that it matches. `either`: the listing does not say. */
      readonly takes?: 'not-matched' | 'either';
    }
  /** A module or option that no known iptables has. */
  | { readonly kind: 'unrecognised'; readonly negated: boolean; readonly text: string }
  /**
   * Something an `iptables -L` listing leaves out or prints so that it cannot be read back. `text` is what it prints,
   * without the negation: `-d db.example.com/24`, `dpt:frobnicate`.
   */
  | { readonly kind: 'lost'; readonly negated: boolean; readonly what: LostDetail; readonly text: string };

/** Extensions whose ports stand at the same place in the header but which match only their own protocol. */
export type PortModule = 'tcp' | 'udp' | 'sctp' | 'dccp' | 'udplite';

/** Which end of which of a connection's two tuples: `origsrc` is where the first packet came from. */
export type TupleSide = 'origsrc' | 'origdst' | 'replsrc' | 'repldst';

/** States of `-m conntrack --ctstate` (`-m state` knows the first five). */
export type ConntrackState = 'INVALID' | 'NEW' | 'ESTABLISHED' | 'RELATED' | 'UNTRACKED' | 'SNAT' | 'DNAT';

/** Extensions that are recognised and always answered `unknown`, since a capture cannot hold what they ask about. */
export type OpaqueModule =
  | 'ah'
  | 'bpf'
  | 'cgroup'
  | 'cluster'
  | 'connbytes'
  | 'connlabel'
  | 'connlimit'
  | 'cpu'
  | 'dst'
  | 'esp'
  | 'eui64'
  | 'frag'
  | 'hashlimit'
  | 'hbh'
  | 'ipcomp'
  | 'ipv6header'
  | 'ipvs'
  | 'limit'
  | 'mh'
  | 'osf'
  | 'policy'
  | 'quota'
  | 'rateest'
  | 'realm'
  | 'rt'
  | 'socket'
  | 'srh'
  | 'string'
  | 'time'
  | 'u32'
  | 'unclean'
  | 'nfacct-list';

/** The discriminator of {@link Match}. */
export type MatchKind = Match['kind'];

/** The variant of {@link Match} with the given kind. */
export type MatchOf<K extends MatchKind> = Extract<Match, { readonly kind: K }>;
