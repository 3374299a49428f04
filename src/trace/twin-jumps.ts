import type { Chain, Rule, Table } from '../iptables/ruleset.ts';
import { type Address, type Family, sameAddress } from '../net/address.ts';
import type { Effect } from '../rules/effect.ts';
import type { Branch, Ending, TwinJump, TwinList } from './branch.ts';
import { type EndpointKinds, endpointKinds } from './endpoint-kinds.ts';
import type { GivenNode } from './given.ts';
import { ruleStep } from './iptables-steps.ts';
import { iptablesRule, type Step } from './outcome.ts';
import type { Assumption } from './reason.ts';
import { names, withTwins } from './twin-ways.ts';
import type { EndpointChain, Twins } from './twins.ts';

/** As how many packets one may come to a chain, on its ways there, to be held against those that come later. */
const PACKETS = 8;

/** The walk of one table at one hook, as far as it matters here. */
type Walk = Parameters<typeof ruleStep>[2] & { readonly table: Table };

/** What the walk left so far. */
type WalkResult = Readonly<Record<'translated' | 'ended', readonly { readonly branch: Branch }[]>> & {
  readonly passed: readonly Branch[];
};

interface OpenList extends TwinList {
  readonly twins: TwinJump[];
  readonly beside: GivenNode | null;
  own: TwinList['own'];
}

/** The twins of one trace. */
export class TwinBook {
  readonly #twins: Twins;
  /** Endpoints that were followed for others. */
  readonly #followed: EndpointChain[] = [];
  #jumps = 0;
  #isWhole = true;

  constructor(twins: Twins) {
    this.#twins = twins;
  }

  /** @returns what notes the jumps of one packet that came into this chain; null where the chain chooses among few endpoints or none. */
  enter(chain: Chain, table: Table, family: Family): TwinJumps | null {
    const kinds = endpointKinds(chain, table, family, this.#twins);
    return kinds === null ? null : new TwinJumps(kinds, this);
  }

  /** @returns the place of one more jump among all. */
  nextOrder(): number {
    return this.#jumps++;
  }

  /** Notes an endpoint by which others are told. */
  speaks(endpoint: EndpointChain): void {
    this.#followed.push(endpoint);
  }

  /** @returns all ways of some that ended, those of twins with them. */
  ended(endings: readonly Ending[]): readonly Ending[] {
    const all = withTwins(endings);
    if (all === null) this.#isWhole = false;
    return all ?? endings;
  }

  /** @returns false where ways to twins were left out that have to be followed themselves. @param assumptions of all ways */
  speaksFor(assumptions: readonly Assumption[]): boolean {
    return this.#isWhole && !this.#followed.some((endpoint) => names(assumptions, endpoint));
  }
}

/** Jumps from one chain, of the ways of one packet that came into it. */
export class TwinJumps {
  readonly #kinds: EndpointKinds;
  readonly #book: TwinBook;
  readonly #lists = new Map<number, OpenList[]>();
  /** By run, up to which of its answers they are about the endpoints' own lists, and what was given before them. */
  readonly #beside = new Map<
    GivenNode['run'],
    { readonly upTo: GivenNode; readonly before: GivenNode | null }
  >();

  constructor(kinds: EndpointKinds, book: TwinBook) {
    this.#kinds = kinds;
    this.#book = book;
  }

  /**
   * Notes a jump.
   * @param result of the walk so far
   * @returns the branch, which goes on; null where a twin went that way before it as the same packet, and tells of it
   */
  jumped(branch: Branch, effect: Effect | null, walk: Walk, result: WalkResult): Branch | null {
    const found = effect?.kind === 'jump' ? this.#kinds.get(effect.chain) : undefined;
    // Who jumped before was not translated there, and goes on as it came.
    if (found === undefined || branch.twins !== null) return branch;
    const { kind, endpoint, chain } = found;
    const order = this.#book.nextOrder();
    const twins = kind === null || isClient(branch, endpoint) ? null : this.#twinsOf(kind);
    const beside = twins === null ? null : this.#besideLists(branch.given);
    for (const list of twins ?? []) {
      // The same packet, which rests on the same but for whose lists of clients it is in.
      const isAlike = list.from.state === branch.state && list.beside === beside;
      const steps = isAlike ? ownSteps(list, chain, walk, result) : null;
      if (steps === null) continue;
      if (list.twins.length === 0) this.#book.speaks(list.endpoint);
      list.twins.push({ endpoint, from: branch, order, steps });
      return null;
    }
    const list: OpenList = { endpoint, from: branch, order, twins: [], own: undefined, beside };
    if (twins !== null && twins.length < PACKETS) twins.push(list);
    return { ...branch, twins: list };
  }

  #twinsOf(kind: number): OpenList[] {
    const lists = this.#lists.get(kind) ?? [];
    this.#lists.set(kind, lists);
    return lists;
  }

  /** What is given but for answers about the endpoints' own lists, which are asked by their own rules alone. */
  #besideLists(newest: GivenNode | null): GivenNode | null {
    let inRun: GivenNode | null = null;
    let node = newest;
    while (node?.question.code === 'recent' && this.#kinds.has(node.question.list)) {
      const known = this.#beside.get(node.run);
      if (known?.upTo === node) {
        node = known.before;
        break;
      }
      if (node.length > 1) inRun ??= node;
      node = node.before;
    }
    if (inRun !== null) this.#beside.set(inRun.run, { upTo: inRun, before: node });
    return node;
  }
}

/** An endpoint that asks itself is like no other. */
function isClient({ state: { source, connection } }: Branch, { address }: EndpointChain): boolean {
  const original = connection?.originalSource.address ?? null;
  const is = (client: Address | null): boolean => client !== null && sameAddress(client, address);
  return is(source.address) || is(original);
}

/** @returns the steps in the chain of a twin for those that the other passed in its own; null where it went several ways there. */
function ownSteps(list: OpenList, chain: Chain, walk: Walk, result: WalkResult): TwinJump['steps'] | null {
  if (list.own === undefined) list.own = passedInChain(list, result);
  if (list.own === null) return null;
  return list.own.map(({ rule }) => ruleStep(chain, chain.rules.at(rule.number - 1), walk));
}

/** @returns null where the branch went several ways in its own chain. */
function passedInChain(
  list: TwinList,
  { translated, passed, ended }: WalkResult,
): Exclude<TwinList['own'], undefined> {
  const isOfList = ({ twins }: Branch): boolean => twins === list;
  const [way, ...others] = translated.filter(({ branch }) => isOfList(branch));
  const elsewhere = passed.some(isOfList) || ended.some(({ branch }) => isOfList(branch));
  if (way === undefined || others.length > 0 || elsewhere) return null;
  const own: { step: Step; rule: Rule }[] = [];
  for (let node = way.branch.path; node !== null && node !== list.from.path; node = node.before) {
    const { step } = node.entry;
    const rule = iptablesRule(step);
    if (step.chain === list.endpoint.chain && rule !== null) own.push({ step, rule });
  }
  return own.reverse();
}
