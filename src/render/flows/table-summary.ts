import type { FlowList, FlowListSummary } from '../../explain/flow-list.ts';
import { counted, percent } from '../../words/numbers.ts';
import { rateText } from '../../words/rate.ts';
import { escapeTerminal } from '../escape.ts';
import { type Column, renderTable } from '../table.ts';
import type { TextOptions } from '../text-options.ts';
import { wrap } from '../wrap.ts';
import { clientName, portName, statesText } from './words.ts';

const COLUMNS: readonly Column[] = [
  { heading: 'SERVICE PORT', limit: 28 },
  { heading: 'FLOWS', limit: null },
  { heading: 'STUCK', limit: null },
  { heading: 'TO', limit: null },
  { heading: 'STATES', limit: null },
];

const CLIENTS = 3;
const LISTED_AT_LEAST = 0.9;

/** How much is told. */
export interface SummaryLevel {
  /** Service ports shown; JSON has all. */
  readonly services: number;
  /** Whether states and top clients are told. */
  readonly facts: boolean;
  /** Whether it is told what `conntrack -S` counts. */
  readonly counters: boolean;
}

/** @returns the table as a whole: how full it is, Services by flows, top clients, and what `conntrack -S` says. */
export function renderTableSummary({ summary }: FlowList, options: TextOptions, level: SummaryLevel): string {
  const { colours, width } = options;
  const facts = level.facts ? [...stateLines(summary, width), ...clientLines(summary, width)] : [];
  const lines = [fillText(summary, options), ...facts];
  const services = [...summary.services];
  const shown = services.slice(0, level.services);
  const rows = shown.map((service) => [
    `${portName(service)}/${service.protocol}${service.family === 'ipv6' ? ' v6' : ''}`,
    String(service.flows),
    service.stale === 0 ? '-' : String(service.stale),
    counted(service.endpoints.filter(({ flows }) => flows > 0).length, 'endpoint'),
    statesOf(service.endpoints),
  ]);
  const table =
    rows.length === 0
      ? ''
      : renderTable(COLUMNS, rows, width, (text, row, column) => {
          const service = shown[row];
          if (service === undefined) return colours.heading(text);
          if (column === 0) return colours.name(text);
          return column === 2 && service.stale > 0 ? colours.bad(text) : text;
        });
  const more = services.length - shown.length;
  const rest = more > 0 ? `… and ${counted(more, 'Service port')} more (--detail full)\n` : '';
  const counters = level.counters ? counterLines(summary, options) : '';
  return [`${lines.join('\n')}\n`, `${table}${rest}`, counters].filter((text) => text !== '').join('\n');
}

function fillText({ table, entries }: FlowListSummary, { colours, width }: TextOptions): string {
  if (table.max === 0)
    return `  the table holds ${table.count ?? '?'} entries, and has no limit (nf_conntrack_max 0)`;
  if (table.fill === null || table.count === null) {
    return '  how full the table is, is not known (capture sysctl net.netfilter.nf_conntrack_max)';
  }
  const text = `  the table holds ${table.count} of ${table.max} entries (${percent(table.fill)})`;
  // Flows come and go between the two readings; a listing that lacks one entry in ten was cut, or is of one family.
  const cut = entries !== null && entries < table.count * LISTED_AT_LEAST;
  const fill = table.fill >= 0.9 ? colours.bad(text) : text;
  return cut ? wrap(`${fill}; the listing has only ${entries} of them`, width, '    ') : fill;
}

function stateLines({ states }: FlowListSummary, width: number | null): string[] {
  const text = statesText(states);
  return text === '-' ? [] : [wrap(`  states: ${text}`, width, '    ')];
}

function clientLines({ clients }: FlowListSummary, width: number | null): string[] {
  const texts = clients.slice(0, CLIENTS).map(({ client, flows }) => {
    const name = clientName(client);
    return `${flows} from ${client.address}${name === '' ? '' : ` (${name})`}`;
  });
  return texts.length === 0 ? [] : [wrap(`  top clients: ${texts.join(', ')}`, width, '    ')];
}

function statesOf(endpoints: FlowListSummary['services'][number]['endpoints']): string {
  const sums = new Map<string, number>();
  for (const { states } of endpoints) {
    for (const [state, number] of Object.entries(states)) sums.set(state, (sums.get(state) ?? 0) + number);
  }
  return statesText(Object.fromEntries([...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))));
}

function counterLines({ counterRemarks }: FlowListSummary, { width, colours }: TextOptions): string {
  if (counterRemarks.length === 0) return '';
  const lines = counterRemarks.map(({ counter, total, grown, severity, text }) => {
    const rate = grown === undefined ? '' : ` (${rateText(grown)})`;
    const line = wrap(escapeTerminal(`  ${counter} ${total}${rate}: ${text}`), width, '    ');
    return severity === 'warning' ? colours.warning(line) : line;
  });
  const isOne = counterRemarks.every(({ grown }) => grown === undefined);
  return `${colours.heading(`conntrack -S, counted since the node started${isOne ? ' (a second sample tells whether they grow)' : ''}`)}\n${lines.join('\n')}\n`;
}
