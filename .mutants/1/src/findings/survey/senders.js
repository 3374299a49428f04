import { plainQuestion } from '../../explain/question/question.js';
import { readVantages } from '../../explain/question/vantage.js';
import { ADDRESS_BITS } from '../../net/address.js';
import { maskOfLength, prefixesOverlap } from '../../net/prefix.js';
import { senderOf } from '../../trace/packet.js';
/** @returns a pod of this node, the node itself and the outside world, as `trace` asks them. */
export function clientsOf(known, family) {
    // Only the family of the destination counts for who asks.
    const destination = {
        address: { family, value: 0n },
        port: null,
        protocol: 6,
        isLocal: false,
        named: null,
        chosen: null,
    };
    return readVantages(QUESTION, destination, known).flatMap((vantage) => {
        const { kind, onlyIfOtherThan } = vantage;
        // Nobody says that clients come by another interface than the default route's: what happens there is no fault.
        return kind === 'given' || onlyIfOtherThan !== undefined ? [] : [clientOf(kind, vantage)];
    });
}
function clientOf(side, { from, sender, entersAt, inInterface }) {
    return { side, from, sender, entersAt, inInterface };
}
const QUESTION = plainQuestion('');
/** @returns the outside client, inside one of the source ranges and outside all of them. */
export function splitByRanges(external, ranges) {
    const inside = ranges.find((range) => !external.sender.outside.some((own) => prefixesOverlap(own, range)));
    const barred = {
        ...external,
        side: 'barred',
        from: 'an address outside loadBalancerSourceRanges',
        sender: { ...external.sender, outside: [...external.sender.outside, ...ranges] },
    };
    if (ranges.some(({ mask }) => mask === 0n))
        return [{ ...external, side: 'admitted' }];
    if (inside === undefined)
        return [barred];
    const sender = isHost(inside)
        ? senderOf({ family: inside.family, value: inside.value })
        : { ...external.sender, within: [inside] };
    return [{ ...external, side: 'admitted', from: 'an address in loadBalancerSourceRanges', sender }, barred];
}
function isHost({ family, mask }) {
    return mask === maskOfLength(family, ADDRESS_BITS[family]);
}
/** @returns a client with this address that comes in through this interface. */
export function clientAt(side, from, address, inInterface) {
    return { side, from, sender: senderOf(address), entersAt: 'PREROUTING', inInterface };
}
