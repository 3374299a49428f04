import { socketText } from '../../net/socket.ts';
import { iptablesRule } from '../../trace/outcome.ts';
import { listed } from '../../words/numbers.ts';
import { hitsOf, onlyService, serviceNames, viaText } from '../affected.ts';
import { proxyLogs } from '../commands.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence, ruleEvidence } from '../evidence.ts';
import { type ExpectedPort, labelOfPort } from '../expected/expected-port.ts';
import type { Evidence, Finding, FindingKind } from '../finding.ts';
import { groupBy } from '../group.ts';
import { arrivals } from '../survey/cause.ts';
import type { Deviation } from '../survey/deviation.ts';
import { deletedServices } from './deleted-services.ts';

/** The rules are those of an earlier state of the API: kube-proxy stopped, hangs, or cannot write. */
export const staleRules: FindingKind<CheckContext> = {
  code: 'KP102',
  title: 'rules differ from the API',
  find(context): Finding[] {
    const deviations = context.deviationsBy('stale');
    const deleted = deletedServices(context);
    const names = [...serviceNames(deviations.map(({ port }) => port)), ...deleted.map(({ label }) => label)];
    if (names.length === 0) return [];
    const byService = groupBy(deviations, ({ port }) => labelOfPort(port));
    const [only] = byService.size === 1 && deleted.length === 0 ? [...byService.values()] : [];
    const what =
      only?.[0] === undefined
        ? `the rules for ${listed(names)} are not what the API says: kube-proxy has not written its latest state on this node`
        : `${labelOfPort(only[0].port)}: ${describe(only[0])}`;
    return [
      {
        code: 'KP102',
        severity: 'error',
        message: what,
        service: onlyService(deviations.map(({ port }) => port)),
        objects: [...new Set(names)],
        hits:
          deviations.length === 0
            ? 'clients that still know the address of a deleted Service'
            : hitsOf(deviations),
        evidence: [
          ...[...byService.values()].slice(0, SHOWN).flatMap((group) => evidenceFor(group)),
          ...deleted.slice(0, SHOWN).map(({ evidence }) => evidence),
          ...more(byService.size + deleted.length),
        ],
        advice:
          'see whether kube-proxy runs on this node and what its log says of the last sync; it writes all rules anew when it starts',
        command: proxyLogs(),
        certainty: 'certain',
      },
    ];
  },
};

/** As many Services as are proven: a node whose kube-proxy stopped long ago may have thousands. */
const SHOWN = 50;

function more(services: number): Evidence[] {
  return services > SHOWN ? [factEvidence(`and so for ${services - SHOWN} more`)] : [];
}

/** One clause about the first deviation of a Service port. */
function describe(deviation: Deviation): string {
  const { kind, culprit, way, missing } = deviation;
  const by = `${viaText(way.via)} ${socketText(way.address, way.port)}`;
  if (culprit.kind === 'no-rule') return `no rule for ${by}`;
  if (kind === 'undelivered') return `the rules refuse ${by}, and the API has endpoints for it`;
  if (kind === 'not-refused')
    return `the rules send ${by} to ${listed(arrivals(deviation), 3)}, and the API has no endpoint for it`;
  if (kind === 'untranslated') return `${by} passes untranslated`;
  if (kind === 'uneven') return `the rules do not spread ${by} evenly over its endpoints`;
  const strangers = arrivals(deviation).filter((place) => !isExpected(place, deviation));
  const absent = missing.map(({ address, port }) => socketText(address, port));
  const parts = [
    ...(strangers.length > 0 ? [`send ${by} to ${listed(strangers, 3)}, which the API does not name`] : []),
    ...(absent.length > 0 ? [`leave out ${listed(absent, 3)}`] : []),
  ];
  return `the rules ${parts.join(' and ')}`;
}

function isExpected(place: string, { expectation }: Deviation): boolean {
  return (
    expectation.kind === 'served' &&
    expectation.endpoints.some(({ address, port }) => socketText(address, port) === place)
  );
}

function evidenceFor(group: readonly Deviation[]): Evidence[] {
  const [first] = group;
  if (first === undefined) return [];
  const { culprit, port } = first;
  const rule = ruleOf(culprit);
  const label = labelOfPort(port);
  return [
    ...(rule === null ? [factEvidence(`${label}: ${describe(first)}`)] : [ruleEvidence(rule)]),
    factEvidence(`${label} in the API: ${endpointsText(port, first)}${leftOut(first)}`),
  ];
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

function endpointsText(port: ExpectedPort, { expectation }: Deviation): string {
  if (expectation.kind !== 'served') return 'no endpoint for this way in';
  const places = expectation.endpoints.map(({ address, port: number }) => socketText(address, number));
  return places.length === 0 ? `no endpoint of ${labelOfPort(port)}` : listed(places);
}
