import type { Note, TraceItem, TraceList } from '../explain/explanation.ts';
import type { Colours } from './colours.ts';
import { escapeTerminal } from './escape.ts';
import { VIA, wayText, wrap } from './flows/words.ts';
import { addressWithPort } from './format-address.ts';
import { renderEndpoints } from './trace/endpoint-table.ts';
import { groupOutcomes, type OutcomeGroup } from './trace/outcome-groups.ts';
import { renderPath } from './trace/path-text.ts';
import { summariseGroup } from './trace/verdict-text.ts';

/** How much to print, and how. */
export interface TraceTextOptions {
  readonly detail: 'answer' | 'path' | 'full';
  /** Columns of the terminal; null where the output is not one. */
  readonly width: number | null;
  readonly colours: Colours;
}

/** @returns the answer first, then the way through the rules, then what it rests on. */
export function renderTraceText(list: TraceList, options: TraceTextOptions): string {
  const { colours, width } = options;
  const blocks = [heading(list, colours)];
  blocks.push(...list.items.map((item) => answer(item, width, colours)));
  const told = new Set<string>();
  if (options.detail !== 'answer')
    for (const item of list.items) blocks.push(path(item, list, width, colours, told));
  blocks.push(notes(list.items, colours));
  return blocks.filter((block) => block !== '').join('\n');
}

function heading(list: TraceList, colours: Colours): string {
  const [item] = list.items;
  if (item === undefined) return '';
  const { destination, protocol } = item.packet;
  const to = `${addressWithPort(destination.address, destination.port)}/${protocol}`;
  const service = list.items.find((each) => each.service !== null)?.service ?? null;
  const node = list.capture.node === null ? '' : ` on ${escapeTerminal(list.capture.node)}`;
  if (service === null)
    return `${colours.strong(to)}${node}: no Service that is known here has this address and port\n`;
  const port = service.port === '' ? '' : `:${service.port}`;
  const name = colours.strong(escapeTerminal(`${service.namespace}/${service.name}${port}`));
  const via = {
    clusterIP: 'cluster IP',
    nodePort: 'node port',
    externalIP: 'external IP',
    loadBalancerIP: 'load balancer IP',
  };
  const said = service.namedBy === 'comment' ? ', named by a rule comment' : '';
  return `${to}${node} is ${name} (${via[service.via]}${said})\n`;
}

function answer(item: TraceItem, width: number | null, colours: Colours): string {
  const lines = [`from ${colours.strong(fromText(item))}`];
  lines.push(...flowHit(item, width, colours));
  const groups = groupOutcomes(item.outcomes);
  for (const group of groups.slice(0, MAX_GROUPS)) {
    lines.push(...conditions(group, colours), `  ${summariseGroup(group, item, colours)}`);
    const table = renderEndpoints(group, item, width);
    if (table !== '') lines.push(table.trimEnd());
    lines.push(...remarks(group, colours));
  }
  if (groups.length > MAX_GROUPS)
    lines.push(`  … and ${groups.length - MAX_GROUPS} more sets of conditions (-o json lists all)`);
  const flows = flowText(item);
  if (flows !== '') lines.push(flows);
  return `${lines.join('\n')}\n`;
}

const MAX_GROUPS = 6;

/** @returns who sends, with the address where the name alone does not tell it. */
function fromText(item: TraceItem): string {
  const { address, port } = item.packet.source;
  const from = escapeTerminal(item.from);
  if (address === null || item.from.includes(address)) return from;
  return `${from} (${addressWithPort(address, port)})`;
}

function conditions(group: OutcomeGroup, colours: Colours): string[] {
  const texts = group.sticky
    ? [...group.given.map(({ text }) => text), STICKY]
    : group.given.map(({ text }) => text);
  const shown = texts.slice(0, 4).map((text) => colours.warning(`  if ${escapeTerminal(text)}`));
  return texts.length > 4
    ? [...shown, colours.warning(`  … and ${texts.length - 4} more conditions`)]
    : shown;
}

/** Warnings about the way back, once each. */
function remarks(group: OutcomeGroup, colours: Colours): string[] {
  const all = group.outcomes.flatMap(({ like }) => like.remarks);
  return unique(all).map(({ text }) => colours.bad(`  but ${escapeTerminal(text)}`));
}

