import { socketText } from '../../net/socket.js';
const VERDICTS = {
    accept: { word: 'ACCEPT', tone: 'good' },
    drop: { word: 'DROP', tone: 'bad' },
    reject: { word: 'REJECT', tone: 'bad' },
    queue: { word: 'QUEUE', tone: 'unknown' },
    unknown: { word: 'UNKNOWN', tone: 'unknown' },
};
const SEES = {
    works: 'works',
    refused: 'refused',
    'times-out': 'times out',
    'wrong-source': 'answered from another address',
    unknown: 'unknown whether it works',
};
/** @returns how an outcome ends: who gets the packet, or why nobody does. Not escaped. */
export function endOf(outcome) {
    const { verdict, destination, endpoint, remarks, reason, rejectWith, connection } = outcome;
    const { word, tone } = VERDICTS[verdict];
    if (verdict !== 'accept')
        return { title: word, subtitle: reason?.text ?? rejectWith ?? '', tone };
    const pod = endpoint === null || endpoint.pod === null ? null : `${endpoint.namespace}/${endpoint.pod}`;
    const effect = remarks[0]?.effect ?? 'none';
    if (connection !== null && connection.sees !== 'works') {
        const why = connection.reason === null ? '' : `: ${connection.reason.text}`;
        return {
            title: socketText(destination.address, destination.port),
            subtitle: `${SEES[connection.sees]}${why}`,
            tone: connection.sees === 'unknown' ? 'unknown' : 'bad',
        };
    }
    return {
        title: socketText(destination.address, destination.port),
        subtitle: remarks.find(({ effect: one }) => one !== 'none')?.text ?? pod ?? 'accepted',
        tone: effect === 'breaks' ? 'bad' : effect === 'may-break' ? 'unknown' : tone,
    };
}
/** @returns where the packet begins. */
export function startOf({ from, packet: { source, destination, protocol } }) {
    const address = source.address === null ? '' : socketText(source.address, source.port);
    return {
        title: from === '' ? address : from,
        subtitle: `to ${socketText(destination.address, destination.port)}/${protocol}`,
        tone: 'plain',
    };
}
/** @returns the key of outcomes that end alike, so that they share a box. */
export function endKey(outcome, count) {
    const end = endOf(outcome);
    return JSON.stringify([end, count > 1, outcome.exit, outcome.endpoint?.node]);
}
