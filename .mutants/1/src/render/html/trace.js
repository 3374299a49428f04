import { socketText } from '../../net/socket.js';
import { percent } from '../../words/numbers.js';
import { drawTrace } from '../picture/draw.js';
import { isSticky } from '../picture/given.js';
import { FULL_RIBBON, layOut } from '../picture/layout.js';
import { startNodes } from '../trace-text.js';
import { drawingOf } from './drawing.js';
import { html, jsonInHtml } from './html.js';
import { placeOf, renderPage } from './page.js';
import { boxDetails } from './steps.js';
import { tableOf } from './table.js';
/** @param answer as the terminal shows it. @returns the page of a trace. */
export async function renderTracePage(list, answer) {
    const { capture, problems, items } = list;
    const [first] = items;
    const nodes = startNodes(list);
    const node = nodes.length === 0 ? '' : ` on ${nodes.join(', ')}`;
    return await renderPage({
        title: first === undefined ? 'Trace' : `Where packets to ${nameOf(first)} go${node}`,
        verdict: null,
        answer,
        captures: [{ label: null, info: capture }],
        body: items.map(traceSection),
        problems,
    });
}
function nameOf({ service, packet: { destination, protocol } }) {
    const address = `${socketText(destination.address, destination.port)}/${protocol}`;
    return service === null ? address : `${service.namespace}/${service.name} (${address})`;
}
/** @returns the path of one packet as a drawing, with its rules. @param index unique in the page. */
export function traceSection(item, index) {
    const picture = drawTrace(item);
    const layout = layOut(picture);
    const prefix = `t${index}-`;
    const who = item.from === '' ? (item.packet.source.address ?? 'anybody') : item.from;
    return html `<section class="trace" aria-labelledby="${prefix}title">
<h2 id="${prefix}title">From ${who}, to ${socketText(item.packet.destination.address, item.packet.destination.port)}</h2>
${switchesOf(picture.questions, prefix)}
<h3>The path</h3>
<p class="soft">Columns are hooks, boxes are chains; the wider a ribbon, the more packets take it. Each box opens its rules.</p>
${drawingOf(picture, layout, prefix, `The path from ${who}`)}
${waysTable(picture)}
${notesOf(item)}
<h3>The rules, box by box</h3>
<div class="find">${picture.boxes.map((box) => boxDetails(box, prefix, hookOf(picture, box.column)))}</div>
${proofOf(picture)}
<script type="application/json">${jsonInHtml(dataOf(picture))}</script>
</section>
`;
}
/** What the script needs to light the branch that conditions decide. */
function dataOf(picture) {
    const ends = new Map(picture.boxes.map(({ id, title }) => [id, title]));
    return {
        width: FULL_RIBBON,
        ways: picture.ways.map(({ given, probability, boxes, count }) => ({
            given: given.map(({ question, held }) => [question, held]),
            share: probability,
            count,
            boxes,
            end: ends.get(boxes.at(-1) ?? '') ?? '',
        })),
        ribbons: picture.ribbons.map(({ ways }) => ways),
    };
}
function hookOf({ columns }, column) {
    const found = columns[column];
    if (found === undefined)
        return '';
    return found.direction === 'answer' ? `${found.label}, the answer’s way back` : found.label;
}
/** Questions that are told as switches; more would be no page for people, and the likeliest ones come first. */
const SWITCHES = 24;
function switchesOf(questions, prefix) {
    if (questions.length === 0)
        return null;
    const one = ({ number, yes, no }) => {
        const name = `${prefix}q${number}`;
        const choice = (value, text, checked) => html `<label><input type="radio" name="${name}" value="${value}" data-question="${number}"${checked ? html ` checked` : null}> ${text}</label>
`;
        return html `<div role="radiogroup" aria-label="${yes ?? no ?? 'a condition'}">${choice('', 'either', true)}${choice('yes', yes ?? `not: ${no}`, false)}${choice('no', no ?? `not: ${yes}`, false)}</div>
`;
    };
    return html `<fieldset><legend>What the capture does not tell: choose, and the path follows</legend>
${questions.slice(0, SWITCHES).map(one)}${questions.length > SWITCHES ? html `<p class="soft">and ${questions.length - SWITCHES} more</p>` : null}<p class="told" aria-live="polite"></p></fieldset>
`;
}
function waysTable({ ways, boxes }) {
    const ends = new Map(boxes.map((box) => [box.id, box]));
    const some = ways.some(({ given }) => given.length > 0);
    return tableOf('Every way the packet can go', ['share', 'ends', 'what becomes of it', 'source', ...(some ? ['where'] : [])], ways.map(({ outcome, given, probability, boxes: passed }) => {
        const end = ends.get(passed.at(-1) ?? '');
        const { source } = outcome;
        const kept = source.rewrite === 'none' ? 'kept' : `${source.rewrite} as ${source.address ?? 'unknown'}`;
        return [
            isSticky(given) ? 'clients that it has' : percent(probability),
            html `<span class="${end?.tone ?? 'plain'}">${end?.title ?? ''}</span>`,
            [end?.subtitle ?? '', outcome.reason?.settle ? ` (to settle it: ${outcome.reason.settle})` : ''],
            kept,
            ...(some ? [givenText(given)] : []),
        ];
    }));
}
function givenText(given) {
    const told = given.slice(0, 4).map(({ text }) => text);
    return `${told.join('; ')}${given.length > 4 ? `; and ${given.length - 4} more` : ''}`;
}
function notesOf({ assumptions, outcomes }) {
    const said = new Map([...outcomes.flatMap(({ remarks }) => remarks), ...assumptions].map(({ text, settle }) => [text, settle]));
    if (said.size === 0)
        return null;
    const shown = [...said].slice(0, 40);
    return html `<h3>Worth knowing, and taken for granted</h3>
<ul class="find">${shown.map(([text, settle]) => html `<li>${text}${settle === null ? '' : `; to settle it: ${settle}`}</li>
`)}</ul>${said.size > shown.length ? html `<p class="soft">and ${said.size - shown.length} more</p>` : null}
`;
}
/** The lines of the capture that the drawing rests on, as they stand there. */
function proofOf({ boxes }) {
    const lines = new Map();
    for (const { file, line, text } of boxes
        .flatMap((box) => [box, ...box.asides])
        .flatMap(({ steps }) => steps)) {
        if (file !== null && text !== null)
            lines.set(JSON.stringify([file, line, text]), { file, line, text });
    }
    if (lines.size === 0)
        return null;
    const sorted = [...lines.values()].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || (a.line ?? 0) - (b.line ?? 0));
    return html `<details><summary>The lines of the capture that prove it (${lines.size})</summary>
<ul class="rules find">${sorted.map(({ file, line, text }) => html `<li>${placeOf(file, line)}<code>${text}</code></li>
`)}</ul></details>
`;
}
