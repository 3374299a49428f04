import { type Address, sameAddress } from '../net/address.ts';
import { type Branch, changed, type Ending, type PathNode } from './branch.ts';
import type { TraceContext } from './context.ts';
import { iptablesRule, type Turn } from './outcome.ts';
import type { PacketState } from './state.ts';

/** Below this many ways it takes longer to look for twins than to follow each way. */
const FEW = 100;

/** What became of a way from a hook on, for the ways of its endpoint's twins. */
interface Model {
  readonly from: Branch;
  readonly chain: string;
  readonly endings: readonly Ending[];
  /** What following it took of the budget. */
  readonly cost: number;
}

/**
 * Goes on with ways that came out of a hook. Of those to endpoints that are twins (see `Twins`) the first is followed, and the others
 * are told as it went, with their own endpoint in it: 5,000 endpoints on 50 nodes go 50 ways.
 * @param ended where `follow` puts the ends of a way, and where those of its twins are put, in the order of the ways
 */
export function followTwins(
  ways: readonly Branch[],
  ended: Ending[],
  context: TraceContext,
  follow: (way: Branch) => void,
): void {
  const kinds = kindsOf(ways, context);
  if (kinds === null) {
    for (const way of ways) follow(way);
    return;
  }
  const models = new Map<number, Model | null>();
  for (const [index, way] of ways.entries()) {
    const { kind, chain } = kinds[index] ?? ALONE;
    const model = kind === null ? undefined : models.get(kind);
    const told = model == null ? null : endingsAs(model, way, chain);
    if (model != null && told !== null && context.budget.take(model.cost)) {
      ended.push(...told);
      continue;
    }
    const [first, assumed, used] = [ended.length, context.assumptions.size, context.budget.used()];
    follow(way);
    if (kind === null || model !== undefined) continue;
    const endings = ended.slice(first);
    const assumptions = [...context.assumptions.values()].slice(assumed);
    const cost = context.budget.used() - used;
    const isModel = endings.every((ending) => differsInEndpoint(ending, way)) && !names(assumptions, way);
    models.set(kind, isModel ? { from: way, chain, endings, cost } : null);
  }
}

interface Kind {
  readonly kind: number | null;
  readonly chain: string;
}

const ALONE: Kind = { kind: null, chain: '' };

/** @returns of each way the kind of its endpoint; null where none has twins that are looked for. */
function kindsOf(ways: readonly Branch[], { world, observer }: TraceContext): readonly Kind[] | null {
  // An observer is told every question of every way.
  if (world.twins == null || ways.length < FEW || observer !== undefined) return null;
  const chains = ways.map(sentBy);
  const endpoints = ways.flatMap(({ state: { destination: address } }, index) => {
    const chain = chains[index] ?? null;
    return chain === null ? [] : [{ chain, address }];
  });
  const unique = new Map(endpoints.map((one) => [`${one.chain} ${one.address.value}`, one]));
  if (unique.size < FEW) return null;
  const numbers = world.twins.kindsOf([...unique.values()]);
  const kinds = new Map([...unique.keys()].map((key, index) => [key, numbers[index] ?? null]));
  return ways.map(({ state }, index) => {
    const chain = chains[index] ?? null;
    if (chain === null || isClient(state)) return ALONE;
    return { chain, kind: kinds.get(`${chain} ${state.destination.value}`) ?? null };
  });
}

/** @returns the chain whose rule just gave the packet its destination; null where none did. */
function sentBy({ path }: Branch): string | null {
  for (let node = path; node !== null; node = node.before)
    if (node.entry.step.action === 'dnat') return iptablesRule(node.entry.step)?.chain ?? null;
  return null;
}

/** An endpoint that asks itself is like no other. */
function isClient({ destination, source, connection }: PacketState): boolean {
  const client = connection?.originalSource.address ?? null;
  return [source.address, client].some((address) => address !== null && sameAddress(address, destination));
}

/** Whether the end is told for another endpoint by {@link endingAs}: then nothing of it names the one that was followed. */
function differsInEndpoint(ending: Ending, from: Branch): boolean {
  const { given, probability } = ending.branch;
  if (given !== from.given || probability !== from.probability) return false;
  if (names([ending.reason, ending.exit], from)) return false;
  const nobody = { family: from.state.family, value: -1n };
  const { branch } = endingAs(ending, from, changed(from, { destination: nobody }), new Map());
  const states = new Set([branch.state]);
  for (let node = branch.path; node !== null && node !== from.path; node = node.before)
    states.add(node.entry.state);
  if ([...states].some((state) => names(state, from) || state.recentLists !== from.state.recentLists))
    return false;
  for (let node = branch.turns; node !== null && node !== from.turns; node = node.before)
    if (names(node.turn, from)) return false;
  return true;
}

