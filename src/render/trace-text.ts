import type { TraceDiagnosis } from '../diagnose/trace-diagnosis.ts';
import type { ServiceRef } from '../explain/explanation.ts';
import type { AddressOwner, TraceItem, TraceList } from '../explain/trace-list.ts';
import { socketText } from '../net/socket.ts';
import { counted } from '../words/numbers.ts';
import type { Colours } from './colours.ts';
import { escapeTerminal } from './escape.ts';
import { VIA, wayText } from './flows/words.ts';
import type { TextOptions } from './text-options.ts';
import { fromText } from './trace/alike.ts';
import { connectionLines } from './trace/connection-text.ts';
import { renderEndpoints } from './trace/endpoint-table.ts';
import { renderNotes, uniqueNotes } from './trace/notes-text.ts';
import { groupOutcomes, type OutcomeGroup } from './trace/outcome-groups.ts';
import { renderPath } from './trace/path-text.ts';
import { remarkLines } from './trace/remark-lines.ts';
import { renderScreen } from './trace/screen-text.ts';
import { summariseGroup } from './trace/verdict-text.ts';
import { wrap } from './wrap.ts';

/** How much to print, and how. */
export interface TraceTextOptions extends TextOptions {
  readonly detail: 'answer' | 'path' | 'full';
}

/** @returns the answer first, then the way through the rules, then what it rests on. */
export function renderTraceText(list: TraceList, options: TraceTextOptions): string {
  const { colours, width } = options;
  const blocks = [heading(list, width, colours)];
  blocks.push(...list.items.map((item) => answer(item, width, colours)));
  const told = new Set<string>();
  if (options.detail !== 'answer')
    for (const item of list.items) blocks.push(path(item, list, width, colours, told));
  blocks.push(renderNotes(list.items, width, colours));
  return blocks.filter((block) => block !== '').join('\n');
}

/** What a screen needs of whoever prints it. */
export interface TraceScreenOptions extends Omit<TraceTextOptions, 'detail'> {
  /** How the program was called. */
  readonly program: string;
  /** The end of a command that asks of the same state: quoted, with a space before it; empty where there is none. */
  readonly state: string;
  /** The question as it was typed, but for who sends: quoted words. */
  readonly question: string;
}

/** @returns the answer on one screen: who sees what, the cause, what to do next, how to see the path. */
export function renderTraceScreen(
  list: TraceList,
  diagnosis: TraceDiagnosis,
  { width, colours, program, state, question }: TraceScreenOptions,
): string {
  const service = list.items.find((item) => item.service !== null)?.service ?? null;
  return renderScreen(list, diagnosis, {
    width,
    colours,
    program,
    heading: heading(list, width, colours),
    flowHit: (item) => flowHit(item, width, colours),
    flowText,
    conditions: (group, most) => conditions(group, width, colours, most),
    notes: renderNotes(list.items, width, colours, diagnosis.likeOf),
    why: service === null ? null : `${program} why ${question}${state}`,
  });
}

function heading(list: TraceList, width: number | null, colours: Colours): string {
  const [item] = list.items;
  if (item === undefined) return '';
  const { destination, protocol } = item.packet;
  const to = `${socketText(destination.address, destination.port)}/${protocol}`;
  const names = startNodes(list);
  const node = names.length === 0 ? '' : ` on ${names.map(escapeTerminal).join(', ')}`;
  return `${wrap(`${colours.strong(to)}${node}${isWhat(list.items, colours)}`, width, '  ')}\n`;
}

/** @returns where the packets begin: of several captured nodes each starts on its sender's, or on the one that it is sent to. */
export function startNodes({ items, capture }: TraceList): string[] {
  const first = items.map(({ outcomes }) => outcomes[0]?.connection?.legs[0]?.node ?? capture.node);
  return [...new Set(first)].filter((name): name is string => name !== null);
}

/** What the address is: one Service port, one of several, or nobody's. */
function isWhat(items: readonly TraceItem[], colours: Colours): string {
  const service = items.find((each) => each.service !== null)?.service ?? null;
  if (service !== null) return ` is ${colours.strong(escapeTerminal(labelOf(service)))}${viaText(service)}`;
  const possible = uniqueNotes(
    items.flatMap(({ outcomes }) =>
      outcomes.flatMap(({ service: one }) =>
        one === null ? [] : [{ code: '', text: `${labelOf(one)}${viaText(one)}`, settle: null }],
      ),
    ),
  );
  if (possible.length > 0) {
    const names = possible.slice(0, 4).map(({ text }) => escapeTerminal(text));
    const more = possible.length > 4 ? `, … (${possible.length} in all)` : '';
    return possible.length === 1
      ? ` may be ${names[0]}, as the rules here leave open`
      : ` may be one of several Services, as the rules here leave open: ${names.join(', ')}${more}`;
  }
  const answers = items.some(({ outcomes }) => outcomes.some(({ direction }) => direction === 'reply'));
  const owner = items.find((each) => each.owner != null)?.owner;
  if (owner != null && !answers) return ` is ${colours.strong(escapeTerminal(ownerText(owner)))}`;
  return items[0]?.packet.destination.port === null || answers
    ? ''
    : ': no Service that is known here has this address and port';
}

