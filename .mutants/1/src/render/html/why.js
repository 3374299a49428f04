import { socketText } from '../../net/socket.js';
import { NO_COLOURS } from '../colours.js';
import { sharesText } from '../shares-text.js';
import { verdictText } from '../why-text.js';
import { causeList } from './cause.js';
import { html } from './html.js';
import { renderPage } from './page.js';
import { tableOf } from './table.js';
import { traceSection } from './trace.js';
const TONES = {
    works: 'good',
    broken: 'bad',
    unknown: 'unknown',
};
/**
 * @param items the traces that the report was made of: their paths are drawn
 * @param answer as the terminal shows it
 * @returns the page of `why`
 */
export async function renderWhyPage(report, items, answer) {
    const { asked, capture, verdict, ways, causes, api, notes, problems } = report;
    const node = capture.node === null ? '' : ` on ${capture.node}`;
    return await renderPage({
        title: `Does ${asked} work${node}?`,
        verdict: { word: verdictText(report), tone: TONES[verdict] },
        answer,
        captures: [{ label: null, info: capture }],
        body: [
            html `<section aria-labelledby="ways"><h2 id="ways">From where it works</h2>
${tableOf('What new connections see', ['from', 'to', 'works', 'what they see'], ways.map(({ from, to, shares }) => [
                from,
                socketText(to.address, to.port),
                shareBar(shares.works),
                sharesText(shares, NO_COLOURS),
            ]))}</section>
`,
            ...(causes.length === 0
                ? []
                : [
                    html `<section aria-labelledby="causes"><h2 id="causes">Why</h2><h3>The first one first</h3>${causeList(causes)}</section>
`,
                ]),
            listOf('In the API', api),
            listOf('Taken for granted', notes),
            ...items.map(traceSection),
        ],
        problems,
    });
}
/** @returns a share from 0 to 1 as a bar; the words beside it tell the same. */
function shareBar(share) {
    return html `<svg class="bar" width="128" height="8" viewBox="0 0 128 8" aria-hidden="true" focusable="false"><rect width="${Math.round(share * 128)}" height="8"/></svg>`;
}
function listOf(title, lines) {
    if (lines.length === 0)
        return html ``;
    return html `<section><h2>${title}</h2><ul class="find">${lines.map((line) => html `<li>${line}</li>
`)}</ul></section>
`;
}
