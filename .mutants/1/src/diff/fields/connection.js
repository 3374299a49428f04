import { shownConnection } from '../../trace/state.js';
import { Intervals } from '../space/intervals.js';
import { addressIntervals, portIntervals } from '../space/set-intervals.js';
import { FIXED } from './box-field.js';
import { keepProtocols, mentionProtocol } from './packet.js';
/** Conntrack's word for the packet. */
export const state = {
    ...FIXED,
    alike: ({ in: states }, { narrowing }) => {
        const has = (state) => states.includes(state);
        const own = has(narrowing.packet.state);
        narrowing.keepStates((state) => has(state) === own);
    },
    // Whether it tells answers apart lies in its words.
    mention: () => true,
};
/** As that of the packet. */
export const protocol = {
    ...FIXED,
    alike: ({ in: set }, asked) => keepProtocols(set, asked),
    mention: ({ in: set }, mentions) => {
        mentionProtocol(set, mentions);
        return true;
    },
};
/** What the packet's connection has, made of its mark. */
export const mark = {
    ...FIXED,
    alike: ({ in: set }, { state: now, narrowing }) => narrowing.askedMark(shownConnection(now)?.mark ?? null, set),
};
/** The tuples hold what the packet arrived with, or what NAT wrote. */
export function clientAddress(end) {
    const alike = ({ in: set }, { state: now, narrowing }) => {
        const { address } = narrowing.packet.source;
        if (address === null || now.connection?.[end].address?.value !== address.value)
            return;
        const intervals = addressIntervals(set);
        if (intervals === null)
            narrowing.keepSources(Intervals.one(address.value));
        else
            narrowing.splitSources(intervals, { ...now, source: narrowing.packet.source });
    };
    return { ...FIXED, alike };
}
/** As {@link clientAddress}. */
export function serverAddress(end) {
    const alike = ({ in: set }, { state: now, narrowing }) => {
        const { destination } = narrowing.packet;
        if (now.connection?.[end].value !== destination.value)
            return;
        const intervals = addressIntervals(set);
        if (intervals === null)
            narrowing.keepDestinations(Intervals.one(destination.value));
        else
            narrowing.splitDestinations(intervals, { ...now, destination });
    };
    return { ...FIXED, alike };
}
/** As {@link clientAddress}. */
export function clientPort(end) {
    const alike = ({ in: set }, { state: { connection }, narrowing }) => narrowing.splitSourcePorts(portIntervals(set), connection?.[end] ?? null);
    return { ...FIXED, alike };
}
/** As {@link clientAddress}. */
export function serverPort(end) {
    const alike = ({ in: set }, { state: { connection }, narrowing }) => narrowing.splitDestinationPorts(portIntervals(set), connection?.[end] ?? null);
    return { ...FIXED, alike };
}
