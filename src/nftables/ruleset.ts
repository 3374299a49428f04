import type { Element } from './expression.ts';
import type { Statement } from './statement.ts';

/** The protocol family of a table. */
export type NftFamily = 'ip' | 'ip6' | 'inet' | 'arp' | 'bridge' | 'netdev';

/** Everything that `nft list ruleset` showed, or a piece of it. */
export interface NftRuleset {
  readonly file: string;
  /** Of nft, where the listing says: `1.0.6`. */
  readonly version: string | null;
  /** By family and name: `ip kube-proxy`. */
  readonly tables: ReadonlyMap<string, NftTable>;
  /** The line where the listing broke off; null where it did not. What stood behind is not known. */
  readonly cutAt: number | null;
  /** Only parts of the rule set were listed: the node may have other tables. */
  readonly part?: true;
  /** A line tells that `nft list ruleset` printed it: nothing that it lacks is on the node. */
  readonly whole?: true;
  /** Lines tell which commands printed it, and so whether sets have their elements. */
  readonly byCommand?: true;
}

/** A table with all that stands in it. */
export interface NftTable {
  readonly family: NftFamily;
  readonly name: string;
  readonly handle: number | null;
  /** None of its chains is hooked; null where the listing does not tell: nft 1.0.6 prints freed memory for the flag. */
  readonly dormant: boolean | null;
  readonly comment: string | null;
  readonly chains: NftChains;
  readonly sets: ReadonlyMap<string, NftSet>;
  /** Counters, quotas, limits, helpers and so on, by kind and name: `quota q1`. */
  readonly objects: ReadonlyMap<string, NftObject>;
  readonly flowtables: ReadonlyMap<string, Flowtable>;
  /** Only some of its chains and sets were listed: it may have others. */
  readonly part?: true;
}

/**
 * Why nobody knows what a chain or a set holds, where its listing did not break off: it was listed by its head alone; as
 * all sets of a listing that seems to be of `nft -t`; twice, and not alike; not at all.
 */
export type Unlisted = 'head-alone' | 'terse' | 'twice' | 'not-captured';

/** The chains of a table by name, in the order of the listing. Those of a large listing are made when they are asked for. */
export interface NftChains extends ReadonlyMap<string, NftChain> {
  /** @returns those that the kernel calls itself. */
  hooked(): readonly NftChain[];
  /** Whether rules behind the last of some chain may be missing. */
  readonly cut: boolean;
}

/** Chains that are all made. */
export class MadeChains extends Map<string, NftChain> implements NftChains {
  hooked(): readonly NftChain[] {
    return [...this.values()].filter(({ base }) => base !== null);
  }

  get cut(): boolean {
    return [...this.values()].some(({ cut }) => cut);
  }
}

/** A chain and its rules. */
export interface NftChain {
  readonly family: NftFamily;
  readonly table: string;
  readonly name: string;
  readonly handle: number | null;
  readonly comment: string | null;
  /** Null for a chain that rules jump to. */
  readonly base: BaseChain | null;
  readonly rules: NftRules;
  readonly line: number;
  /** Rules behind the last may be missing: the listing broke off, or see `unlisted`. */
  readonly cut: boolean;
  readonly unlisted?: Unlisted;
}

/** Where a chain is hooked. */
export interface BaseChain {
  readonly type: string;
  /** `prerouting`, `input`, `forward`, `output`, `postrouting`, `ingress`, `egress`. */
  readonly hook: string;
  /** Null where the listing's word for it is not known. */
  readonly priority: number | null;
  readonly policy: 'accept' | 'drop';
  /** For ingress and egress; empty where the listing does not say. */
  readonly devices: readonly string[];
}

/** The rules of a chain; each is parsed when it is first asked for. */
export interface NftRules {
  readonly length: number;
  /** @returns the rule at this index, counted from 0. Throws RangeError outside the list. */
  at(index: number): NftRule;
  /** @returns the rule at this index as nft's JSON has it, not parsed; null where the listing is text. */
  json(index: number): Buffer | null;
}

/** One rule. */
export interface NftRule {
  readonly chain: string;
  /** Position in its chain, counted from 1. */
  readonly number: number;
  /** Stable within its table; null where the listing was made without `-a`. */
  readonly handle: number | null;
  readonly comment: string | null;
  readonly statements: readonly Statement[];
  readonly file: string;
  /** Counted from 1; of JSON in one line, 1. */
  readonly line: number;
  /** As nft prints it, without handle. */
  readonly text: string;
}

/** A named set or map. */
export interface NftSet {
  readonly kind: 'set' | 'map' | 'meter';
  readonly family: NftFamily;
  readonly table: string;
  readonly name: string;
  readonly handle: number | null;
  readonly comment: string | null;
  /** Parts of the key: `ipv4_addr`, `inet_proto`; null where the listing says `typeof`, which `typeOf` holds. */
  readonly keyType: readonly string[] | null;
  readonly typeOf: string | null;
  /** Parts of a map's values; `['verdict']`; null for a set or where not told. */
  readonly dataType: readonly string[] | null;
  readonly flags: readonly string[];
  /** Seconds. */
  readonly timeout: number | null;
  readonly gcInterval: number | null;
  readonly size: number | null;
  readonly policy: string | null;
  readonly autoMerge: boolean;
  /** What each element gets. */
  readonly extras: readonly Statement[];
  /** Parsed when first asked for. */
  readonly elements: readonly Element[];
  readonly line: number;
  /** Elements behind the last may be missing. */
  readonly cut: boolean;
  readonly unlisted?: Unlisted;
}

/** A named counter, quota, limit, helper and so on. */
export interface NftObject {
  readonly kind: string;
  readonly name: string;
  readonly handle: number | null;
  /** For a quota or limit: whether it matches what is over it. */
  readonly over: boolean;
  /** What else is told of it, in the words of nft's JSON: `{ rate: 10, per: 'second', burst: 7 }`. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Later packets of flows that were entered skip the ip hooks. */
export interface Flowtable {
  readonly name: string;
  readonly handle: number | null;
  readonly hook: string;
  readonly priority: number | null;
  readonly devices: readonly string[];
}

/** @returns the key of a table in {@link NftRuleset.tables}. */
export function tableKey(family: string, name: string): string {
  return `${family} ${name}`;
}

/** @returns the rules of a chain; each is parsed. */
export function rulesOf({ rules }: Pick<NftChain, 'rules'>): NftRule[] {
  return Array.from({ length: rules.length }, (_, index) => rules.at(index));
}
