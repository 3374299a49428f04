import type { Note } from '../explain/explanation.ts';
import { completeListings } from '../explain/question/complete-listing.ts';
import type { Host } from '../host/facts.ts';
import { ALL_TABLES, isListed } from '../host/listed-tables.ts';
import { forwards } from '../host/sysctl.ts';
import { HOOK_NAMES, type Table } from '../iptables/ruleset.ts';
import type { Family } from '../net/address.ts';
import type { Lacking } from './document.ts';
import { portGaps } from './port-modes.ts';
import type { State } from './two-sides.ts';

/** What packets are asked about: facts that none of them depends on are not missed. */
export interface Asked {
  readonly families: readonly Family[];
  /** Names of the ipsets that rules ask on either side. */
  readonly sets: ReadonlySet<string>;
}

/** Something that one side does not tell, in the words of a file of the capture folder. */
interface Gap {
  readonly file: string;
  /** What could differ unseen: a clause's subject. */
  readonly what: string;
  readonly settle: string;
  /** The file is there, but does not hold all of it. */
  readonly partly?: true;
  /** Few nodes have any: where neither side tells, both are taken to have none, and nobody is asked for the file. */
  readonly rare?: true;
}

type GapsOf = (host: Host, asked: Asked) => Gap[];

/** What a listing of single links lacks counts as for `links`; flows that helpers announce are no more compared than others. */
type Kind = Exclude<keyof Host, 'someLinks' | 'listedTables' | 'expectations'>;

/**
 * For each fact about a node, what a capture without it leaves open: everything that such a file could hold could differ
 * between the sides, and let packets fare otherwise. A fact that is not asked by any rule or route of either side is no gap.
 */
const GAPS: { readonly [K in Kind]: GapsOf } = {
  links: ({ links }, { families }) => {
    const gap = { file: 'ip-addr.json', settle: 'capture `ip -j -d addr`' };
    if (links === null) return [{ ...gap, what: 'the addresses and interfaces of the node' }];
    const addresses = links.flatMap((link) => link.addresses);
    // Loopback has an address of each family that is on: a listing without one is of the other (`ip -4 addr`).
    return families
      .filter((family) => addresses.every(({ address }) => address.family !== family))
      .map((family) => ({ ...gap, what: `${IN_WORDS[family]} addresses of the node`, partly: true }));
  },
  routes: (host, { families }) =>
    families.flatMap((family): Gap[] => {
      const option = family === 'ipv6' ? '-6 ' : '';
      const file = family === 'ipv6' ? 'ip6-route.json' : 'ip-route.json';
      const gap = { file, settle: `capture \`ip -j ${option}route show table all\`` };
      if (host.routes[family] === null) return [{ ...gap, what: `${IN_WORDS[family]} routes` }];
      if (isListed(host, family, ALL_TABLES)) return [];
      return [{ ...gap, what: `${IN_WORDS[family]} routes of other tables than main`, partly: true }];
    }),
  policyRules: ({ policyRules }, { families }) =>
    families
      .filter((family) => policyRules[family] === null)
      .map((family) => ({
        file: family === 'ipv6' ? 'ip6-rule.json' : 'ip-rule.json',
        what: `${IN_WORDS[family]} policy routing rules`,
        settle: `capture \`ip -j ${family === 'ipv6' ? '-6 ' : ''}rule\``,
      })),
  sysctls: (host, { families }) => {
    const gap = { file: 'sysctl.txt', settle: 'capture `sysctl -a`' };
    if (host.sysctls === null) return [{ ...gap, what: 'forwarding, rp_filter and other sysctls' }];
    return families
      .filter((family) => forwards(host, family, 'all') === null)
      .map((family) => ({
        ...gap,
        what: `whether the node forwards ${IN_WORDS[family]} packets`,
        partly: true,
      }));
  },
  ipsets: ({ ipsets }, { sets }) => {
    const gap = { file: 'ipset.txt', settle: 'capture `ipset save`' };
    if (sets.size === 0) return [];
    if (ipsets === null) return [{ ...gap, what: 'the members of the ipsets that rules ask' }];
    return [...withMembers(ipsets, sets)]
      .filter((name) => ipsets.get(name)?.incomplete !== undefined || !ipsets.has(name))
      .map((name) => ({ ...gap, what: `the members of ipset ${name}`, partly: true }));
  },
  // Which clients a list holds is what packets left there, and is asked as an open question.
  recent: () => [],
  frameRules: ({ frameRules }) =>
    rareGap(frameRules, {
      file: 'ebtables-save.txt',
      what: 'rules of legacy ebtables, which may drop frames of bridges',
      settle: 'capture `ebtables-legacy-save`',
    }),
  ipsec: ({ ipsec }) =>
    rareGap(ipsec, {
      file: 'ip-xfrm-policy.txt',
      what: 'IPsec policies',
      settle: 'capture `ip xfrm policy`',
    }),
  // They choose among source addresses of IPv6.
  labels: ({ labels }, { families }) =>
    families.includes('ipv6')
      ? rareGap(labels, {
          file: 'ip-addrlabel.json',
          what: 'the labels by which IPv6 source addresses of processes are chosen',
          settle: 'capture `ip -j addrlabel`',
        })
      : [],
  nft: ({ nft }) => {
    const gap = { file: 'nft.json', settle: 'capture `nft -j list ruleset`' };
    if (nft === null)
      return [{ ...gap, what: 'rules of native nftables, which may drop what iptables accepts' }];
    return nft.part === true
      ? [{ ...gap, what: 'tables and chains of native nftables that were not listed', partly: true }]
      : [];
  },
};

