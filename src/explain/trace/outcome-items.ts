import { formatAddress } from '../../net/address.ts';
import type { Outcome } from '../../trace/outcome.ts';
import type { ServiceRef } from '../explanation.ts';
import type { OutcomeItem } from '../trace-list.ts';
import { reasonNote, turnText } from '../words/reason-words.ts';
import type { GivenItems } from './given-items.ts';
import type { Namer } from './namer.ts';
import type { RemarkContext } from './remarks/context.ts';
import { findRemarks } from './remarks/find-remarks.ts';

/** @returns an outcome as the contract prints it, with the name of who answers and what else is known about it. */
export function describeOutcome(
  outcome: Outcome,
  service: ServiceRef | null,
  context: RemarkContext,
): OutcomeItem {
  const { namer, conditions } = context;
  return { ...describeEnd(outcome, service, namer, conditions), remarks: findRemarks(outcome, context) };
}

/**
 * @param conditions of the trace that the outcome is of
 * @returns the same without what else is known about a connection that goes this way
 */
export function describeEnd(
  outcome: Outcome,
  service: ServiceRef | null,
  namer: Namer,
  conditions: GivenItems,
): Omit<OutcomeItem, 'remarks'> {
  const { destination, source, exit } = outcome;
  const address = source.sender.address;
  return {
    probability: outcome.probability,
    given: conditions.list(outcome.given),
    service,
    verdict: outcome.verdict,
    decidedBy: outcome.decidedBy?.id ?? null,
    reason: outcome.reason === null ? null : reasonNote(outcome.reason),
    rejectWith: outcome.rejectWith,
    destination: { address: formatAddress(destination.address), port: destination.port },
    source: {
      address: address === null ? null : formatAddress(address),
      port: source.port,
      rewrite: source.rewrite,
    },
    direction: outcome.path.at(-1)?.state.connection?.direction === 'REPLY' ? 'reply' : 'original',
    exit:
      exit === null
        ? null
        : exit.kind === 'local'
          ? { kind: 'local' }
          : {
              kind: 'interface',
              name: exit.name,
              nextHop: exit.nextHop === null ? null : formatAddress(exit.nextHop),
            },
    endpoint: namer.endpointOf(outcome),
    path: outcome.path.map(({ step }) => step.id),
    connection: null,
    turns: outcome.turns.map(({ after, kind, fact }) => ({ after, kind, text: turnText(fact) })),
  };
}
