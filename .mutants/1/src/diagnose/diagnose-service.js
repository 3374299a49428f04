import { explainTrace } from '../explain/explain-trace.js';
import { readDestination } from '../explain/question/destination.js';
import { CheckContext } from '../findings/context.js';
import { namedObjects } from '../findings/named-objects.js';
import { apiFacts, behind } from './api-facts.js';
import { findCauses } from './find-causes.js';
import { focused } from './focused.js';
import { sharesOf, verdictOf } from './shares.js';
import { subjectOf, waysTo } from './ways.js';
/**
 * Answers `why`: asks every way into one Service port, and says why those that do not work do not.
 * @throws QuestionError where the question names nothing that is known
 */
export function diagnoseService(question, input) {
    const { known } = input;
    const destination = readDestination(question, known);
    const subject = subjectOf(destination, known);
    const traced = waysTo(question, destination, subject).flatMap((way) => explainTrace(way.question, known)
        .filter(({ insteadOf }) => insteadOf === undefined)
        .map((item) => ({ item, via: way.via })));
    const items = traced.map(({ item }) => item);
    const ways = traced.map(({ item, via }) => {
        const { address, port } = item.packet.destination;
        // A client that loadBalancerSourceRanges let in stands for those outside.
        const vantage = question.from === null && item.vantage === 'given' ? 'external' : item.vantage;
        return { vantage, from: item.from, to: { address, port }, via, shares: sharesOf(item) };
    });
    const service = subject.service ?? items.find((item) => item.service !== null)?.service ?? null;
    const asked = { ...subject, service };
    const context = new CheckContext(focused(input, asked, items));
    const causes = findCauses(items, asked, context);
    const answer = {
        asked: question.destination,
        service,
        protocol: items[0]?.packet.protocol ?? '',
        verdict: overall(ways, causes),
        works: {
            pod: worst(ways, 'pod'),
            node: worst(ways, 'node'),
            external: worst(ways, 'external'),
            given: worst(ways, 'given'),
        },
        ways,
        api: apiFacts(subject, behind(subject, known.cluster)),
        notes: destination.chosen === null ? [] : [destination.chosen],
        causes,
    };
    return { answer, items };
}
/** Of several ways the one by which least works. */
function worst(ways, vantage) {
    const own = ways.filter((way) => way.vantage === vantage).map(({ shares }) => shares);
    return own.reduce((least, each) => (least === null || each.works < least.works ? each : least), null);
}
/** An error of the Service's own breaks traffic that none of the ways stands for: old flows, a pod that asks itself. */
function overall(ways, causes) {
    const verdicts = ways.map(({ shares }) => verdictOf(shares));
    const isOwn = ({ severity, explains, objects }) => severity === 'error' && (explains || namedObjects(objects).length > 0);
    if (verdicts.includes('broken') || causes.some(isOwn))
        return 'broken';
    return verdicts.length === 0 || verdicts.includes('unknown') ? 'unknown' : 'works';
}
