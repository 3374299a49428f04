import type { FlowList } from '../explain/flow-list.ts';
import { counted } from '../words/numbers.ts';
import { escapeTerminal } from './escape.ts';
import { agreementSentence, renderDiffering, withoutStuck } from './flows/agreement.ts';
import { type AttentionLevel, renderAttention } from './flows/attention.ts';
import { renderEndpointFlows } from './flows/endpoint-flows.ts';
import { renderListedFlows } from './flows/listed-flows.ts';
import { renderTableSummary, type SummaryLevel } from './flows/table-summary.ts';
import { stuckText, tellsStuck } from './flows/words.ts';
import { fitScreen } from './screen.ts';
import type { TextOptions } from './text-options.ts';
import { wrap } from './wrap.ts';

/** How flows are shown. */
export interface FlowsTextOptions extends TextOptions {
  /** `answer`: one screen; `full`: all. Absent: `full`. */
  readonly detail?: 'answer' | 'full';
}

/** How much is told. */
type Level = AttentionLevel & SummaryLevel & { readonly flows: number; readonly differing: number };

const ALL = Number.POSITIVE_INFINITY;
const FULL: Level = {
  entries: ALL,
  evidence: true,
  notes: true,
  services: ALL,
  facts: true,
  counters: true,
  flows: ALL,
  differing: ALL,
};
const MORE: Level = { ...FULL, entries: 8, services: 12, differing: 4 };

/** What is shown of a screen's answer, the most first. */
const LEVELS: readonly [Level, ...Level[]] = [
  MORE,
  { ...MORE, flows: 3, differing: 2 },
  { ...MORE, entries: 3, flows: 1, services: 8, counters: false, differing: 1 },
  { ...MORE, entries: 2, evidence: false, flows: 1, services: 6, counters: false, differing: 1 },
  {
    ...MORE,
    entries: 2,
    evidence: false,
    notes: false,
    flows: 0,
    services: 5,
    facts: false,
    counters: false,
    differing: 0,
  },
  {
    ...MORE,
    entries: 1,
    evidence: false,
    notes: false,
    flows: 0,
    services: 3,
    facts: false,
    counters: false,
    differing: 0,
  },
];

/** The same where single flows were asked for: they are the answer. */
const LISTING: readonly [Level, ...Level[]] = [
  MORE,
  { ...MORE, flows: 6, entries: 3, counters: false, differing: 1 },
  {
    ...MORE,
    flows: 5,
    entries: 2,
    evidence: false,
    services: 3,
    facts: false,
    counters: false,
    differing: 0,
  },
  {
    ...MORE,
    flows: 4,
    entries: 1,
    evidence: false,
    notes: false,
    services: 1,
    facts: false,
    counters: false,
    differing: 0,
  },
  {
    ...MORE,
    flows: 2,
    entries: 1,
    evidence: false,
    notes: false,
    services: 1,
    facts: false,
    counters: false,
    differing: 0,
  },
];

/** @returns the answer first, then what needs attention, then flows by endpoint or the table as a whole, then flow by flow. */
export function renderFlowsText(list: FlowList, options: FlowsTextOptions): string {
  const { detail = 'full', width } = options;
  if (detail === 'full') return renderAt(FULL, list, options);
  const { endpoint, client, state, problem } = list.summary.asked;
  const lists = [endpoint, client, state, problem].some((one) => one !== null);
  return fitScreen(lists ? LISTING : LEVELS, width, (level) => renderAt(level, list, options));
}

function renderAt(level: Level, list: FlowList, options: FlowsTextOptions): string {
  const byEndpoint = list.summary.asked.svc !== null;
  const blocks = [
    heading(list, options),
    renderAttention(list, options, level),
    differingOf(list, options, level.differing),
    byEndpoint
      ? renderEndpointFlows(list, options, level.services)
      : renderTableSummary(list, options, level),
    renderListedFlows(list, options, level.flows),
  ];
  return blocks.filter((block) => block !== '').join('\n');
}

/** Flows that are stuck need attention, and are told above. */
function differingOf({ summary }: FlowList, options: FlowsTextOptions, most: number): string {
  const { agreement } = summary;
  if (agreement === null) return '';
  return renderDiffering(options.detail === 'full' ? agreement : withoutStuck(agreement), options, most);
}

function heading(list: FlowList, { colours, width }: TextOptions): string {
  const { summary, capture } = list;
  const { svc, endpoint, client, state, problem } = summary.asked;
  const node = capture.node === null ? '' : ` on ${escapeTerminal(capture.node)}`;
  const filters = [
    ...(client === null ? [] : [`from ${client}`]),
    ...(endpoint === null ? [] : [`answered by ${endpoint}`]),
    ...(state === null ? [] : [`in state ${state}`]),
    ...(problem === null ? [] : [`with problem ${problem}`]),
  ].map(escapeTerminal);
  const what = svc === null ? 'conntrack' : escapeTerminal(svc);
  const only = filters.length === 0 ? '' : ` ${filters.join(', ')}`;
  const over = summary.flows - summary.live;
  const ended = over === 0 ? '' : ` (${over} of them over)`;
  const stuck = summary.flows === 0 ? '' : `, ${stuckText(list, colours)}`;
  const full = summary.findings.some(({ code }) => code === 'table-full')
    ? `; ${colours.bad('the table is full: new connections are dropped')}`
    : '';
  const first = `${colours.strong(what)}${node}: ${counted(summary.flows, 'flow')}${only}${ended}${stuck}${full}`;
  const lines = [wrap(first, width, '  ')];
  if (!tellsStuck(list))
    lines.push(
      '  no rules and no Services were given: flows have no names (add iptables-save and kubectl output with -f)',
    );
  const agreement = summary.agreement === null ? '' : agreementSentence(summary.agreement);
  if (agreement !== '') lines.push(wrap(`  ${agreement}`, width, '    '));
  return `${lines.join('\n')}\n`;
}
