import { socketText } from '../../net/socket.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { iptablesRule } from '../../trace/outcome.ts';
import { listed } from '../../words/numbers.ts';
import { hitsOf, onlyService, serviceNames, viaText } from '../affected.ts';
import { proxyLogs } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence, ruleEvidence } from '../evidence.ts';
import { type ExpectedPort, labelOfPort } from '../expected/expected-port.ts';
import type { Evidence, Finding, FindingKind, FindingService } from '../finding.ts';
import { groupBy } from '../group.ts';
import { arrivals } from '../survey/cause.ts';
import type { Deviation } from '../survey/deviation.ts';
import { deletedServices } from './deleted-services.ts';
import { clausesOf, isAboutRanges, rangeClause, rangeRules, rangesLetIn } from './range-clause.ts';
import { type TakenPlaces, takenAway } from './taken-away.ts';

/** The rules are those of an earlier state of the API: kube-proxy stopped, hangs, or cannot write. */
export const staleRules: FindingKind<CheckContext> = {
  code: 'KP102',
  title: 'rules differ from the API',
  find(context): Finding[] {
    const deviations = context.deviationsBy('stale');
    const deleted = deletedServices(context);
    const taken = takenAway(context);
    const names = [
      ...new Set([
        ...serviceNames(deviations.map(({ port }) => port)),
        ...serviceNames(taken),
        ...deleted.map(({ label }) => label),
      ]),
    ];
    if (names.length === 0) return [];
    const byService = groupBy(deviations, ({ port }) => labelOfPort(port));
    return [
      {
        code: 'KP102',
        severity: 'error',
        message:
          (deleted.length === 0 ? oneClause([...byService.values()], taken) : null) ??
          `${allOf(names)}${lettingIn([...byService.values()])}`,
        service: serviceOf(deviations, taken),
        objects: names,
        hits: whoNotices(deviations, taken),
        evidence: [
          ...[...byService.values()].slice(0, SHOWN).flatMap((group) => evidenceFor(group)),
          ...taken.slice(0, SHOWN).flatMap(({ evidence }) => evidence),
          ...deleted.slice(0, SHOWN).map(({ evidence }) => evidence),
          ...more(byService.size, taken.length, deleted.length),
        ],
        advice:
          'see whether kube-proxy runs on this node and what its log says of the last sync; it writes all rules anew when it starts',
        command: proxyLogs(),
        certainty: 'certain',
      },
    ];
  },
};

function allOf(names: readonly string[]): string {
  return `the rules for ${listed(names)} are not what the API says: kube-proxy has not written its latest state on this node`;
}

/** Who gets in that should not is told whatever else is wrong. */
function lettingIn(groups: readonly (readonly Deviation[])[]): string {
  const open = groups.flatMap((group) => {
    const [first, ranges] = [group[0], rangesLetIn(group)];
    return first === undefined || ranges.length === 0
      ? []
      : [`${labelOfPort(first.port)} from ${listed(ranges, 3)}`];
  });
  return open.length === 0 ? '' : `; they let in whom loadBalancerSourceRanges bar: ${listed(open, 5)}`;
}

/** @returns what is wrong, where it is about one Service port; else null. */
function oneClause(groups: readonly (readonly Deviation[])[], taken: readonly TakenPlaces[]): string | null {
  const group = groups.length === 1 ? (groups[0] ?? []) : [];
  const [first] = group;
  const own = first === undefined ? [] : [labelOfPort(first.port)];
  const labels = new Set([...own, ...taken.map(labelOfTaken)]);
  const [label] = labels;
  if (labels.size !== 1 || groups.length > 1 || label === undefined) return null;
  const clauses = [...clausesOf(group, describe), ...taken.map(({ clause }) => clause)];
  return `${label}: ${[...new Set(clauses)].join('; ')}`;
}

function labelOfTaken({ service, port }: TakenPlaces): string {
  return `${service.namespace}/${service.name}${port ? `:${port}` : ''}`;
}

function serviceOf(deviations: readonly Deviation[], taken: readonly TakenPlaces[]): FindingService | null {
  const [one] = taken;
  if (one === undefined) return onlyService(deviations.map(({ port }) => port));
  const { namespace, name } = one.service;
  const labels = new Set([...deviations.map(({ port }) => labelOfPort(port)), ...taken.map(labelOfTaken)]);
  if (serviceNames([...deviations.map(({ port }) => port), ...taken]).length > 1) return null;
  return { namespace, name, port: labels.size === 1 ? one.port || null : null };
}

function whoNotices(deviations: readonly Deviation[], taken: readonly TakenPlaces[]): string {
  const open = taken.some(({ isServed }) => isServed)
    ? ['whoever knows an address or port that was taken away: this node still serves it']
    : taken.length > 0
      ? ['whoever has an address or port now that was taken away: this node still refuses there']
      : [];
  const parts = [...(deviations.length === 0 ? [] : [hitsOf(deviations)]), ...open];
  return parts.length === 0 ? 'clients that still know the address of a deleted Service' : parts.join('; ');
}

/** As many Services as are proven: a node whose kube-proxy stopped long ago may have thousands. */
const SHOWN = 50;

function more(...counts: readonly number[]): Evidence[] {
  const left = counts.reduce((sum, count) => sum + Math.max(0, count - SHOWN), 0);
  return left > 0 ? [factEvidence(`and so for ${left} more`)] : [];
}

