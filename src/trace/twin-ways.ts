import { type Address, sameAddress } from '../net/address.ts';
import {
  type Branch,
  type Ending,
  entriesOf,
  type Folded,
  type TurnNode,
  type TwinJump,
  type TwinList,
} from './branch.ts';
import type { Passing, PathEntry, Step, Turn } from './outcome.ts';
import type { PacketState } from './state.ts';
import type { EndpointChain } from './twins.ts';

/**
 * Adds the ways that were not followed to those that were.
 * @param endings of ways that came to one place by jumps to endpoints, one after the other
 * @returns all, in the order of their jumps; null where what became of one tells more of its endpoint than can be told of its twins
 */
export function withTwins(endings: readonly Ending[]): readonly Ending[] | null {
  const all: Ending[] = [];
  const orders: number[] = [];
  // A way that jumped to none of the endpoints is put behind those before it and their twins: as a rule it fell through the whole choice.
  let last = -1;
  for (const ending of endings) {
    const list = ending.branch.twins;
    orders.push(list?.order ?? last);
    last = Math.max(last, list?.order ?? last, list?.twins.at(-1)?.order ?? last);
    all.push(ending);
    if (list === null || list.twins.length === 0) continue;
    if (!differsInEndpoint(ending, list)) return null;
    const rest = entriesSince(ending, list);
    const { verdict, reason, rejectWith, exit } = ending;
    for (const jump of list.twins) {
      const folded: Folded = { of: ending, list, jump, rest };
      orders.push(jump.order);
      all.push({ branch: jump.from, verdict, reason, rejectWith, exit, folded });
    }
  }
  return inOrder(all, orders);
}

/** @returns endings by the numbers that stand at their places; those of one number as they come. */
function inOrder(endings: readonly Ending[], orders: readonly number[]): readonly Ending[] {
  const places = [...orders.keys()].sort((a, b) => (orders[a] ?? 0) - (orders[b] ?? 0));
  return places.flatMap((place) => endings[place] ?? []);
}

/** Whether the end can be told of another endpoint: then nothing of it names the one that was followed. */
function differsInEndpoint(ending: Ending, list: TwinList): boolean {
  const { from, endpoint } = list;
  const { given, probability } = ending.branch;
  if (given !== from.given || probability !== from.probability) return false;
  // Whether a refusal can be sent is looked for where all ends are known (`unlessUnsent`).
  if (ending.verdict === 'reject' || names([ending.reason, ending.exit], endpoint)) return false;
  const nobody = { chain: '', address: { family: from.state.family, value: -1n } };
  const jump: TwinJump = { from, order: list.order, endpoint: nobody, steps: [] };
  const { branch } = unfolded({
    ...ending,
    branch: from,
    folded: { of: ending, list, jump, rest: entriesSince(ending, list) },
  });
  const states = new Set([branch.state]);
  for (let node = branch.path; node !== null && node !== from.path; node = node.before)
    states.add(node.entry.state);
  if ([...states].some((state) => names(state, endpoint))) return false;
  for (let node = branch.turns; node !== null && node !== from.turns; node = node.before)
    if (names(node.turn, endpoint)) return false;
  return true;
}

/** @returns whether an endpoint's address, or its chain, is anywhere in a value. */
export function names(value: unknown, endpoint: EndpointChain): boolean {
  if (typeof value === 'bigint') return value === endpoint.address.value;
  if (typeof value === 'string') return value.includes(endpoint.chain);
  if (typeof value !== 'object' || value === null) return false;
  const parts = value instanceof Map ? [...value] : Object.values(value);
  return parts.some((part) => names(part, endpoint));
}

/** @returns an ending written out, with its own endpoint in what became of its twin. */
export function unfolded(ending: Ending): Ending {
  if (ending.folded === undefined) return ending;
  const { folded, branch: way, ...end } = ending;
  const { of, list, jump, rest } = folded;
  const told = new Map<PacketState, PacketState>();
  const stateAs = (state: PacketState): PacketState => {
    const known = told.get(state) ?? withEndpoint(state, list.endpoint, jump.endpoint);
    told.set(state, known);
    return known;
  };
  let { path } = way;
  for (const { step, state } of rest) {
    const entry = { step: stepAs(step, folded), state: stateAs(state) };
    path = { entry, before: path, length: (path?.length ?? 0) + 1 };
  }
  const { probability, given } = way;
  const branch: Branch = {
    state: stateAs(of.branch.state),
    probability,
    path,
    given,
    turns: turnsOf(way, folded),
    twins: null,
  };
  return { ...end, branch };
}

/** @returns what a folded way leads past since its jump, oldest first: as many steps as its twin. */
export function twinEntries(folded: Folded): Passing['path'] {
  return folded.rest.map((entry) => {
    const step = stepAs(entry.step, folded);
    return step === entry.step ? entry : { step };
  });
}

function entriesSince({ branch }: Ending, { from }: TwinList): PathEntry[] {
  return entriesOf(branch.path).slice(from.path?.length ?? 0);
}

/** @returns what a jump leads past for a step that its twin passed. */
export function stepAs(step: Step, { list, jump }: Pick<Folded, 'list' | 'jump'>): Step {
  const place = list.own?.findIndex((own) => own.step === step) ?? -1;
  return jump.steps[place] ?? step;
}

/** @returns the turns of a folded way, newest first. */
export function turnsOf(way: Branch, { of, list, jump }: Folded): TurnNode | null {
  const at = addressAs(list.endpoint, jump.endpoint);
  const turned: Turn[] = [];
  for (let node = of.branch.turns; node !== null && node !== list.from.turns; node = node.before)
    turned.push(node.turn);
  let { turns } = way;
  for (const turn of turned.reverse()) turns = { turn: turnAs(turn, at), before: turns };
  return turns;
}

/** @returns where the packet of a folded way goes in the end. */
export function destinationOf({ of, list, jump }: Folded): Address {
  return addressAs(list.endpoint, jump.endpoint)(of.branch.state.destination);
}

function addressAs(was: EndpointChain, is: EndpointChain): (address: Address) => Address {
  return (address) => (sameAddress(address, was.address) ? is.address : address);
}

function withEndpoint(state: PacketState, was: EndpointChain, is: EndpointChain): PacketState {
  const at = addressAs(was, is);
  const { connection, recentLists } = state;
  return {
    ...state,
    destination: at(state.destination),
    recentLists: recentLists.map((one) => (one.list === was.chain ? { ...one, list: is.chain } : one)),
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
