import type { SetUnknown } from '../host/unknown-fact.ts';
import type { OpaqueModule, TupleSide } from '../iptables/match.ts';
import type { Address, Family } from '../net/address.ts';
import type { FieldValues, ProtocolSet } from '../rules/test.ts';
import type { AddressSet, NumberSet } from '../rules/value-set.ts';
import type { AsRead } from './nft/as-read.ts';
import type { IptablesPlacedRule, NftPlacedRule, PlacedRule, RouteTaken } from './reason.ts';

/** Addresses asked for, of a family. */
export interface AddressesAsked {
  readonly within: AddressSet;
  readonly family: Family;
}

/** What a rule asks of the flow that an ICMP error quotes. */
export type QuotedFact =
  | { readonly fact: 'protocol'; readonly set: ProtocolSet }
  | ({ readonly fact: 'address'; readonly tuple: TupleSide } & AddressesAsked)
  | { readonly fact: 'port'; readonly tuple: TupleSide; readonly set: NumberSet }
  | { readonly fact: 'direction'; readonly direction: 'ORIGINAL' | 'REPLY' }
  /** Of the packet itself that is quoted. */
  | { readonly fact: 'sender'; readonly address: Address };

/** What is asked of a bridge's port; names may end in a plus. */
export type BridgePortFact =
  | { readonly fact: 'came-in-by-port' | 'bridged' }
  | { readonly fact: 'port'; readonly side: 'in' | 'out'; readonly names: readonly string[] };

/** Whose presence in a recent list is asked. Null: not known. */
export interface RecentSubject {
  readonly who: 'client' | 'rewritten-source' | 'destination';
  readonly address: Address | null;
}

/**
 * What a capture can leave open. A branch answers a question once, by yes or by no, and rests on that answer from there
 * on. Two questions are the same where code and arguments are (see {@link keyOf}); words are made of them in `explain/`.
 */
