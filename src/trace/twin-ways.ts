import { type Address, sameAddress } from '../net/address.ts';
import { type Branch, changed, type Ending, type PathNode, type TurnNode } from './branch.ts';
import type { TraceContext } from './context.ts';
import { iptablesRule, type Turn } from './outcome.ts';
import type { Connection, PacketState } from './state.ts';

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
    if (model != null && cameAlike(model, way, chain) && context.budget.take(model.cost)) {
      const { endings, from } = model;
      const folded = endings.map((of): Ending => ({ ...of, branch: way, folded: { of, from } }));
      ended.push(...(context.folded ? folded : folded.map(unfolded)));
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

/** Whether the end can be told for another endpoint: then nothing of it names the one that was followed. */
function differsInEndpoint(ending: Ending, from: Branch): boolean {
  const { given, probability } = ending.branch;
  if (given !== from.given || probability !== from.probability) return false;
  // What a node may not be able to send is looked for once all ends are known (`unlessUnsent`).
  if (ending.verdict === 'reject' || names([ending.reason, ending.exit], from)) return false;
  const nobody = changed(from, { destination: { family: from.state.family, value: -1n } });
  const { branch } = unfolded({ ...ending, branch: nobody, folded: { of: ending, from } });
  const states = new Set([branch.state]);
  for (let node = branch.path; node !== null && node !== from.path; node = node.before)
    states.add(node.entry.state);
  for (const state of states)
    if (names(state, from) || state.recentLists !== from.state.recentLists) return false;
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

/** Whether another way came here as the same packet, but for its endpoint and that one's own list of clients. */
function cameAlike({ from, chain }: Model, { path, state }: Branch, otherChain: string): boolean {
  const { destination, connection, recentLists } = from.state;
  if (from.path?.length !== path?.length || recentLists.length !== state.recentLists.length) return false;
  if (!isSame(from.state, state, OF_ENDPOINT)) return false;
  for (const [index, entry] of recentLists.entries()) {
    const other = state.recentLists[index];
    const isOwn = entry.list === chain && other?.list === otherChain;
    if (!isSame(isOwn ? { ...entry, list: otherChain } : entry, other)) return false;
  }
  if (connection === null || state.connection === null) return connection === state.connection;
  return (
    sameAddress(connection.replySource, destination) &&
    sameAddress(state.connection.replySource, state.destination) &&
    isSame(connection, state.connection, OF_ENDPOINT)
  );
}

/** What is compared by itself. */
const OF_ENDPOINT: ReadonlySet<string> = new Set<keyof PacketState | keyof Connection>([
  'destination',
  'replySource',
  'recentLists',
  'connection',
]);

function isSame(a: unknown, b: unknown, but: ReadonlySet<string> = NOTHING): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Map || b instanceof Map)
    return a instanceof Map && b instanceof Map && isSame([...a], [...b]);
  const [ofA, ofB]: Readonly<Record<string, unknown>>[] = [{ ...a }, { ...b }];
  if (ofA === undefined || ofB === undefined) return false;
  for (const key in ofA)
    if (ofA[key] !== ofB[key] && !but.has(key) && !isSame(ofA[key], ofB[key])) return false;
  return Object.keys(ofA).length === Object.keys(ofB).length;
}

const NOTHING: ReadonlySet<string> = new Set();

/** @returns an ending written out, with its own endpoint in what became of its twin. */
export function unfolded(ending: Ending): Ending {
  if (ending.folded === undefined) return ending;
  const { folded, branch: way, ...end } = ending;
  const { of, from } = folded;
  const at = endpointAs(from, way);
  const told = new Map<PacketState, PacketState>();
  const stateAs = (state: PacketState): PacketState => {
    const known = told.get(state) ?? withEndpoint(state, from, way, at);
    told.set(state, known);
    return known;
  };
  const entries: PathNode[] = [];
  for (let node = of.branch.path; node !== null && node !== from.path; node = node.before) entries.push(node);
  let { path } = way;
  for (const { entry, length } of entries.reverse())
    path = { entry: { step: entry.step, state: stateAs(entry.state) }, before: path, length };
  const { probability, given } = way;
  const turns = turnsAs(ending);
  return { ...end, branch: { state: stateAs(of.branch.state), probability, path, given, turns } };
}

/** @returns the turns of a folded ending. */
export function turnsAs({ branch: way, folded }: Ending): TurnNode | null {
  if (folded === undefined) return way.turns;
  const at = endpointAs(folded.from, way);
  const turned: Turn[] = [];
  for (let node = folded.of.branch.turns; node !== null && node !== folded.from.turns; node = node.before)
    turned.push(node.turn);
  let { turns } = way;
  for (const turn of turned.reverse()) turns = { turn: turnAs(turn, at), before: turns };
  return turns;
}

/** @returns what puts the endpoint of one way in the place of another's. */
export function endpointAs(from: Branch, way: Branch): (address: Address) => Address {
  const [was, is] = [from.state.destination, way.state.destination];
  return (address) => (sameAddress(address, was) ? is : address);
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
