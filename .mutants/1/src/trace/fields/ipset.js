import { testSet } from '../../host/test-set.js';
import { sameAddress } from '../../net/address.js';
import { unknown } from '../answer.js';
/** Whether the packet's fields, taken in the rule's directions, are in the set (net/netfilter/xt_set.c). */
export const ipset = ({ in: asked }, { state, host }) => {
    const { set, directions } = asked;
    const answer = testSet(host, set, {
        family: state.family,
        directions,
        source: state.source.address,
        destination: state.destination,
        protocol: state.protocol,
        sourcePort: state.sourcePort,
        destinationPort: state.destinationPort,
        icmp: state.icmp,
        inInterface: state.inInterface === undefined ? null : (state.inInterface ?? ''),
        outInterface: state.outInterface === undefined ? null : (state.outInterface ?? ''),
        sourceMac: state.fromNode ? '' : null,
        destinationMac: state.fromNode ? '' : null,
        mark: state.mark,
        returnNomatch: asked.returnNomatch,
    });
    const change = asked.returnNomatch || asked.counters ? null : changedSet(asked, state);
    if (change === 'yes' || change === 'no')
        return change;
    if (change === null && answer.answer === 'no')
        return 'no';
    if (change === 'unknown')
        return unknown({ code: 'ipset-changed', set, directions });
    if (answer.answer === 'yes')
        return asked.counters ? unknown({ code: 'ipset-counters', set, directions }) : 'yes';
    if (answer.answer !== 'unknown')
        return 'no';
    const { why } = answer;
    const { sourcePort, destinationPort } = state;
    return unknown({
        code: why.code,
        set,
        directions,
        ends: directions.map((direction) => (direction === 'src' ? state.source.address : state.destination)),
        sourcePort,
        destinationPort,
        why,
    });
};
/**
 * What a change on the packet's own way says of a later look-up: where it was made with the same fields, the set has, or
 * no longer has, just this element.
 * @returns null where no rule changed the set; `unknown` where one did, with other fields.
 */
function changedSet(asked, state) {
    const change = state.setChanges.findLast(({ set }) => set === asked.set);
    if (change === undefined)
        return null;
    const same = change.directions.join() === asked.directions.join() &&
        change.source === state.source &&
        change.sourcePort === state.sourcePort &&
        change.destinationPort === state.destinationPort &&
        sameAddress(change.destination, state.destination);
    if (!same)
        return 'unknown';
    return change.added ? 'yes' : 'no';
}