const STICKY = 'the client was seen by an endpoint within the time of its session affinity';

/** The flow that the packet belongs to, and what is wrong with it. */
function flowHit({ flow }: TraceItem, width: number | null, colours: Colours): string[] {
  if (flow === null) return [];
  const { direction, item } = flow;
  const { service, via, state, status, timeoutSeconds, problems, stale, clear } = item;
  const facts = [
    ...(state === null ? [] : [state]),
    ...status,
    ...(timeoutSeconds === null ? [] : [`${timeoutSeconds} s left`]),
  ];
  const port = service === null || service.port === '' ? '' : `:${service.port}`;
  const to =
    service === null
      ? ''
      : ` to ${service.namespace}/${service.name}${port}${via === null ? '' : ` (${VIA[via]})`}`;
  const what = direction === 'reply' ? 'an answer of a flow' : 'a packet of a flow';
  const place = escapeTerminal(`${item.file}:${item.line}, ${facts.join(' ')}`);
  const lines = [
    wrap(
      `  ${what}${escapeTerminal(to)}, ${wayText(item.original)}: conntrack decides, nat rules are not asked (${place})`,
      width,
      '    ',
    ),
  ];
  for (const { severity, message } of problems.filter(({ code }) => code !== 'unreplied')) {
    const paint = severity === 'info' ? colours.faint : colours.bad;
    lines.push(wrap(`  ${paint(stale ? 'stuck' : severity)}: ${escapeTerminal(message)}`, width, '    '));
  }
  if (stale && clear !== null) lines.push(`  to clear it: ${clear}`);
  return lines;
}

function flowText(item: TraceItem): string {
  if (item.flows === null || item.flows.total === 0) return '';
  const { total, to } = item.flows;
  const who = item.packet.source.address === null ? 'to this address, whoever the client' : 'of this client';
  const targets = to.slice(0, 3).map(({ address, port, count, stale }) => {
    const stuck = stale === 0 ? '' : ` (${stale === count ? '' : `${stale} of them `}stuck)`;
    return `${count} to ${addressWithPort(address, port)}${stuck}`;
  });
  const more = to.length > 3 ? `, ${to.length - 3} more` : '';
  const verb = total === 1 ? 'flow goes' : 'flows go';
  return `  ${total} live ${verb} where conntrack remembers (${who}): ${targets.join(', ')}${more}`;
}

function path(
  item: TraceItem,
  list: TraceList,
  width: number | null,
  colours: Colours,
  told: Set<string>,
): string {
  const title = list.items.length > 1 ? `path from ${escapeTerminal(item.from)}` : 'path';
  const groups = groupOutcomes(item.outcomes).slice(0, MAX_GROUPS);
  const parts = groups.map((group) => {
    const outcomes = group.outcomes.flatMap(({ ways }) => ways);
    const head = groups.length > 1 ? `${conditions(group, colours).join('\n')}\n` : '';
    return head + renderPath(outcomes, item, width, colours, told);
  });
  return `${colours.heading(title)}\n${parts.join('')}`;
}

function notes(items: readonly TraceItem[], colours: Colours): string {
  const assumed = unique(items.flatMap(({ assumptions }) => assumptions));
  const open = unique(
    items.flatMap(({ outcomes }) =>
      outcomes.flatMap(({ given, reason, verdict }) => [
        ...given,
        ...(verdict === 'unknown' && reason !== null ? [reason] : []),
      ]),
    ),
  );
  const settled = [...new Set(open.flatMap(({ settle }) => (settle === null ? [] : [settle])))];
  const lines = [
    ...(assumed.length === 0 ? [] : [colours.heading('taken for granted'), ...assumed.map(noteText)]),
    ...(settled.length === 0
      ? []
      : [
          colours.heading('to settle what is open'),
          ...settled.slice(0, 6).map((text) => `  ${escapeTerminal(text)}`),
        ]),
  ];
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function noteText(note: Note): string {
  return `  ${escapeTerminal(note.text)}${note.settle === null ? '' : ` (${escapeTerminal(note.settle)})`}`;
}

function unique(list: readonly Note[]): Note[] {
  return [...new Map(list.map((note) => [note.text, note])).values()];
}
