import { findRoute, type RouteAnswer } from '../host/find-route.ts';
import { isListed } from '../host/listed-tables.ts';
import type { Address, Family } from '../net/address.ts';
import type { NumberSet } from '../rules/value-set.ts';
import { answered, answeredBy, type Branch } from './branch.ts';
import { assume, type TraceContext } from './context.ts';
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
  branch: Branch,
  context: TraceContext,
  source: Address | null,
  inInterface: string | null,
): RouteAnswer {
  const { state } = branch;
  const answer = findRoute(context.world.host, {
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
  return takenAsOthers(branch, answer, context);
}

/** Where nothing but the node's addresses is missing, the routes to other machines count, and the rest is taken for granted. */
function takenAsOthers(branch: Branch, answer: RouteAnswer, context: TraceContext): RouteAnswer {
  const { family, connection, destination, destinationLocal } = branch.state;
  if (answer.kind === 'unknown') {
    if (answer.unlessOwn === undefined) return answer;
    // One assumption for all endpoints.
    const address = connection?.dnat === true ? null : destination;
    if (destinationLocal !== false) assume(context, { code: 'destination-not-local', address });
    return takenAsOthers(branch, answer.unlessOwn, context);
  }
  if (answer.kind === 'route' && answer.table === 'local') return answer;
  const { host } = context.world;
  if (answer.kind === 'route' && answer.route?.firstHopAlone === true)
    assume(context, { code: 'first-hop-alone', destination: answer.route.destination });
  if (host.policyRules[family] === null) assume(context, { code: 'policy-rules', family });
  if (answer.kind === 'no-route' && !isListed(host, family, 'default'))
    assume(context, { code: 'default-table', family });
  return answer;
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
  if (answer.kind !== 'unknown' || answer.byMark === undefined)
    return [{ branch, answer: takenAsOthers(branch, answer, context) }];
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
