import type { Chain, Rule, Table } from '../iptables/ruleset.ts';
import { type Family, sameAddress } from '../net/address.ts';
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
  /** Steps that the branch passed in its own chain; null where it went several ways there. Undefined: not asked for yet. */
  own: OwnSteps | null | undefined;
}

type OwnSteps = readonly { readonly step: Step; readonly rule: Rule }[];

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
  readonly #beside = new WeakMap<GivenNode, GivenNode | null>();

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
    const { kind, endpoint } = found;
    const order = this.#book.nextOrder();
    const twins = kind === null || isClient(branch, endpoint) ? null : this.#twinsOf(kind);
    for (const list of twins ?? []) {
      const steps = this.#cameAlike(list, branch) ? ownSteps(list, endpoint.chain, walk, result) : null;
      if (steps === null) continue;
      if (list.twins.length === 0) this.#book.speaks(list.endpoint);
      list.twins.push({ endpoint, from: branch, order, steps });
      return null;
    }
    const list: OpenList = { endpoint, from: branch, order, twins: [], own: undefined };
    if (twins !== null && twins.length < PACKETS) twins.push(list);
    return { ...branch, twins: list };
  }

  #twinsOf(kind: number): OpenList[] {
    const lists = this.#lists.get(kind) ?? [];
    this.#lists.set(kind, lists);
    return lists;
  }

  /** Whether the same packet jumps, which rests on the same but for whose lists of clients it is in. */
  #cameAlike({ from }: TwinList, { state, given }: Branch): boolean {
    return from.state === state && this.#besideLists(from.given) === this.#besideLists(given);
  }

  /** What is given but for answers about the endpoints' own lists, which are asked by their own rules alone. */
  #besideLists(newest: GivenNode | null): GivenNode | null {
    const passed: GivenNode[] = [];
    let node = newest;
    while (node?.question.code === 'recent' && this.#kinds.has(node.question.list)) {
      const known = this.#beside.get(node);
      if (known !== undefined) {
        node = known;
        break;
      }
      passed.push(node);
      node = node.before;
    }
    for (const each of passed) this.#beside.set(each, node);
    return node;
  }
}

/** An endpoint that asks itself is like no other. */
function isClient({ state: { source, connection } }: Branch, { address }: EndpointChain): boolean {
  return [source.address, connection?.originalSource.address ?? null].some(
    (client) => client !== null && sameAddress(client, address),
  );
}

/** @returns the steps in the chain of a twin for those that the other passed in its own; null where it went several ways there. */
function ownSteps(
  list: OpenList,
  chainName: string,
  walk: Walk,
  result: WalkResult,
): TwinJump['steps'] | null {
  if (list.own === undefined) list.own = passedInChain(list, result);
  const chain = walk.table.chains.get(chainName);
  const { own } = list;
  if (own === null || chain === undefined) return null;
  return own.map(({ step, rule }) => [step, ruleStep(chain, chain.rules.at(rule.number - 1), walk)]);
}

function passedInChain(list: TwinList, { translated, passed, ended }: WalkResult): OwnSteps | null {
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
