import { socketText } from '../../net/socket.js';
import { iptablesRule } from '../../trace/outcome.js';
import { listed } from '../../words/numbers.js';
import { hitsOf, onlyService, serviceNames, viaText } from '../affected.js';
import { proxyLogs } from '../commands.js';
import { factEvidence, ruleEvidence } from '../evidence.js';
import { labelOfPort } from '../expected/expected-port.js';
import { groupBy } from '../group.js';
import { arrivals } from '../survey/cause.js';
import { deletedServices } from './deleted-services.js';
/** The rules are those of an earlier state of the API: kube-proxy stopped, hangs, or cannot write. */
export const staleRules = {
    code: 'KP102',
    title: 'rules differ from the API',
    find(context) {
        const deviations = context.deviationsBy('stale');
        const deleted = deletedServices(context);
        const names = [...serviceNames(deviations.map(({ port }) => port)), ...deleted.map(({ label }) => label)];
        if (names.length === 0)
            return [];
        const byService = groupBy(deviations, ({ port }) => labelOfPort(port));
        const [only] = byService.size === 1 && deleted.length === 0 ? [...byService.values()] : [];
        const what = only?.[0] === undefined
            ? `the rules for ${listed(names)} are not what the API says: kube-proxy has not written its latest state on this node`
            : `${labelOfPort(only[0].port)}: ${describe(only[0])}`;
        return [
            {
                code: 'KP102',
                severity: 'error',
                message: what,
                service: onlyService(deviations.map(({ port }) => port)),
                objects: [...new Set(names)],
                hits: deviations.length === 0
                    ? 'clients that still know the address of a deleted Service'
                    : hitsOf(deviations),
                evidence: [
                    ...[...byService.values()].slice(0, SHOWN).flatMap((group) => evidenceFor(group)),
                    ...deleted.slice(0, SHOWN).map(({ evidence }) => evidence),
                    ...more(byService.size + deleted.length),
                ],
                advice: 'see whether kube-proxy runs on this node and what its log says of the last sync; it writes all rules anew when it starts',
                command: proxyLogs(),
                certainty: 'certain',
            },
        ];
    },
};
/** As many Services as are proven: a node whose kube-proxy stopped long ago may have thousands. */
const SHOWN = 50;
function more(services) {
    return services > SHOWN ? [factEvidence(`and so for ${services - SHOWN} more`)] : [];
}
/** One clause about the first deviation of a Service port. */
function describe(deviation) {
    const { kind, culprit, way, missing } = deviation;
    const by = `${viaText(way.via)} ${socketText(way.address, way.port)}`;
    if (culprit.kind === 'no-rule')
        return `no rule for ${by}`;
    if (kind === 'undelivered')
        return `the rules refuse ${by}, and the API has endpoints for it`;
    if (kind === 'not-refused')
        return `the rules send ${by} to ${listed(arrivals(deviation), 3)}, and the API has no endpoint for it`;
    if (kind === 'untranslated')
        return `${by} passes untranslated`;
    if (kind === 'uneven')
        return `the rules do not spread ${by} evenly over its endpoints`;
    const strangers = arrivals(deviation).filter((place) => !isExpected(place, deviation));
    const absent = missing.map(({ address, port }) => socketText(address, port));
    const parts = [
        ...(strangers.length > 0 ? [`send ${by} to ${listed(strangers, 3)}, which the API does not name`] : []),
        ...(absent.length > 0 ? [`leave out ${listed(absent, 3)}`] : []),
    ];
    return `the rules ${parts.join(' and ')}`;
}
function isExpected(place, { expectation }) {
    return (expectation.kind === 'served' &&
        expectation.endpoints.some(({ address, port }) => socketText(address, port) === place));
}
function evidenceFor(group) {
    const [first] = group;
    if (first === undefined)
        return [];
    const { culprit, port } = first;
    const rule = ruleOf(culprit);
    const label = labelOfPort(port);
    return [
        ...(rule === null ? [factEvidence(`${label}: ${describe(first)}`)] : [ruleEvidence(rule)]),
        factEvidence(`${label} in the API: ${endpointsText(port, first)}${leftOut(first)}`),
    ];
}
function ruleOf(culprit) {
    if (culprit.kind === 'nft') {
        const { at } = culprit;
        // Of a verdict map with many elements the rule alone says nothing.
        return at?.rule == null ? null : { ...at.rule, text: `${at.chain}: ${at.rule.text}`, counters: null };
    }
    return 'step' in culprit && culprit.step !== null ? iptablesRule(culprit.step) : null;
}
/** Which of the API's endpoints get nothing, where the rules know the Service. */
function leftOut({ missing }) {
    const places = missing.map(({ address, port }) => socketText(address, port));
    return places.length === 0 ? '' : `; the rules leave out ${listed(places)}`;
}
function endpointsText(port, { expectation }) {
    if (expectation.kind !== 'served')
        return 'no endpoint for this way in';
    const places = expectation.endpoints.map(({ address, port: number }) => socketText(address, number));
    return places.length === 0 ? `no endpoint of ${labelOfPort(port)}` : listed(places);
}