/** `pod shop/web-a1 of this node, and no known Service’s`. */
function ownerText({ kind, namespace, pod, node, thisNode }: AddressOwner): string {
  const of = thisNode === true ? ' of this node' : node === null ? '' : ` of ${node}`;
  if (kind === 'node')
    return thisNode === true
      ? 'this node, and no known Service’s'
      : `node ${node ?? '?'}, and no known Service’s`;
  return `${kind === 'hostPort' ? 'a host port of ' : ''}pod ${namespace ?? '?'}/${pod ?? '?'}${of}, and no known Service’s`;
}

function labelOf(service: ServiceRef): string {
  const port = service.port === '' ? '' : `:${service.port}`;
  return `${service.namespace}/${service.name}${port}`;
}

/** ` (cluster IP, named by a rule comment)`; empty where neither is to be said. */
function viaText({ via, namedBy }: ServiceRef): string {
  const said = [
    ...(via === null ? [] : [VIA[via]]),
    ...(namedBy === 'comment' ? ['named by a rule comment'] : []),
  ];
  return said.length === 0 ? '' : ` (${said.join(', ')})`;
}

function answer(item: TraceItem, width: number | null, colours: Colours): string {
  const lines = [wrap(`from ${colours.strong(escapeTerminal(fromText(item)))}`, width, '  ')];
  lines.push(...flowHit(item, width, colours));
  const groups = groupOutcomes(item.outcomes);
  for (const group of groups.slice(0, MAX_GROUPS)) {
    lines.push(...conditions(group, width, colours));
    const [first] = group.outcomes;
    if (item.service === null && first?.like.service != null)
      lines.push(wrap(`  it is ${escapeTerminal(labelOf(first.like.service))}`, width, '    '));
    lines.push(wrap(`  ${summariseGroup(group, item, colours)}`, width, '    '));
    lines.push(...connectionLines(group, width, colours));
    const { forAll, forSome } = remarkLines(group, width, colours);
    lines.push(...forAll);
    const table = renderEndpoints(group, item, width);
    if (table !== '') lines.push(table.trimEnd());
    lines.push(...forSome);
  }
  if (groups.length > MAX_GROUPS)
    lines.push(`  … and ${groups.length - MAX_GROUPS} more sets of conditions (-o json lists all)`);
  const flows = flowText(item);
  if (flows !== '') lines.push(wrap(flows, width, '    '));
  return `${lines.join('\n')}\n`;
}

const MAX_GROUPS = 6;

/** Conditions told in full; a case with more of them is counted. */
const CONDITIONS = 4;

function conditions(
  group: OutcomeGroup,
  width: number | null,
  colours: Colours,
  most = CONDITIONS,
): string[] {
  const line = (text: string): string =>
    wrap(`  ${text}`, width, '    ').split('\n').map(colours.warning).join('\n');
  if (group.isRest === true) return [line('in every other case (-o json lists them)')];
  const given = group.given.map(({ text }) => escapeTerminal(text));
  const all = group.sticky ? [...given, STICKY] : given;
  const lines = all.slice(0, most).map((text) => line(`if ${text}`));
  if (all.length > most) lines.push(line(`… and ${counted(all.length - most, 'more condition')}`));
  const cases = group.cases.map((notes) => notes.map(({ text }) => escapeTerminal(text)).join(', and '));
  const [first, ...others] = cases;
  if (first === undefined) return lines;
  lines.push(line(`if ${first}`), ...others.slice(0, most - 1).map((text) => line(`or if ${text}`)));
  const more = others.length - (most - 1);
  if (more > 0) lines.push(line(`… or in ${counted(more, 'more case')} (-o json lists all)`));
  return lines;
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
  const decides =
    item.ipvs === undefined ? 'conntrack decides' : `IPVS ${item.ipvs.server} goes by what it remembers`;
  const lines = [
    wrap(
      `  ${what}${escapeTerminal(to)}, ${wayText(item.original)}: ${decides}, nat rules are not asked (${place})`,
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
    return `${count} to ${socketText(address, port)}${stuck}`;
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
    const head = groups.length > 1 ? `${conditions(group, width, colours).join('\n')}\n` : '';
    return head + renderPath(outcomes, item, width, colours, told);
  });
  return `${colours.heading(title)}\n${parts.join('')}`;
}