/** Whether the endpoint's address is anywhere in a value. */
function names(value: unknown, { state: { destination } }: Pick<Branch, 'state'>): boolean {
  return holds(value, destination);
}

function holds(value: unknown, address: Address): boolean {
  if (typeof value === 'bigint') return value === address.value;
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Map) return holds([...value], address);
  return Object.values(value).some((part) => holds(part, address));
}

/** @returns the ends of a model with the endpoint of another way; null where that way came here as another packet. */
function endingsAs(model: Model, way: Branch, chain: string): Ending[] | null {
  const { from } = model;
  if (from.path?.length !== way.path?.length || !cameAlike(model, way.state, chain)) return null;
  const change = new Map<PacketState, PacketState>();
  return model.endings.map((ending) => endingAs(ending, from, way, change));
}

function cameAlike({ from, chain }: Model, state: PacketState, otherChain: string): boolean {
  const { destination, connection, recentLists, ...model } = from.state;
  const { destination: _, connection: otherConnection, recentLists: otherLists, ...other } = state;
  if (!isSame(model, other) || recentLists.length !== otherLists.length) return false;
  const listsAlike = recentLists.every((entry, index) => {
    const twin = otherLists[index];
    if (twin === undefined) return false;
    const isOwn = entry.list === chain && twin.list === otherChain;
    return isSame(isOwn ? { ...entry, list: otherChain } : entry, twin);
  });
  if (!listsAlike) return false;
  if (connection === null || otherConnection === null) return connection === otherConnection;
  if (!sameAddress(connection.replySource, destination)) return false;
  return isSame({ ...connection, replySource: state.destination }, otherConnection);
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Map && b instanceof Map) return isSame([...a], [...b]);
  const [ofA, ofB] = [Object.entries(a), Object.entries(b)];
  return (
    ofA.length === ofB.length &&
    ofA.every(([key, part], index) => ofB[index]?.[0] === key && isSame(part, ofB[index]?.[1]))
  );
}

function endingAs(ending: Ending, from: Branch, way: Branch, told: Map<PacketState, PacketState>): Ending {
  const [was, is] = [from.state.destination, way.state.destination];
  const at = (address: Address): Address => (sameAddress(address, was) ? is : address);
  const stateAs = (state: PacketState): PacketState => {
    const known = told.get(state) ?? withEndpoint(state, from, way, at);
    told.set(state, known);
    return known;
  };
  const entries: PathNode[] = [];
  for (let node = ending.branch.path; node !== null && node !== from.path; node = node.before)
    entries.push(node);
  let { path, turns } = way;
  for (const { entry, length } of entries.reverse())
    path = { entry: { step: entry.step, state: stateAs(entry.state) }, before: path, length };
  const turned: Turn[] = [];
  for (let node = ending.branch.turns; node !== null && node !== from.turns; node = node.before)
    turned.push(node.turn);
  for (const turn of turned.reverse()) turns = { turn: turnAs(turn, at), before: turns };
  const { probability, given } = way;
  const branch: Branch = { state: stateAs(ending.branch.state), probability, path, given, turns };
  return { ...ending, branch, twin: ending };
}

function withEndpoint(
  state: PacketState,
  from: Branch,
  way: Branch,
  at: (address: Address) => Address,
): PacketState {
  const { connection, recentLists } = state;
  return {
    ...state,
    destination: at(state.destination),
    recentLists: recentLists === from.state.recentLists ? way.state.recentLists : recentLists,
    connection: connection && { ...connection, replySource: at(connection.replySource) },
  };
}

function turnAs(turn: Turn, at: (address: Address) => Address): Turn {
  const { fact } = turn;
  switch (fact.fact) {
    case 'routed':
      return {
        ...turn,
        fact: { ...fact, route: { ...fact.route, destination: at(fact.route.destination) } },
      };
    case 'delivered':
    case 'to-loopback':
    case 'bridged':
      return { ...turn, fact: { ...fact, destination: at(fact.destination) } };
    default:
      return turn;
  }
}
