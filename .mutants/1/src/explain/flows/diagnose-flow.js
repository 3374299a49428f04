import { SCTP, TCP, UDP } from '../../net/protocol.js';
import { STALE_CODES } from '../flow-list.js';
/** TCP's and SCTP's states in which a connection carries nothing any more: its entry only waits to be forgotten. */
const OVER = new Set(['TIME_WAIT', 'CLOSE', 'CLOSED']);
/** And those in which it is being closed. */
const CLOSING = new Set([
    'FIN_WAIT',
    'LAST_ACK',
    'CLOSE_WAIT',
    'SHUTDOWN_SENT',
    'SHUTDOWN_RECD',
    'SHUTDOWN_ACK_SENT',
]);
/** @returns true where the flow is over: a new connection from the same port starts anew. */
export function isOver({ state }) {
    return state !== null && OVER.has(state);
}
/**
 * @returns true where the flow is stuck. kube-proxy leaves TCP connections to an endpoint that it no longer chooses alone, and
 * where the pod is still there they go on.
 */
export function isStale({ protocol }, { code, alive, passing }) {
    return STALE_CODES.has(code) && passing !== true && !(protocol === TCP && alive);
}
/**
 * The problems of one flow.
 * @param verdict what its destination and the place that answers make of it; null: nothing
 * @param evidence its own line, first among the evidence
 */
export function diagnoseFlow(facts, verdict, evidence) {
    if (isOver(facts))
        return [];
    const problems = [];
    if (verdict !== null) {
        problems.push({
            code: verdict.code,
            severity: severityOf(facts, verdict),
            message: verdict.message,
            evidence: [...evidence, ...verdict.evidence],
        });
    }
    if (facts.unreplied)
        problems.push({ code: 'unreplied', severity: 'info', message: unrepliedText(facts), evidence });
    return problems;
}
/** By harm: what keeps a client away from a working endpoint is an error, what ends by itself is information. */
export function severityOf(facts, { code, certain, alive, passing }) {
    const { protocol, state } = facts;
    const closing = state !== null && CLOSING.has(state);
    switch (code) {
        case 'endpoint-gone':
        case 'address-reassigned':
        case 'service-deleted':
        case 'host-port-moved':
        case 'never-translated':
            if (closing || passing === true || (protocol === TCP && alive))
                return 'info';
            // Each datagram of the client keeps the entry alive; a TCP connection is given up some time.
            if (protocol === UDP || protocol === SCTP)
                return certain ? 'error' : 'warning';
            return certain ? 'warning' : 'info';
        case 'endpoint-not-serving':
            return protocol === TCP ? 'info' : 'warning';
        case 'foreign-nat':
        case 'not-programmed':
            return 'warning';
        case 'endpoint-draining':
        case 'not-chosen':
        case 'no-endpoints':
        case 'no-such-port':
        case 'unreplied':
            return 'info';
    }
}
function unrepliedText({ protocol, state, ageSeconds }) {
    const what = protocol === TCP && state === 'SYN_SENT' ? 'no answer to its SYN' : 'no answer was seen';
    return ageSeconds === null ? `${what} yet` : `${what} in ${ageSeconds} s`;
}