export type Question =
  // --- what a rule asks of the packet
  | { readonly code: 'in-interface' | 'out-interface'; readonly patterns: readonly string[] }
  /** A name of /etc/protocols, as `-p` or `--ctproto` spells it. */
  | { readonly code: 'protocol-name'; readonly of: 'packet' | 'connection'; readonly name: string }
  /** `either`: the rule asks for one of both ports. */
  | {
      readonly code: 'source-port' | 'destination-port';
      readonly set: NumberSet;
      readonly either: boolean;
    }
  /** `rewritten`: the one that NAT wrote. */
  | ({ readonly code: 'source-address'; readonly rewritten?: true } & AddressesAsked)
  | { readonly code: 'tcp-option'; readonly option: number; readonly afterTcpMss: boolean }
  | { readonly code: 'tcpmss'; readonly set: NumberSet; readonly afterTcpMss: boolean }
  | ({ readonly code: 'sctp-chunks' } & FieldValues['sctp.chunks'])
  | { readonly code: 'dccp-types'; readonly types: readonly string[] }
  | { readonly code: 'dccp-option'; readonly option: number }
  /** Numbers that are not known, as the field of the same name has them. */
  | { readonly code: 'tcp-flags' | 'icmp-type'; readonly set: NumberSet }
  /** `writes`: how often it had been written while it was not known, absent: never. */
  | {
      readonly code: 'mark' | 'connmark' | 'tos' | 'dscp' | 'length' | 'ttl';
      readonly set: NumberSet;
      readonly writes?: number;
    }
  | { readonly code: 'ecn'; readonly text: string; readonly writes?: number }
  | { readonly code: 'owner'; readonly as: 'user' | 'group'; readonly name: string }
  | { readonly code: 'mac'; readonly address: string }
  | { readonly code: 'bridge-port'; readonly asks: BridgePortFact }
  | { readonly code: 'devgroup'; readonly side: 'in' | 'out'; readonly group: string }
  /** `address` is null for a sender that is not known. */
  | {
      readonly code: 'address-type';
      readonly side: 'source' | 'destination';
      readonly address: Address | null;
      readonly types: readonly string[];
      readonly limit: 'in' | 'out' | null;
    }
  /** `lacks`: what the question did not say, or the capture does not hold. */
  | {
      readonly code: 'rpfilter';
      readonly source: Address | null;
      readonly loose: boolean;
      readonly validmark: boolean;
      readonly lacks: 'client' | 'routes';
    }
  | {
      readonly code: 'recent';
      readonly list: string;
      readonly subject: RecentSubject;
      readonly seconds: number | null;
      readonly hitcount: number | null;
      /** Earlier rules changed the list on the packet's own way. */
      readonly changed: boolean;
      readonly captured: boolean;
    }
  /** `ends` are the addresses asked for, null for a sender that is not known. */
  | {
      readonly code: SetUnknown['code'];
      readonly set: string;
      readonly directions: readonly string[];
      readonly ends: readonly (Address | null)[];
      readonly sourcePort: number | null;
      readonly destinationPort: number | null;
      readonly why: SetUnknown;
    }
  | {
      readonly code: 'ipset-changed' | 'ipset-counters';
      readonly set: string;
      readonly directions: readonly string[];
    }
  /** A recognised extension that asks what no capture holds; `rule` where what it counts belongs to its rule. */
  | ({
      readonly code: `match-${OpaqueModule}`;
      readonly module: OpaqueModule;
      readonly text: string;
      readonly rule: IptablesPlacedRule | null;
    } & AsRead)
  | { readonly code: 'match-unrecognised'; readonly text: string }
  /** A whole rule that could not be read. */
  | { readonly code: 'rule-unread'; readonly text: string; readonly rule: IptablesPlacedRule }
  /** What a listing lost. `rule` where the lost thing is the rule's own; `subject`: which of the packet's values it is compared with. */
  | {
      readonly code: 'listing-interfaces' | 'listing-option';
      readonly text: string;
      readonly rule: IptablesPlacedRule;
    }
  | {
      readonly code: 'listing-address' | 'listing-port' | 'listing-protocol';
      readonly text: string;
      readonly subject: string;
    }
  /** What an expression of nft asks, in its own words; `nft-limit`: of a bucket that is its rule's own, or its set's, or the object of its table that is named. */
  | ({ readonly code: 'nft-expression'; readonly text: string } & AsRead)
  | ({
      readonly code: 'nft-limit';
      readonly text: string;
      readonly rule: NftPlacedRule;
      readonly object: string | null;
    } & AsRead)
  /** Whether a set holds the packet's key. */
  | ({
      readonly code: 'nft-element';
      readonly table: string;
      readonly set: string;
      readonly key: string;
    } & AsRead)
  /** Whether a chain at ingress or egress is hooked to a device: nft before 1.0.7 does not print to which. */
  | { readonly code: 'nft-device'; readonly chain: string; readonly device: string }
  /** Whether a table is dormant, of which the listing prints a flag that is none. */
  | { readonly code: 'nft-dormant'; readonly table: string }
  | { readonly code: 'family-not-captured'; readonly family: string }
  /** A rule that was not captured, of a chain of which only some are known: `jump`, it leads to chain `text`; `rules`, it takes the packet. */
  | {
      readonly code: 'chain-not-captured';
      readonly what: 'jump' | 'rules';
      readonly text: string;
      readonly chain: string;
    }
  /** Whether a rule of nft that was not captured leads the packet to a chain; `of`, a rule of what. */
  | { readonly code: 'nft-jump-not-captured'; readonly chain: string; readonly of: string }
  // --- what a rule asks of the connection
  | ({ readonly code: 'reply-destination' } & AddressesAsked)
  | { readonly code: 'connection-port'; readonly tuple: TupleSide; readonly set: NumberSet }
  | { readonly code: 'ctstatus' | 'ctexpire'; readonly set: NumberSet }
  | { readonly code: 'quoted-flow'; readonly has: QuotedFact }
  /** Empty for any helper. */
  | { readonly code: 'helper'; readonly name: string }
  // --- what the kernel chooses or knows
  /** No entry may be thrown out of the full table for a new connection. */
  | { readonly code: 'conntrack-full' }
  /** MASQUERADE gave the flow this address as it left by others of these interfaces than `out`. */
  | {
      readonly code: 'masquerade-moved';
      readonly address: Address;
      readonly by: readonly string[];
      readonly out: string;
    }
  | { readonly code: 'nat-range'; readonly address: Address; readonly of: number; readonly rule: PlacedRule }
  /** The scheduler spreads many clients by weight; which real server one of them gets, no capture tells. */
  | {
      readonly code: 'ipvs-choice';
      readonly server: string;
      readonly scheduler: string | null;
      /** The client's port counts too. */
      readonly byPort: boolean;
      readonly of: number;
    }
  /** Which real server a template keeps the client at; null: there is none. */
  | {
      readonly code: 'ipvs-room';
      readonly server: string;
    }
  | {
      readonly code: 'ipvs-template';
      readonly server: string;
      readonly seconds: number;
      readonly client: Address | null;
      readonly real: string | null;
    }
  /** `weights`: of all next hops of the route, which share out the hashes (fib_rebalance, net/ipv4/fib_semantics.c). */
  | { readonly code: 'multipath'; readonly route: RouteTaken; readonly weights: readonly number[] }
  /** Whether a process connected the socket that it sends datagrams with. */
  | { readonly code: 'socket-connected'; readonly connected: boolean }
  | {
      readonly code: 'multicast-group';
      readonly group: Address;
      readonly device: string | null;
      readonly joined: boolean;
    }
  | { readonly code: 'bridge-frame'; readonly bridge: string; readonly own: boolean }
  /** Whether a rule of legacy ebtables, whose conditions are not followed, drops the frame. */
  | {
      readonly code: 'frame-rule';
      readonly place: string;
      readonly text: string;
      readonly drops: boolean;
    }
  /** Of a bridge whose ports differ: whether both ports are isolated; whether the port has hairpin mode. */
  | { readonly code: 'bridge-isolated'; readonly bridge: string; readonly value: boolean }
  | { readonly code: 'bridge-hairpin'; readonly bridge: string; readonly on: boolean }
  /** In which zone of conntrack the packet is looked up, where its mark, which nothing tells, gives it; null: in none where it has a flow. */
  | { readonly code: 'flow-zone'; readonly zone: number | null }
  /** Whose reset closed the flow. */
  | { readonly code: 'flow-closed'; readonly file: string; readonly line: number; readonly byClient: boolean }
  /** Of a flow to a virtual server, on a node whose Services nat carries meanwhile: whether IPVS rewrote it, or nat. */
  | { readonly code: 'flow-balanced'; readonly file: string; readonly line: number; readonly byIpvs: boolean }
  /** Whether the flow began before nat had a chain for it, so that nat has not decided about it. */
  | { readonly code: 'flow-before-nat' }
  /** Whether nat has a chain, on a node of which none is known. */
  | { readonly code: 'nat-hooked' }
  /** Whether a program listens at a queue; `queue` in the rule's words. */
  | { readonly code: 'queue-listener'; readonly queue: string }
  | { readonly code: 'tproxy-socket'; readonly onIp: string | null; readonly onPort: number }
  /** Of two registrants with programs at one priority: whether `later` came last, and so is asked first. */
  | { readonly code: 'backend-order'; readonly later: string; readonly earlier: string }
  /** A rule of table nat, which the listing does not show, rewrites the packet. */
  | { readonly code: 'nat-not-listed' }
  /** Does a rule decide that was left out of the output that begins there? */
  | { readonly code: 'rules-left-out'; readonly file: string; readonly line: number }
  /** One of `count` further questions has another answer than the one followed. */
  | { readonly code: 'many-questions'; readonly count: number; readonly last: Question };

/** An answer that a branch rests on. */
export interface Given {
  readonly question: Question;
  /** {@link keyOf} it. */
  readonly key: string;
  readonly held: boolean;
  /**
   * Answers of the same kind that are told as one: this many more questions failed after this one, the last of them
   * named. Session affinity asks one list for each endpoint, or the last of 5,000 would repeat 4,999 of them.
   */
  readonly joined: { readonly more: number; readonly last: Question; readonly lastKey: string } | null;
}

/** @returns a text that is equal for equal questions, and differs for different ones. */
export function keyOf(question: Question): string {
  return flat(question);
}

/** @returns plain data as one text: equal for equal data. */
export function flat(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(flat).join(',')}]`;
  let text = '';
  for (const each of Object.values(value)) text += `${typeof each === 'object' ? flat(each) : String(each)} `;
  return `(${text})`;
}
