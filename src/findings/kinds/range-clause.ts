import type { Rule } from '../../iptables/ruleset.ts';
import { formatPrefix } from '../../net/prefix.ts';
import { socketText } from '../../net/socket.ts';
import { hasRole } from '../../proxy/chains.ts';
import { iptablesRule } from '../../trace/outcome.ts';
import { listed } from '../../words/numbers.ts';
import { viaText } from '../affected.ts';
import { sourceRangesOf } from '../expected/ways.ts';
import type { Deviation } from '../survey/deviation.ts';

/** @returns true where the rules and loadBalancerSourceRanges differ about a client. */
export function isOfRange({ client }: Deviation): boolean {
  return client.range !== undefined;
}

/**
 * @param deviations of one Service port
 * @returns whom the rules let in and whom they refuse against loadBalancerSourceRanges; null where that is not what differs
 */
export function rangeClause(deviations: readonly Deviation[]): string | null {
  const of = deviations.filter(isOfRange);
  const [first] = of;
  if (first === undefined) return null;
  const letIn = rangesOf(of.filter(({ kind }) => kind === 'not-refused'));
  const refused = rangesOf(of.filter(({ kind }) => kind !== 'not-refused'));
  const { port, way } = first;
  const api = sourceRangesOf(port).map(formatPrefix);
  const parts = [
    ...(letIn.length > 0 ? [`let in ${listed(letIn, 4)}`] : []),
    ...(refused.length > 0 ? [`refuse ${listed(refused, 4)}`] : []),
  ];
  const asked =
    api.length === 0
      ? 'has no loadBalancerSourceRanges and admits all'
      : `admits ${listed(api, 4)} alone (loadBalancerSourceRanges)`;
  return `at ${viaText(way.via)} ${socketText(way.address, way.port)} the rules ${parts.join(' and ')}; the API ${asked}`;
}

/** @returns the ranges that the rules let in and the API bars, each once. */
export function rangesLetIn(deviations: readonly Deviation[]): string[] {
  return rangesOf(deviations.filter(({ kind }) => kind === 'not-refused'));
}

function rangesOf(deviations: readonly Deviation[]): string[] {
  return [...new Set(deviations.flatMap(({ client: { range } }) => range ?? []))];
}

/**
 * @param describe tells one deviation
 * @returns what is wrong with one Service port: what differs beside source ranges, by its first deviation, and the ranges
 */
export function clausesOf(deviations: readonly Deviation[], describe: (one: Deviation) => string): string[] {
  const ranges = rangeClause(deviations);
  const first = deviations.find((one) => ranges === null || !isAboutRanges(one));
  return [...(first === undefined ? [] : [describe(first)]), ...(ranges === null ? [] : [ranges])];
}

/** @returns true where the deviation is that a load balancer's address takes somebody, or does not: what ranges decide. */
export function isAboutRanges({ way, kind, culprit }: Deviation): boolean {
  return (
    way.via === 'loadBalancerIP' &&
    culprit.kind !== 'no-rule' &&
    (kind === 'not-refused' || kind === 'undelivered' || kind === 'untranslated')
  );
}

/** @returns rules of iptables mode that let in whom the API's ranges bar, or that refuse whom they admit. */
export function rangeRules(deviations: readonly Deviation[]): Rule[] {
  const found = deviations.filter(isOfRange).flatMap(({ kind, culprit, outcomes: [first] }) => {
    const asks = first?.path.find(({ step }) => hasRole(step.chain, 'source-ranges') && step.target !== null);
    const step = kind === 'not-refused' ? asks?.step : 'step' in culprit ? culprit.step : undefined;
    return step == null ? [] : (iptablesRule(step) ?? []);
  });
  return [...new Set(found)].slice(0, 4);
}
