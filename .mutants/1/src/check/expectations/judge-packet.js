import { decidedStep } from '../../explain/trace/decided-step.js';
import { rulesMissingOf } from '../../explain/trace/remarks/rules-missing.js';
import { socketText } from '../../net/socket.js';
/**
 * Compares what happens to a packet with what must happen. Every way that the packet can take must agree: where the capture
 * leaves something open, that holds for each possibility.
 * @returns what differs, one clause each; empty where the expectation holds
 */
export function judgePacket(expected, item) {
    const { outcomes, steps } = item;
    return [
        ...judgeVerdict(expected, outcomes, steps),
        ...judgeEndpoints(expected, outcomes),
        ...judgeMasquerade(expected, outcomes),
        ...expected.through.flatMap((chain) => {
            const past = outcomes.filter((outcome) => !passes(outcome, steps, chain));
            return past.length === 0 ? [] : [`${waysText(past, outcomes)} past chain ${chain}`];
        }),
        ...expected.notThrough.flatMap((chain) => {
            const through = outcomes.filter((outcome) => passes(outcome, steps, chain));
            return through.length === 0 ? [] : [`${waysText(through, outcomes)} through chain ${chain}`];
        }),
    ];
}
function judgeVerdict({ verdict }, outcomes, steps) {
    if (verdict === null)
        return [];
    const [first] = outcomes.filter((outcome) => outcome.verdict !== verdict);
    if (first === undefined) {
        const open = outcomes.flatMap(({ remarks }) => rulesMissingOf(remarks)?.text ?? [])[0];
        return open === undefined ? [] : [`verdict is ${verdict} as far as was captured, but ${open}`];
    }
    const decided = decidedStep(first, steps);
    const by = decided === undefined
        ? (first.reason?.text ?? '')
        : `${decided.table} ${decided.chain}${decided.rule === null ? ` ${decided.action === 'return' ? 'end' : 'policy'}` : ` rule ${decided.rule}`}`;
    const given = first.given.length === 0 ? '' : `, if ${first.given.map(({ text }) => text).join(' and ')}`;
    return [`verdict is ${first.verdict}, not ${verdict}${by === '' ? '' : ` (by ${by})`}${given}`];
}
function judgeEndpoints({ endpoints }, outcomes) {
    if (endpoints === null)
        return [];
    const reached = outcomes.filter(({ verdict }) => verdict === 'accept');
    const strangers = reached.filter((outcome) => !endpoints.some((name) => isNamed(name, outcome)));
    const missing = endpoints.filter((name) => !reached.some((outcome) => isNamed(name, outcome)));
    const places = [...new Set(strangers.map(placeOf))];
    return [
        ...(places.length === 0 ? [] : [`also goes to ${listOf(places)}`]),
        ...(missing.length === 0 ? [] : [`does not go to ${listOf(missing)}`]),
    ];
}
function isNamed(name, outcome) {
    const { endpoint } = outcome;
    if (name === placeOf(outcome))
        return true;
    return endpoint !== null && endpoint.pod !== null && name === `${endpoint.namespace}/${endpoint.pod}`;
}
/** @returns `address:port`, `[address]:port` for IPv6. */
export function placeOf({ destination: { address, port } }) {
    return socketText(address, port);
}
function judgeMasquerade({ masquerade }, outcomes) {
    if (masquerade === null)
        return [];
    const wrong = outcomes.filter(({ verdict, source }) => verdict === 'accept' && (source.rewrite !== 'none') !== masquerade);
    if (wrong.length === 0)
        return [];
    const places = listOf([...new Set(wrong.map(placeOf))]);
    return [
        masquerade ? `is not masqueraded on the way to ${places}` : `is masqueraded on the way to ${places}`,
    ];
}
function passes({ path }, steps, chain) {
    return path.some((id) => steps[id]?.chain === chain || steps.find((step) => step.id === id)?.target === chain);
}
function waysText(some, all) {
    return some.length === all.length ? 'goes' : `goes, on ${some.length} of ${all.length} ways,`;
}
function listOf(names) {
    return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
}
