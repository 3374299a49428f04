import { formatAddress } from '../../net/address.js';
import { iptablesRule } from '../../trace/outcome.js';
import { placeText } from '../../trace/place.js';
import { ruleKey } from '../rules/rule-key.js';
import { sameShare } from './compare-ways.js';
/**
 * Puts together what one change did: the same rule drops them, or they lose the same endpoints.
 * @param isLocal says whether a destination is the node's own, on the second side: a node port is one, whatever the address.
 * @param oddness says how unusual a packet is: the least unusual is shown.
 */
export function groupClasses(classes, isLocal, oddness) {
    const groups = new Map();
    for (const one of classes) {
        const { key, ...difference } = describe(one, isLocal(one));
        const group = groups.get(key);
        if (group === undefined)
            groups.set(key, { difference, classes: [one] });
        else
            group.classes.push(one);
    }
    return [...groups.values()].map(({ difference, classes: members }) => ({
        ...difference,
        shown: members.reduce((best, each) => (oddness(each) < oddness(best) ? each : best)),
        classes: members,
    }));
}
function describe(one, isLocal) {
    const { before, after, packet } = one;
    const [own, other] = [verdictsOf(before), verdictsOf(after)];
    if (own !== other) {
        const change = verdictChange(before, after);
        const worse = change.severity === 'lost';
        const key = [change.change, kinds(own), kinds(other), deciders(worse ? after : before)].join('\0');
        return { ...change, key };
    }
    const [from, to] = [placesOf(before), placesOf(after)];
    const rests = before.answers.list().size + after.answers.list().size > 0;
    const lost = [...from.keys()].filter((place) => !to.has(place));
    const gained = [...to.keys()].filter((place) => !from.has(place));
    const socket = isLocal ? '' : formatAddress(packet.destination);
    const where = [...from.keys(), ...to.keys()].every((place) => place === ITSELF)
        ? ''
        : `${socket} ${packet.protocol} ${packet.destinationPort}`;
    const key = ['way', where, lost.join(), gained.join()];
    if (lost.length > 0 || gained.length > 0) {
        if (gained.includes(ITSELF))
            return { change: 'undirected', severity: 'lost', key: key.join('\0') };
        if (lost.includes(ITSELF))
            return { change: 'redirected', severity: 'gained', key: key.join('\0') };
        // A client that stays with one endpoint has not lost the others.
        const severity = lost.length === 0 ? 'gained' : to.size < from.size && !rests ? 'lost' : 'changed';
        return { change: 'endpoints', severity, key: key.join('\0') };
    }
    const uneven = [...from].some(([place, share]) => !sameShare(share, to.get(place) ?? 0));
    if (uneven)
        return { change: 'endpoints', severity: 'changed', key: [...key, 'shares'].join('\0') };
    const [rewrite, rewritten] = [rewritesOf(before), rewritesOf(after)];
    if (rewrite !== rewritten)
        return { change: 'source', severity: 'changed', key: [...key, rewrite, rewritten].join('\0') };
    return { change: 'other', severity: 'changed', key: [...key, exitsOf(before), exitsOf(after)].join('\0') };
}
/** Stands for a packet that goes where it was sent. */
const ITSELF = 'itself';
function placesOf({ ends, shares }) {
    const places = new Map();
    for (const [result, ending] of ends) {
        if (ending.verdict !== 'accept')
            continue;
        const place = placeOf(ending);
        places.set(place, (places.get(place) ?? 0) + (shares.get(result) ?? 0));
    }
    return places;
}
function placeOf({ branch: { state, path } }) {
    for (let node = path; node !== null; node = node.before) {
        const kind = iptablesRule(node.step)?.target?.kind;
        if (kind === 'dnat' || kind === 'redirect' || node.step.program === 'ipvs')
            return `${formatAddress(state.destination)}:${state.destinationPort}`;
    }
    return ITSELF;
}
function verdictsOf({ ends }) {
    return [...new Set([...ends.values()].map(({ verdict, rejectWith }) => `${verdict} ${rejectWith ?? ''}`))]
        .sort()
        .join();
}
/** A rejection counts as one, whatever the sender is told. */
function kinds(verdicts) {
    return verdicts.replace(/reject [^,]*/g, 'reject');
}
function verdictChange(before, after) {
    const has = (group, verdict) => [...group.ends.values()].some((ending) => ending.verdict === verdict);
    if (has(after, 'drop') && !has(before, 'drop'))
        return { change: 'dropped', severity: 'lost' };
    if (has(after, 'reject') && !has(before, 'reject'))
        return { change: 'rejected', severity: 'lost' };
    if (has(after, 'unknown') && !has(before, 'unknown'))
        return { change: 'unknown', severity: 'lost' };
    if (has(after, 'accept') && !has(before, 'accept'))
        return { change: 'admitted', severity: 'gained' };
    return { change: 'other', severity: 'changed' };
}
function deciderOf(step) {
    if (step === undefined)
        return ruleOrPolicy(null, undefined);
    if (step.program === 'nft')
        return `${placeText(step)} ${step.rule?.text ?? 'policy'}`;
    return ruleOrPolicy(step.rule, step.chain);
}
function deciders({ ends }) {
    const texts = [...ends.values()]
        .filter(({ verdict }) => verdict !== 'accept')
        .map(({ reason, branch }) => reason?.code ?? deciderOf(branch.path?.step));
    return [...new Set(texts)].sort().join();
}
function ruleOrPolicy(rule, chain) {
    return rule === null ? `policy ${chain}` : `${rule.chain} ${ruleKey(rule)}`;
}
function rewritesOf({ ends }) {
    return [...new Set([...ends.values()].map(({ branch: { state } }) => state.sourceRewrite))].sort().join();
}
function exitsOf({ ends }) {
    return [
        ...new Set([...ends.values()].map(({ exit }) => JSON.stringify(exit?.kind === 'interface' ? exit.name : exit))),
    ]
        .sort()
        .join();
}
