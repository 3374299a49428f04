import { formatAddress } from '../../net/address.ts';
import type { Outcome, Trace } from '../../trace/outcome.ts';
import type { Known } from '../question/question.ts';
import { choosingStep, translatedBy } from './remarks/path-facts.ts';

/**
 * @param others whether further nodes were captured: what those do with two endpoints that this node treats alike is not compared
 * @returns for each outcome another one before it that is told alike, but for who answers; null where there is none
 */
export function twinOutcomes({ outcomes }: Trace, known: Known, others: boolean): (Outcome | null)[] {
  const isComparable = !others && tellsOfNobody(known);
  return outcomes.map(({ twin }) => (twin === undefined || !isComparable ? null : (outcomes[twin] ?? null)));
}

/** The API tells endpoints apart: by their nodes, zones and conditions. */
function tellsOfNobody({ cluster, cilium = null, sockets = null }: Known): boolean {
  const { services, endpoints, pods, nodes, seen } = cluster;
  return [services, endpoints, pods, nodes, seen ?? null, cilium, sockets].every((one) => one === null);
}

/** @returns whether a sentence about an outcome holds for its twins: it names neither the endpoint nor the rules that lead there. */
export function isOfTwins(text: string, outcome: Outcome): boolean {
  const chosen = choosingStep(outcome);
  const own = [
    formatAddress(outcome.destination.address),
    translatedBy(outcome)?.chain ?? '',
    chosen?.rule == null ? '' : `rule ${chosen.rule.number}`,
  ];
  return !own.some((name) => name !== '' && text.includes(name));
}
