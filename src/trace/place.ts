import type { Backend, TableName } from '../iptables/ruleset.ts';
import type { NftFamily } from '../nftables/ruleset.ts';

/**
 * Where a step stands: the program whose it is, and the spot in it. A union, told apart by `program`; a step carries the
 * fields of its place (see `Step` in outcome.ts), so a reader of steps that needs a table or a chain stops compiling
 * where a member has none.
 *
 * Another kind of program adds its member here and its line to {@link TEXTS}.
 */
export type Place = IptablesPlace | NftPlace | IpvsPlace;

/** A chain of a table of iptables, in one of the two backends. */
export interface IptablesPlace {
  readonly program: 'iptables';
  readonly backend: Backend;
  readonly table: TableName;
  readonly chain: string;
}

/** A chain of a native nft table; the handle is the rule's. */
export interface NftPlace {
  readonly program: 'nft';
  readonly family: NftFamily;
  readonly table: string;
  readonly chain: string;
}

/** A virtual server of IPVS. */
export interface IpvsPlace {
  readonly program: 'ipvs';
  readonly table: 'ip_vs';
  /** `10.96.0.1:443`, `FWM 1`. */
  readonly chain: string;
  /** `rr`, …; null where the listing does not tell. */
  readonly scheduler: string | null;
  /** Where its listing says so: of the real server that was picked, else of itself. */
  readonly listed: { readonly file: string; readonly line: number };
}

/** @returns true for a place, or a step, in iptables' rules. */
export function isInIptables<P extends { readonly program: Place['program'] }>(
  place: P,
): place is Extract<P, { readonly program: 'iptables' }> {
  return place.program === 'iptables';
}

/** What happened at a step: a rule matched, a policy or a chain's end was reached, IPVS took the packet. */
export type StepEvent = 'rule' | 'policy' | 'chain-end' | 'balanced';

type Program = Place['program'];

const TEXTS: { readonly [P in Program]: (place: Extract<Place, { program: P }>) => string } = {
  iptables: ({ table, chain }) => `${table} ${chain}`,
  nft: ({ family, table, chain }) => `${family} ${table} ${chain}`,
  ipvs: ({ table, chain, scheduler }) => `${table} ${chain}${scheduler === null ? '' : ` ${scheduler}`}`,
};

/** @returns the place in words, unescaped: `filter FORWARD`. */
export function placeText(place: Place): string {
  // The table ties each program to its text; TypeScript cannot follow that through an index.
  const text = TEXTS[place.program] as (each: Place) => string;
  return text(place);
}

/**
 * @param step a step, or as much of one as names it
 * @returns the step in words, unescaped: `filter FORWARD rule 3`, `filter FORWARD policy`, `nat my-chain end`
 */
export function stepText(
  step: Place & {
    readonly rule: { readonly number: number } | null;
    readonly event: StepEvent;
  },
): string {
  if (step.event === 'balanced') return placeText(step);
  const spot = step.rule !== null ? `rule ${step.rule.number}` : step.event === 'policy' ? 'policy' : 'end';
  return `${placeText(step)} ${spot}`;
}
