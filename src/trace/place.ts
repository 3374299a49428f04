import type { Backend, TableName } from '../iptables/ruleset.ts';

/**
 * Where a step stands: the program whose it is, and the spot in it. A union, told apart by `program`; a step carries the
 * fields of its place (see `Step` in outcome.ts), so a reader of steps that needs a table or a chain stops compiling
 * where a member has none.
 *
 * Another kind of program adds its member here and its line to {@link TEXTS}:
 * `{ program: 'nft', family, table, chain }` (the handle is the rule's), `{ program: 'ipvs', server }`.
 */
export type Place = IptablesPlace;

/** A chain of a table of iptables, in one of the two backends. */
export interface IptablesPlace {
  readonly program: 'iptables';
  readonly backend: Backend;
  readonly table: TableName;
  readonly chain: string;
}

type Program = Place['program'];

const TEXTS: { readonly [P in Program]: (place: Extract<Place, { program: P }>) => string } = {
  iptables: ({ table, chain }) => `${table} ${chain}`,
};

/** @returns the place in words, unescaped: `filter FORWARD`. */
export function placeText(place: Place): string {
  return TEXTS[place.program](place);
}

/**
 * @param step a step, or as much of one as names it
 * @returns the step in words, unescaped: `filter FORWARD rule 3`, `filter FORWARD policy`, `nat my-chain end`
 */
export function stepText(
  step: Place & {
    readonly rule: { readonly number: number } | null;
    readonly event: 'rule' | 'policy' | 'chain-end';
  },
): string {
  const spot = step.rule !== null ? `rule ${step.rule.number}` : step.event === 'policy' ? 'policy' : 'end';
  return `${placeText(step)} ${spot}`;
}
