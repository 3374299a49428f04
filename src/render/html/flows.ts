import type { FlowList } from '../../explain/flow-list.ts';
import { socketText } from '../../net/socket.ts';
import { counted, percent } from '../../words/numbers.ts';
import { agreementSentence } from '../flows/agreement.ts';
import { clientName, podName, portName, type Stuck, statesText, stuckOf, wayText } from '../flows/words.ts';
import { type Html, html } from './html.ts';
import { placeOf, renderPage } from './page.ts';
import { tableOf } from './table.ts';

/** Service ports and their endpoints that are told. */
const TOLD = 300;

interface Verdict {
  readonly word: string;
  readonly tone: 'good' | 'bad' | 'unknown';
}

/** @param answer as the terminal shows it. @returns the page of `conntrack`: the table as a whole, by endpoint, and the flows. */
export async function renderFlowsPage(list: FlowList, answer: string): Promise<string> {
  const { capture, summary, items, problems } = list;
  const { flows, services, findings, counterRemarks, agreement } = summary;
  const endpoints = services.flatMap((service) =>
    service.endpoints.map((endpoint) => [
      portName(service),
      socketText(endpoint.address, endpoint.port),
      podName(endpoint.endpoint),
      endpoint.share === null ? 'not told' : percent(endpoint.share),
      String(endpoint.live),
      endpoint.stale === 0 ? '' : html`<b class="bad">${endpoint.stale} stuck</b>`,
      statesText(endpoint.states),
      endpoint.clear.join('\n'),
    ]),
  );
  return await renderPage({
    title: capture.node === null ? 'Live flows' : `Live flows on ${capture.node}`,
    verdict: verdictOf(list),
    answer,
    captures: [{ label: null, info: capture }],
    body: [
      remarksOf([
        ...(agreement === null || agreement.translated === 0 ? [] : [agreementSentence(agreement)]),
        ...findings.map(({ message }) => message),
        ...counterRemarks.map(({ text }) => text),
      ]),
      html`<section><h2>By endpoint</h2>${tableOf(
        'Flows to each endpoint, beside what the rules give it',
        ['Service', 'endpoint', 'pod', 'share of new ones', 'live', 'stuck', 'states', 'clears them'],
        endpoints.slice(0, TOLD),
      )}${endpoints.length > TOLD ? html`<p class="soft">and ${endpoints.length - TOLD} more (-o json)</p>` : null}</section>
`,
      html`<section><h2>Flows, the worst first</h2>${tableOf(
        `${items.length} of ${counted(flows, 'flow')}`,
        ['flow', 'state', 'client', 'answered by', 'what is wrong', 'where'],
        items.map(
          ({ original, reply, state, status, protocol, client, problems: wrong, clear, file, line }) => [
            `${protocol} ${wayText(original)}`,
            [state, ...status].filter((word) => word !== null).join(' '),
            clientName(client),
            socketText(reply.source.address, reply.source.port),
            [
              wrong.map(({ message }) => message).join('; '),
              clear === null ? null : html` <code>${clear}</code>`,
            ],
            placeOf(file, line),
          ],
        ),
      )}</section>
`,
    ],
    problems,
  });
}

function verdictOf(list: FlowList): Verdict {
  const verdicts: Readonly<Record<Stuck, Verdict>> = {
    some: { word: `${counted(list.summary.stale, 'flow')} stuck`, tone: 'bad' },
    unknown: { word: 'unknown which flows are stuck', tone: 'unknown' },
    'none-known': { word: 'no flow is known to be stuck', tone: 'unknown' },
    none: { word: 'no flow is stuck', tone: 'good' },
  };
  return verdicts[stuckOf(list)];
}

function remarksOf(texts: readonly string[]): Html {
  if (texts.length === 0) return html``;
  return html`<section><h2>What stands out</h2><ul class="find">${texts.map(
    (text) => html`<li>${text}</li>
`,
  )}</ul></section>
`;
}
