import { findRoute, type RouteAnswer } from '../host/find-route.ts';
import type { Address, Family } from '../net/address.ts';
import type { NumberSet } from '../rules/value-set.ts';
import { answered, answeredBy, type Branch } from './branch.ts';
import type { TraceContext } from './context.ts';
import { askMark } from './packet-mark.ts';
import { knownTos } from './state.ts';

/** What routing sees of a socket that is not bound to an address. */
export const UNBOUND: Readonly<Record<Family, Address>> = {
  ipv4: { family: 'ipv4', value: 0n },
  ipv6: { family: 'ipv6', value: 0n },
};

/**
 * @param source null where it is not known, {@link UNBOUND} where it is not chosen yet
 * @param inInterface `lo` for a packet of the node
 * @returns what the node's routing says of the packet as it is now.
 */
export function lookUp(
  { state }: Branch,
  context: TraceContext,
  source: Address | null,
  inInterface: string | null,
): RouteAnswer {
  return findRoute(context.world.host, {
    family: state.family,
    destination: state.destination,
    source,
    mark: state.mark,
    inInterface,
    outInterface: null,
    protocol: state.protocol,
    sourcePort: state.sourcePort,
    destinationPort: state.destinationPort,
    uid: null,
    ...knownTos(state),
  });
}

/** A branch, and the route that it has. */
export interface Way {
  readonly branch: Branch;
  readonly answer: RouteAnswer;
}

/**
 * The same where policy rules ask for a mark that is not known: one way for each answer, which rules that ask for it too share.
 */
export function lookUpWays(
  branch: Branch,
  context: TraceContext,
  source: Address | null,
  inInterface: string | null,
): Way[] {
  return byMark(branch, lookUp(branch, context, source, inInterface), context);
}

function byMark(branch: Branch, answer: RouteAnswer, context: TraceContext): Way[] {
  if (answer.kind !== 'unknown' || answer.byMark === undefined) return [{ branch, answer }];
  const { value, mask, fits, differs } = answer.byMark;
  const set: NumberSet = { kind: 'masked', value, mask };
  const way = (at: Branch, held: boolean): Way[] => byMark(at, held ? fits : differs, context);
  const question = askMark(branch.state, set);
  if (typeof question === 'string') return way(branch, question === 'yes');
  const held = answered(branch, question);
  if (held !== null) return way(branch, held);
  context.questions.met(question, branch.probability);
  return [true, false].flatMap((fit) => way(answeredBy(branch, question, fit), fit));
}
