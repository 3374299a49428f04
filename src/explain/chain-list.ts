import type { DocumentHead, EndpointRef, ServiceRef } from './explanation.ts';
import type { Misdirected } from './service-list.ts';

/** The answer of `chain` as types: plain data that survives JSON. */

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

/** A chain; an nft set, map or one element of these; a virtual server of IPVS. */
export type ChainItemKind = 'chain' | 'set' | 'map' | 'element' | 'virtual-server';

/** A chain: what it stands for, who jumps to it, what it leads to. */
export interface ChainItem {
  /** What stands there: a chain, or what else may lead packets on. */
  readonly kind: ChainItemKind;
  /** Of an nft table that is neither ip nor ip6, its own family. */
  readonly family: 'ipv4' | 'ipv6' | 'inet' | 'arp' | 'bridge' | 'netdev';
  readonly backend: string;
  readonly table: string;
  readonly name: string;
  readonly file: string | null;
  readonly line: number | null;
  /** Where the dump broke off so that rules of this chain, or rules that jump here, may be missing; else null. */
  readonly cut: string | null;
  /** Null for user chains. */
  readonly policy: string | null;
  /** Of nft's base chains, where they are hooked: `type nat, hook prerouting, priority -100`. */
  readonly hook?: string | null;
  /** Of nft's objects, where the listing shows it. */
  readonly handle?: number | null;
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
  /** For a SEP chain whose name is the hash of another endpoint than the one it sends packets to; else null. */
  readonly misdirected: Misdirected | null;
  /** Of a set or map, its elements. */
  readonly rules: readonly {
    readonly number: number;
    readonly line: number;
    readonly text: string;
    readonly packets: number | null;
    readonly note: string | null;
    /** Of nft's rules, where the listing shows it. */
    readonly handle?: number | null;
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