/** Most nodes have none of them: named where one side alone tells. */
function rareGap(fact: object | null | undefined, gap: Gap): Gap[] {
  return (fact ?? null) === null ? [{ ...gap, rare: true }] : [];
}

const IN_WORDS: Readonly<Record<Family, string>> = { ipv4: 'IPv4', ipv6: 'IPv6' };

/** The sets that a list holds are asked as it is. */
function withMembers(ipsets: NonNullable<Host['ipsets']>, sets: ReadonlySet<string>): Set<string> {
  const all = new Set(sets);
  for (const name of sets) {
    const set = ipsets.get(name);
    if (set?.type === 'list:set')
      for (const { parts } of set.entries) if (parts[0] !== undefined) all.add(parts[0]);
  }
  return all;
}

/** Rules that a dump which broke off has lost, or that a listing of some tables or chains does not show. */
function gapsOfRules({ known: { rulesets }, namer }: State, { families }: Asked): Gap[] {
  const taken = completeListings(rulesets, namer.naming).rulesets;
  return rulesets.flatMap((ruleset, at): Gap[] => {
    const { family, cut, tables } = ruleset;
    if (!families.includes(family)) return [];
    const file = RULES[family];
    const gap = { file, settle: settleRules(file), partly: true } as const;
    if (cut !== undefined || [...tables.values()].some((table) => table.cut !== undefined))
      return [{ ...gap, what: `${IN_WORDS[family]} rules behind the place where the dump breaks off` }];
    if (taken[at]?.form === 'save') return [];
    const hidden = TABLES.filter((name) => !isShown(tables.get(name)));
    if (hidden.length === 0) return [];
    const what = `${IN_WORDS[family]} rules of ${hidden.length === 1 ? 'table' : 'tables'} ${hidden.join(', ')}`;
    return [{ ...gap, what }];
  });
}

/** A listing of a table begins with its built-in chains. */
function isShown(table: Table | undefined): boolean {
  return HOOK_NAMES.some((name) => (table?.chains.get(name)?.policy ?? null) !== null);
}

function settleRules(file: string): string {
  return `capture \`${file.replace('.txt', '')} -c\``;
}

const RULES: Readonly<Record<Family, string>> = { ipv4: 'iptables-save.txt', ipv6: 'ip6tables-save.txt' };
const TABLES = ['raw', 'mangle', 'nat', 'filter'] as const;

/**
 * @param sides as they were captured: not what one was lent by the other
 * @returns what one side or both do not tell
 */
export function lackingOf([before, after]: readonly [State, State], asked: Asked): Lacking[] {
  const kinds = Object.keys(GAPS) as Kind[];
  const gapsOf = (state: State): Gap[] => [
    ...gapsOfRules(state, asked),
    ...rulesMissing(state, asked),
    ...kinds.flatMap((kind) => GAPS[kind](state.host, asked)),
  ];
  const key = ({ file, what }: Gap): string => `${file} ${what}`;
  const [own, other] = [gapsOf(before), gapsOf(after)];
  const found = new Map([...own, ...other].map((gap) => [key(gap), gap]));
  const has = (gaps: readonly Gap[]): Set<string> => new Set(gaps.map(key));
  const [lacksOwn, lacksOther] = [has(own), has(other)];
  const lacking = [...found].flatMap(([name, { file, what, settle, partly, rare }]): Lacking[] => {
    const held = lacksOwn.has(name) ? (lacksOther.has(name) ? 'neither' : 'after') : 'before';
    if (held === 'neither' && rare === true) return [];
    return [{ file, held, partly: partly === true, what, settle }];
  });
  return [...lacking, ...portGaps(before.host, after.host)];
}

/** A family whose rules one side alone has. Where neither has them, its packets are not asked about. */
function rulesMissing({ known: { rulesets } }: State, { families }: Asked): Gap[] {
  return families
    .filter((family) => rulesets.every((ruleset) => ruleset.family !== family))
    .map((family) => ({
      file: RULES[family],
      what: `${IN_WORDS[family]} rules of iptables`,
      settle: settleRules(RULES[family]),
    }));
}

const HELD: Readonly<Record<Lacking['held'], string>> = {
  neither: 'neither side tells',
  before: 'only the first side tells',
  after: 'only the second side tells',
};

/** @returns what a comparison takes to be the same on both sides for want of a file. */
export function noteOf({ file, held, what, settle }: Lacking): Note {
  return {
    code: 'not-captured',
    text: `taken to be the same on both sides: ${what} (${file}: ${HELD[held]})`,
    settle,
  };
}
