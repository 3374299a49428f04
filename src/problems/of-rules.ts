import { listed } from '../words/numbers.ts';
import type { NoArguments, Wording } from './wording.ts';

/** What dumps and listings of iptables may have. */
export interface RuleProblems {
  'no-rules': { readonly empty: boolean };
  'duplicate-table': { readonly table: string; readonly used: 'later' | 'complete' };
  'duplicate-chain': {
    readonly chain: string;
    readonly table: string;
    /**
     * `differs`: listed twice with other rules, and the later one is used; `unknown`: once with rules and once without; `policies`: with
     * two policies.
     */
    readonly used: 'later' | 'of-iptables-S' | 'unknown' | 'differs' | 'policies';
  };
  'hint-contradicted': {
    readonly about: 'family' | 'backend';
    readonly says: string;
    readonly hint: string;
  };
  /** The first chain of a listing; null: rules of a dump. */
  'family-assumed': { readonly chain: string | null };
  'table-assumed': TableAssumed;
  'incompatible-base-chains':
    | { readonly table: string; readonly is: 'incompatible' | 'left-out' }
    | { readonly is: 'listed' };
  'legacy-tables-present': { readonly in: 'dump' | 'listing' };
  'missing-rules': { readonly chain: string; readonly from: number; readonly to: number };
  'unrecognised-option': { readonly shown: string };
  'name-read-as-address': { readonly word: string; readonly address: string };
  'mode-not-traced': NoArguments;
  'nft-terse': NoArguments;
  /** Chains and sets of a native table that two listings show, and not alike. */
  'nft-listed-twice': { readonly table: string; readonly names: readonly string[] };
}

type TableAssumed =
  | { readonly how: 'sorted'; readonly rules: readonly { readonly table: string; readonly count: number }[] }
  | { readonly how: 'inferred'; readonly table: string; readonly because: TableSign }
  | { readonly how: 'listed'; readonly table: string; readonly first: string; readonly last: string };

/** What tells of which table rules are. */
export type TableSign =
  | { readonly sign: 'chains-of'; readonly table: string }
  | { readonly sign: 'target'; readonly target: string }
  | { readonly sign: 'chain'; readonly chain: string }
  | { readonly sign: 'default' };

export const RULE_WORDS: Wording<RuleProblems> = {
  'no-rules': ({ empty }) =>
    empty
      ? 'is empty: the node has no iptables rules of this kind, or the command failed'
      : 'holds no iptables table and no rule',
  'duplicate-table': ({ table, used }) =>
    `table ${table} is given twice; ${used === 'later' ? 'the later one is used' : 'the complete dump is used'}`,
  'duplicate-chain': ({ chain, table, used }) => {
    const which = `chain ${chain} of table ${table}`;
    switch (used) {
      case 'differs':
        return `${which} is listed twice with different rules; the later one is used`;
      case 'unknown':
        return `${which} is given twice; once with rules and once without: which holds is not known`;
      case 'policies':
        return `${which} is given twice, with different policies: which holds is not known`;
      case 'of-iptables-S':
        return `${which} is given twice; the one of iptables -S is used`;
      case 'later':
        return `${which} is given twice; the later one is used`;
    }
  },
  'hint-contradicted': ({ about, says, hint }) =>
    `the dump says that it is ${about === 'backend' ? 'from ' : ''}${says}, not ${hint}; it is read as ${says}`,
  'family-assumed': ({ chain }) =>
    chain === null
      ? 'nothing says whether these rules are IPv4 or IPv6; they are read as IPv4'
      : `nothing in the listing tells IPv4 from IPv6; chain ${chain} and those after it are taken for IPv4`,
  'table-assumed': tableAssumed,
  'incompatible-base-chains': (args) => {
    if (args.is === 'listed')
      return 'the table also holds native nftables chains, which this listing does not show';
    const lost = args.is === 'left-out' ? 'it is not in the dump' : 'the dump is not all of it';
    return `table ${args.table} also holds rules that iptables cannot show: ${lost}. See nft list ruleset`;
  },
  'legacy-tables-present': (args) =>
    args.in === 'listing'
      ? 'the node also has iptables-legacy tables, which this listing does not show'
      : 'the node also has iptables-legacy tables, which this dump does not show: see iptables-legacy-save',
  'missing-rules': ({ chain, from, to }) => `chain ${chain}: ${missingText(from, to)}`,
  'unrecognised-option': ({ shown }) => `part of this rule could not be read: ${shown}`,
  'name-read-as-address': ({ word, address }) =>
    `host names in this listing are read as the addresses they spell, such as ${word} as ${address}`,
  'mode-not-traced': () =>
    'kube-proxy runs in nftables mode on this node: its rules are in nft table kube-proxy and not in iptables; they were not captured (capture `nft -j list ruleset`)',
  'nft-terse': () =>
    'this seems to be printed by `nft -t`, without what sets hold: kube-proxy’s maps lead to none of its Services’ chains; what sets hold is not known (capture `nft -j list ruleset`, without -t)',
  'nft-listed-twice': ({ table, names }) =>
    `table ${table} is listed twice, and not alike in ${listed(names)}: which holds is not known (save each state to a file, and compare them with \`kp-explain diff BEFORE AFTER\`)`,
};

/** @returns which rules of a chain a listing lacks, by their numbers. */
export function missingText(from: number, to: number): string {
  return from === to ? `rule ${from} is not in the listing` : `rules ${from} to ${to} are not in the listing`;
}

function tableAssumed(args: TableAssumed): string {
  switch (args.how) {
    case 'sorted': {
      const counted = args.rules.map(({ table, count }) => `${count} of ${table}`).join(', ');
      return `the lines do not name their tables; they are sorted by what only one table can hold: ${counted}`;
    }
    case 'inferred':
      return `iptables -S does not name its table; this is read as ${args.table}, since ${signText(args.because)}`;
    case 'listed': {
      const { first, last, table } = args;
      const which = last === first ? `chain ${first} is` : `chains ${first} to ${last} are`;
      return `${which} taken to be of table ${table}: a listing does not say`;
    }
  }
}

function signText(sign: TableSign): string {
  switch (sign.sign) {
    case 'chains-of':
      return `it has the chains of ${sign.table}`;
    case 'target':
      return `a rule has the target ${sign.target}`;
    case 'chain':
      return `it has a chain ${sign.chain}`;
    case 'default':
      return 'that is the default';
  }
}
