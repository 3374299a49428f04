import { decidedStep } from '../explain/trace/decided-step.js';
import { findingService } from '../findings/affected.js';
import { isKubeProxyTable } from '../proxy/nft-roles.js';
import { ownerOf } from '../proxy/owners.js';
import { isSure } from './shares.js';
/** @returns true for an outcome in which a rule of Kubernetes refuses, as it should where there is no endpoint. */
export function isRefusal(outcome, { steps }) {
    const { verdict } = outcome;
    const step = decidedStep(outcome, steps);
    if (step === undefined || (verdict !== 'reject' && verdict !== 'drop'))
        return false;
    if (step.backend === 'nft')
        return isKubeProxyTable({ family: step.family ?? '', name: step.table });
    const owner = ownerOf(step.chain);
    return owner === 'kube-proxy' || owner === 'kubelet';
}
/**
 * @returns the cause that the trace alone knows for an outcome that does not work; null where it knows none. It is an error
 *   only where the outcome does not hang on what the capture leaves open.
 */
export function causeOfOutcome(outcome, item) {
    const { verdict, remarks, reason } = outcome;
    const sure = isSure(outcome, item);
    const atWorst = (severity) => (severity === 'error' && !sure ? 'warning' : severity);
    if (verdict === 'accept') {
        const [worst] = remarks;
        if (worst === undefined || worst.effect === 'none')
            return null;
        return cause(worst.code, atWorst(SEVERITIES[worst.effect]), worst.text, [], worst.settle, item);
    }
    if (reason !== null) {
        const severity = atWorst(verdict === 'unknown' ? 'warning' : 'error');
        return cause(reason.code, severity, reason.text, [], reason.settle, item);
    }
    const step = decidedStep(outcome, item.steps);
    if (step === undefined)
        return null;
    const does = sure ? VERBS[verdict] : MAY[verdict];
    const message = `${placeText(step)} ${does} packets from ${item.from}`;
    const code = verdict === 'drop' ? 'dropped' : 'rejected';
    return cause(code, atWorst('error'), message, evidenceOf(step), null, item);
}
const SEVERITIES = {
    breaks: 'error',
    'may-break': 'warning',
    none: 'info',
};
const VERBS = {
    accept: 'accepts',
    drop: 'drops',
    reject: 'rejects',
    queue: 'hands to a program',
    unknown: 'decides about',
};
/** Where it hangs on what the capture leaves open. */
const MAY = {
    accept: 'may accept',
    drop: 'may drop',
    reject: 'may reject',
    queue: 'may hand to a program',
    unknown: 'may decide about',
};
function placeText({ table, chain, rule }) {
    if (table === 'ip_vs')
        return `IPVS ${chain}`;
    return rule === null ? `the policy of ${table} ${chain}` : `${table} ${chain} rule ${rule}`;
}
function evidenceOf({ file, line, text }) {
    return text === null ? [] : [{ file, line, text }];
}
function cause(code, severity, message, evidence, settle, { service, from, packet }) {
    const { address, port } = packet.destination;
    return {
        code,
        title: 'seen by the trace',
        severity,
        message,
        service: service === null ? null : findingService(service),
        objects: service === null
            ? [`${address}${port === null ? '' : ` port ${port}`}`]
            : [`${service.namespace}/${service.name}`],
        hits: from,
        evidence,
        advice: settle ?? 'follow the packet rule by rule',
        command: null,
        certainty: severity === 'error' ? 'certain' : 'possible',
        page: null,
        explains: true,
    };
}
