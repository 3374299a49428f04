import { socketText } from '../../net/socket.js';
import { counted, percent } from '../../words/numbers.js';
import { clientName, podName, portName, statesText, tellsStuck, wayText } from '../flows/words.js';
import { html } from './html.js';
import { placeOf, renderPage } from './page.js';
import { tableOf } from './table.js';
/** Service ports and their endpoints that are told. */
const TOLD = 300;
/** @param answer as the terminal shows it. @returns the page of `conntrack`: the table as a whole, by endpoint, and the flows. */
export async function renderFlowsPage(list, answer) {
    const { capture, summary, items, problems } = list;
    const { stale, flows, services, findings, counterRemarks } = summary;
    const endpoints = services.flatMap((service) => service.endpoints.map((endpoint) => [
        portName(service),
        socketText(endpoint.address, endpoint.port),
        podName(endpoint.endpoint),
        endpoint.share === null ? 'not told' : percent(endpoint.share),
        String(endpoint.live),
        endpoint.stale === 0 ? '' : html `<b class="bad">${endpoint.stale} stuck</b>`,
        statesText(endpoint.states),
        endpoint.clear.join('\n'),
    ]));
    return await renderPage({
        title: capture.node === null ? 'Live flows' : `Live flows on ${capture.node}`,
        verdict: stale > 0
            ? { word: `${counted(stale, 'flow')} stuck`, tone: 'bad' }
            : tellsStuck(list)
                ? { word: 'no flow is stuck', tone: 'good' }
                : { word: 'unknown which flows are stuck', tone: 'unknown' },
        answer,
        captures: [{ label: null, info: capture }],
        body: [
            remarksOf([...findings.map(({ message }) => message), ...counterRemarks.map(({ text }) => text)]),
            html `<section><h2>By endpoint</h2>${tableOf('Flows to each endpoint, beside what the rules give it', ['Service', 'endpoint', 'pod', 'share of new ones', 'live', 'stuck', 'states', 'clears them'], endpoints.slice(0, TOLD))}${endpoints.length > TOLD ? html `<p class="soft">and ${endpoints.length - TOLD} more (-o json)</p>` : null}</section>
`,
            html `<section><h2>Flows, the worst first</h2>${tableOf(`${items.length} of ${counted(flows, 'flow')}`, ['flow', 'state', 'client', 'answered by', 'what is wrong', 'where'], items.map(({ original, reply, state, status, protocol, client, problems: wrong, clear, file, line }) => [
                `${protocol} ${wayText(original)}`,
                [state, ...status].filter((word) => word !== null).join(' '),
                clientName(client),
                socketText(reply.source.address, reply.source.port),
                [
                    wrong.map(({ message }) => message).join('; '),
                    clear === null ? null : html ` <code>${clear}</code>`,
                ],
                placeOf(file, line),
            ]))}</section>
`,
        ],
        problems,
    });
}
function remarksOf(texts) {
    if (texts.length === 0)
        return html ``;
    return html `<section><h2>What stands out</h2><ul class="find">${texts.map((text) => html `<li>${text}</li>
`)}</ul></section>
`;
}
