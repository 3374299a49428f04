import { sameAddress } from '../../../net/address.js';
import { placeText, stepText } from '../../../trace/place.js';
/** @returns true where NAT changed where the packet goes. */
export function isTranslated({ destination }, { packet }) {
    return !sameAddress(destination.address, packet.destination) || destination.port !== packet.destinationPort;
}
/** @returns the rule that rewrote the destination; null where none did, or where a known flow did. */
export function translatedBy({ path }) {
    const entry = path.findLast(({ step }) => ['dnat', 'redirect', 'netmap'].includes(step.action));
    return entry?.step ?? null;
}
/** @returns the steps of one table at one hook, in the order in which the packet met them. */
export function stepsAt(outcome, table, hook) {
    return outcome.path.flatMap(({ step }) => (step.table === table && step.hook === hook ? [step] : []));
}
/** @returns `nat PREROUTING rule 3`, `the policy of filter FORWARD`. */
export function placeOf(step) {
    if (step.event === 'balanced')
        return placeText(step);
    return step.rule === null ? `the policy of ${placeText(step)}` : stepText(step);
}
/** @returns true for a step that goes on in the chain. */
export function leadsTo(step, chain) {
    return (step.action === 'jump' || step.action === 'goto') && step.target === chain;
}