/** One clause about the first deviation of a Service port. */
function describe(deviation: Deviation): string {
  const { kind, culprit, way, missing } = deviation;
  const by = `${viaText(way.via)} ${socketText(way.address, way.port)}`;
  if (culprit.kind === 'no-rule') return `no rule for ${by}`;
  if (kind === 'undelivered') return `the rules refuse ${by}, and the API has endpoints for it`;
  if (kind === 'not-refused') {
    const places = arrivals(deviation);
    return places.every((place) => place === socketText(way.address, way.port))
      ? `no rule refuses ${by}, and the API has no endpoint for it`
      : `the rules send ${by} to ${listed(places, 3)}, and the API has no endpoint for it`;
  }
  if (kind === 'untranslated') return `${by} passes untranslated`;
  if (kind === 'masqueraded' || kind === 'not-masqueraded') return sourceClause(deviation, by);
  if (kind === 'uneven') return `the rules do not spread ${by} evenly over its endpoints`;
  const strangers = arrivals(deviation).filter((place) => !isExpected(place, deviation));
  const absent = missing.map(({ address, port }) => socketText(address, port));
  const parts = [
    ...(strangers.length > 0
      ? [`send ${by} to ${listed(strangers, 3)}, ${whyStranger(strangers, deviation)}`]
      : []),
    ...(absent.length > 0 ? [`leave out ${listed(absent, 3)}`] : []),
  ];
  return `the rules ${parts.join(' and ')}`;
}

/** Only the source differs: where policy is Local the endpoint sees the client, else the node. */
function sourceClause({ kind, port, way }: Deviation, by: string): string {
  const done = kind === 'masqueraded' ? 'masquerade' : 'do not masquerade';
  const what = `the rules ${done} what comes by ${by}`;
  const { name, value } = policyOf(port, way);
  const isLocal = value === 'Local';
  return way.via !== 'clusterIP' && isLocal === (kind === 'masqueraded')
    ? `${what}, as they do for ${name} ${isLocal ? 'Cluster' : 'Local'}, and in the API it is ${value}`
    : what;
}

/** The traffic policy that counts for a way in. */
function policyOf(
  { service }: ExpectedPort,
  { via }: Deviation['way'],
): { readonly name: string; readonly value: 'Cluster' | 'Local' } {
  const isInternal = via === 'clusterIP';
  const told = isInternal ? service.internalTrafficPolicy : service.externalTrafficPolicy;
  return {
    name: isInternal ? 'internalTrafficPolicy' : 'externalTrafficPolicy',
    value: told === 'Local' ? 'Local' : 'Cluster',
  };
}

/** Of endpoints that the API has, and that are not to be used. */
function whyStranger(strangers: readonly string[], { port, way }: Deviation): string {
  const own = port.endpoints.filter((each) => strangers.includes(socketText(each.address, each.port)));
  if (own.length < strangers.length) return 'which the API does not name';
  if (own.every(({ ready }) => !ready))
    return `${own.length === 1 ? 'which is' : 'which are'} not ready in the API`;
  const { name, value } = policyOf(port, way);
  return value === 'Local' ? `and ${name} is Local in the API` : 'which the API names, and not for this node';
}

function isExpected(place: string, { expectation }: Deviation): boolean {
  return (
    expectation.kind === 'served' &&
    expectation.endpoints.some(({ address, port }) => socketText(address, port) === place)
  );
}

function evidenceFor(group: readonly Deviation[]): Evidence[] {
  const ranges = rangeClause(group);
  const first = group.find((one) => ranges === null || !isAboutRanges(one));
  const label = group[0] === undefined ? '' : labelOfPort(group[0].port);
  return [
    ...(first === undefined ? [] : evidenceOf(first)),
    ...(ranges === null ? [] : [...rangeRules(group).map(ruleEvidence), factEvidence(`${label}: ${ranges}`)]),
  ];
}

function evidenceOf(first: Deviation): Evidence[] {
  const { culprit, port } = first;
  const rule = first.kind === 'masqueraded' ? (jumpToMark(first) ?? ruleOf(culprit)) : ruleOf(culprit);
  const label = labelOfPort(port);
  return [
    ...(rule === null ? [factEvidence(`${label}: ${describe(first)}`)] : [ruleEvidence(rule)]),
    factEvidence(`${label} in the API: ${endpointsText(port, first)}${leftOut(first)}`),
  ];
}

/** That a rule sets the mark says nothing: which one had it set does. */
function jumpToMark({ outcomes: [first] }: Deviation): ReturnType<typeof iptablesRule> {
  const step = first?.path.find((entry) => entry.step.target === CHAINS.markMasquerade)?.step;
  return step === undefined ? null : iptablesRule(step);
}

function ruleOf(culprit: Deviation['culprit']): Parameters<typeof ruleEvidence>[0] | null {
  if (culprit.kind === 'nft') {
    const { at } = culprit;
    // Of a verdict map with many elements the rule alone says nothing.
    return at?.rule == null ? null : { ...at.rule, text: `${at.chain}: ${at.rule.text}`, counters: null };
  }
  return 'step' in culprit && culprit.step !== null ? iptablesRule(culprit.step) : null;
}

/** Which of the API's endpoints get nothing, where the rules know the Service. */
function leftOut({ missing }: Deviation): string {
  const places = missing.map(({ address, port }) => socketText(address, port));
  return places.length === 0 ? '' : `; the rules leave out ${listed(places)}`;
}

function endpointsText(port: ExpectedPort, deviation: Deviation): string {
  const { name, value } = policyOf(port, deviation.way);
  return `${expectedText(port, deviation)}${value === 'Local' ? ` (${name} Local)` : ''}`;
}

function expectedText(port: ExpectedPort, { expectation }: Deviation): string {
  if (expectation.kind !== 'served') return 'no endpoint for this way in';
  const places = expectation.endpoints.map(({ address, port: number }) => socketText(address, number));
  return places.length === 0 ? `no endpoint of ${labelOfPort(port)}` : listed(places);
}
