import { counted } from '../words/numbers.js';
import { escapeTerminal } from './escape.js';
import { renderAttention } from './flows/attention.js';
import { renderEndpointFlows } from './flows/endpoint-flows.js';
import { renderListedFlows } from './flows/listed-flows.js';
import { renderTableSummary } from './flows/table-summary.js';
import { stuckText, tellsStuck } from './flows/words.js';
import { fitScreen } from './screen.js';
import { wrap } from './wrap.js';
const ALL = Number.POSITIVE_INFINITY;
const FULL = {
    entries: ALL,
    evidence: true,
    notes: true,
    services: ALL,
    facts: true,
    counters: true,
    flows: ALL,
};
const MORE = { ...FULL, entries: 8, services: 12 };
/** What is shown of a screen's answer, the most first. */
const LEVELS = [
    MORE,
    { ...MORE, flows: 3 },
    { ...MORE, entries: 3, flows: 1, services: 8, counters: false },
    { ...MORE, entries: 2, evidence: false, flows: 1, services: 6, counters: false },
    {
        ...MORE,
        entries: 2,
        evidence: false,
        notes: false,
        flows: 0,
        services: 5,
        facts: false,
        counters: false,
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
    },
];
/** The same where single flows were asked for: they are the answer. */
const LISTING = [
    MORE,
    { ...MORE, flows: 6, entries: 3, counters: false },
    { ...MORE, flows: 5, entries: 2, evidence: false, services: 3, facts: false, counters: false },
    {
        ...MORE,
        flows: 4,
        entries: 1,
        evidence: false,
        notes: false,
        services: 1,
        facts: false,
        counters: false,
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
    },
];
/** @returns the answer first, then what needs attention, then flows by endpoint or the table as a whole, then flow by flow. */
export function renderFlowsText(list, options) {
    const { detail = 'full', width } = options;
    if (detail === 'full')
        return renderAt(FULL, list, options);
    const { endpoint, client, state, problem } = list.summary.asked;
    const lists = [endpoint, client, state, problem].some((one) => one !== null);
    return fitScreen(lists ? LISTING : LEVELS, width, (level) => renderAt(level, list, options));
}
function renderAt(level, list, options) {
    const byEndpoint = list.summary.asked.svc !== null;
    const blocks = [
        heading(list, options),
        renderAttention(list, options, level),
        byEndpoint
            ? renderEndpointFlows(list, options, level.services)
            : renderTableSummary(list, options, level),
        renderListedFlows(list, options, level.flows),
    ];
    return blocks.filter((block) => block !== '').join('\n');
}
function heading(list, { colours, width }) {
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
        lines.push('  no rules and no Services were given: flows have no names (add iptables-save and kubectl output with -f)');
    return `${lines.join('\n')}\n`;
}
