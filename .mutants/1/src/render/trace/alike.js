import { socketText } from '../../net/socket.js';
import { groupOutcomes } from './outcome-groups.js';
import { sourceText } from './verdict-text.js';
/** @returns the senders by what becomes of their packets, in order: what the endpoint sees of them may differ. */
export function blocksOf(items, sees) {
    const blocks = new Map();
    for (const item of items) {
        const groups = groupOutcomes(item.outcomes);
        const sender = { from: fromText(item), source: sourceOf(groups) };
        const key = JSON.stringify([item.flow !== null, groups.map((group) => keyOf(group, sees))]);
        const same = blocks.get(key);
        blocks.set(key, same === undefined
            ? { senders: [sender], items: [item], groups }
            : { ...same, senders: [...same.senders, sender], items: [...same.items, item] });
    }
    return [...blocks.values()];
}
function keyOf({ given, cases, sticky, outcomes }, sees) {
    const texts = (notes) => notes.map(({ text }) => text);
    return [
        texts(given),
        cases.map(texts),
        sticky,
        outcomes.map(({ share, like, ways }) => [
            share.toFixed(4),
            like.verdict,
            like.destination,
            like.rejectWith,
            like.reason?.text ?? null,
            like.exit?.kind ?? null,
            ways.map((way) => [sees.get(way), way.remarks.map(({ code }) => code)]),
        ]),
    ];
}
/** What the endpoint sees; empty where nothing arrives. */
function sourceOf(groups) {
    const accepted = groups.flatMap(({ outcomes }) => outcomes.filter(({ like }) => like.verdict === 'accept'));
    return accepted.length === 0 ? '' : sourceText(accepted);
}
/** @returns who sends, with the address where the name alone does not tell it. */
export function fromText({ from, packet }) {
    const { address, port } = packet.source;
    return address === null || from.includes(address) ? from : `${from} (${socketText(address, port)})`;
}
