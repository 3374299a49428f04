import type { FlowList } from '../explain/flow-list.ts';
import { escapeTerminal } from './escape.ts';
import { renderAttention } from './flows/attention.ts';
import { renderEndpointFlows } from './flows/endpoint-flows.ts';
import { renderListedFlows } from './flows/listed-flows.ts';
import { renderTableSummary } from './flows/table-summary.ts';
import { count, stuckText } from './flows/words.ts';
import type { TextOptions } from './text-options.ts';
import { wrap } from './wrap.ts';

/** @returns the answer first, then flows by endpoint or the table as a whole, then what needs attention. */
export function renderFlowsText(list: FlowList, options: TextOptions): string {
  const { summary } = list;
  const blocks = [
    heading(list, options),
    summary.asked.svc === null ? renderTableSummary(list, options) : renderEndpointFlows(list, options),
    renderAttention(list, options),
    renderListedFlows(list, options),
  ];
  return blocks.filter((block) => block !== '').join('\n');
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
  const stuck = summary.flows === 0 ? '' : `, ${stuckText(summary.stale, colours)}`;
  const full = summary.findings.some(({ code }) => code === 'table-full')
    ? `; ${colours.bad('the table is full: new connections are dropped')}`
    : '';
  const first = `${colours.strong(what)}${node}: ${count(summary.flows, 'flow')}${only}${ended}${stuck}${full}`;
  const lines = [wrap(first, width, '  ')];
  const unnamed = list.capture.proxyMode === 'none' && summary.services.length === 0;
  if (unnamed)
    lines.push(
      '  no rules and no Services were given: flows have no names (add iptables-save and kubectl output with -f)',
    );
  return `${lines.join('\n')}\n`;
}
