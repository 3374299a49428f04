import type { ProblemList } from '../../problems/problem.ts';
import type { TableDraft } from '../draft.ts';
import { ArrayRules } from '../lazy-rules.ts';
import { type MadeChains, type NftChain, type NftSet, rulesOf, tableKey, type Unlisted } from '../ruleset.ts';
import type { ListingScope } from './listing-scope.ts';

type Draft = TableDraft<MadeChains>;

/**
 * Puts together what several blocks of a text show of a table: the outputs of `nft list chain` and `nft list map` one below the other.
 * nft prints each table once, so that a second block of one is of another call.
 */
export class TableBlocks {
  readonly tables = new Map<string, Draft>();
  readonly #file: string;
  readonly #problems: ProblemList;
  /** True where a call printed all tables, false where some call printed some; null where no line tells what was called. */
  #isAll: boolean | null = null;

  constructor(file: string, problems: ProblemList) {
    this.#file = file;
    this.#problems = problems;
  }

  /** Takes what the next blocks are the output of. */
  called({ tables }: ListingScope): void {
    this.#isAll = this.#isAll === true || tables === 'all';
  }

  /** Whether a line tells that all tables were printed. */
  get whole(): boolean {
    return this.#isAll === true;
  }

  /** Whether other tables may be on the node. */
  get part(): boolean {
    return this.#isAll === null ? [...this.tables.values()].some(({ part }) => part === true) : !this.#isAll;
  }

  /**
   * Takes the next block.
   * @param scope of the call whose output it is; null where no line tells
   */
  add(block: Draft, scope: ListingScope | null, line: number): void {
    if (scope !== null) withoutUnasked(block, scope);
    const key = tableKey(block.family, block.name);
    const before = this.tables.get(key);
    if (before === undefined) {
      this.tables.set(key, block);
      if (scope?.within === 'some') block.part = true;
      return;
    }
    const isWhole = scope === null ? namesIn(before) === namesIn(block) : scope.within === 'all';
    const twice = joined(before, block, isWhole && before.part !== true);
    if (twice.length > 0)
      this.#problems.add('nft-listed-twice', { table: key, names: twice }, this.#file, line);
    before.handle ??= block.handle;
    before.comment ??= block.comment;
    before.dormant ||= block.dormant;
    if (scope?.within === 'all') delete before.part;
    else if (scope === null && !isWhole) before.part = true;
  }
}

/** What a call prints by its head alone is not empty. */
function withoutUnasked({ chains, sets }: Draft, { rules, elements }: ListingScope): void {
  if (!rules)
    for (const [name, chain] of chains)
      if (chain.rules.length === 0) chains.set(name, unknownChain(chain, 'head-alone'));
  const isShown = ([, set]: [string, NftSet]): boolean => set.elements.length > 0;
  if (elements === true || (elements === 'if-any-shown' && [...sets].some(isShown))) return;
  for (const [name, set] of sets)
    if (set.elements.length === 0) sets.set(name, unknownSet(set, 'head-alone'));
}

/**
 * @param wholes true where both blocks show all of the table
 * @returns the names of what is not known, as the blocks differ in it
 */
function joined(before: Draft, block: Draft, wholes: boolean): string[] {
  const twice: string[] = [];
  const join = <T extends NftChain | NftSet>(
    own: Map<string, T>,
    later: Map<string, T>,
    isAlike: (one: T, two: T) => boolean,
    asUnknown: (each: T, why: Unlisted) => T,
  ): void => {
    for (const name of new Set([...own.keys(), ...later.keys()])) {
      const [one, two] = [own.get(name), later.get(name)];
      const known = two === undefined || one?.unlisted === 'twice' || two.unlisted !== undefined ? one : two;
      const differ =
        one === undefined || two === undefined
          ? wholes
          : one.unlisted === undefined && two.unlisted === undefined && !isAlike(one, two);
      const told = known ?? two;
      if (told === undefined) continue;
      if (differ) twice.push(name);
      own.set(name, differ ? asUnknown(told, 'twice') : told);
    }
  };
  join<NftChain>(before.chains, block.chains, (one, two) => chainText(one) === chainText(two), unknownChain);
  join<NftSet>(before.sets, block.sets, isAlikeSet, unknownSet);
  for (const [name, object] of block.objects) before.objects.set(name, object);
  for (const [name, flowtable] of block.flowtables) before.flowtables.set(name, flowtable);
  return twice;
}

function namesIn({ chains, sets }: Draft): string {
  return [...chains.keys(), '', ...sets.keys()].sort().join('\n');
}

function chainText(chain: NftChain): string {
  return stillText([chain.base, ...rulesOf(chain).map(({ statements }) => statements)]);
}

/** What packets enter, and what falls out in time, is another from one second to the next. */
function isAlikeSet(one: NftSet, two: NftSet): boolean {
  if (one.timeout !== null || one.flags.some((flag) => flag === 'dynamic' || flag === 'timeout')) return true;
  const [own, other] = [one, two].map(({ elements }) => elements.map(stillText).sort().join('\n'));
  return own === other;
}

/** Of a rule or an element, without what it counts. */
function stillText(value: unknown): string {
  return JSON.stringify(value, (key, held) => (COUNTS.has(key) ? null : held));
}

const COUNTS: ReadonlySet<string> = new Set(['packets', 'bytes', 'used', 'expires']);

/** @returns the chain without rules, of which it is told why they are not known. */
function unknownChain(chain: NftChain, unlisted: Unlisted): NftChain {
  return { ...chain, rules: new ArrayRules([]), cut: true, unlisted };
}

function unknownSet(set: NftSet, unlisted: Unlisted): NftSet {
  return { ...set, elements: [], cut: true, unlisted };
}
