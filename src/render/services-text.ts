import type { ServiceItem, ServiceList } from '../explain/service-list.ts';
import { socketText } from '../net/socket.ts';
import { CHOOSING, hasRole } from '../proxy/chains.ts';
import { parseServiceComment } from '../proxy/comments.ts';
import { counted } from '../words/numbers.ts';
import { escapeTerminal } from './escape.ts';
import { rowsOf } from './screen.ts';
import { describeRemarks, proxyPort, type Stand, standOf } from './service-remarks.ts';
import { type Column, renderTable } from './table.ts';
import type { TextOptions } from './text-options.ts';
import { wrap } from './wrap.ts';

/** How the list is shown. */
export interface ServicesTextOptions extends TextOptions {
  /** The namespace that was asked for. */
  readonly namespace?: string | null;
  /** `screen`: on a terminal what fits it, the broken ones first; `wide`: all, with endpoints; `name`: names alone. */
  readonly listing?: 'screen' | 'wide' | 'name';
  /** Lines of the terminal. */
  readonly rows?: number | null;
  /** The command line that asks of this state, without the command: ` -f node-1`. */
  readonly state?: string;
  readonly program?: string;
  /** @returns a word as a shell needs it. */
  readonly quote?: (word: string) => string;
}

/** Rows of the smallest terminal that an answer is to fit. */
const ROWS = 24;

/** @returns the columns. Long names go on in the next line, addresses are always whole; remarks take what is left. */
function columnsOf(wide: boolean): Column[] {
  return [
    { heading: 'SERVICE PORT', limit: 20 },
    { heading: 'CLUSTER IP', limit: null },
    { heading: 'NODEPORT', limit: null },
    { heading: 'ENDPOINTS', limit: null },
    ...(wide ? [{ heading: 'ADDRESSES', limit: null }] : []),
    { heading: 'REMARKS', limit: null },
  ];
}

/**
 * @returns one line for each Service port, aligned, the broken ones first, then what concerns the whole list; a sentence where
 *   there are none. On a terminal first how many work, and last how to see the rest.
 */
export function renderServicesText(list: ServiceList, options: ServicesTextOptions): string {
  const { listing = 'screen', width, rows } = options;
  if (listing === 'name') return list.items.map((item) => `${escapeTerminal(serviceName(item))}\n`).join('');
  // Asked once: a screen is printed anew with every row that does not fit.
  const stands = new Map(list.items.map((item) => [item, standOf(item)]));
  const sorted = { ...list, items: worstFirst(list.items, stands) };
  const above = width === null || list.items.length === 0 ? [] : [heading(list, stands, options)];
  const below = [
    notProgrammed(list, options),
    notes(list, options),
    ...(width === null ? [] : [nextText(sorted.items[0], options)]),
  ];
  const print = (most: number): string =>
    [
      ...above,
      table({ ...sorted, items: sorted.items.slice(0, most) }, options) +
        restText(sorted.items.slice(most), stands, options),
      ...below,
    ]
      .filter((part) => part !== '')
      .join('\n');
  if (width === null || listing === 'wide') return print(sorted.items.length);
  const room = Math.max(ROWS, rows ?? ROWS) - 1;
  let most = Math.min(sorted.items.length, room);
  while (most > 1 && rowsOf(print(most), width) > room) most--;
  return print(most);
}

/** How a list is sorted: what does not work first. */
const WORST: Readonly<Record<Stand, number>> = { broken: 0, refuses: 1, unknown: 2, served: 3 };

type Stands = ReadonlyMap<ServiceItem, Stand>;

function worstFirst(items: readonly ServiceItem[], stands: Stands): ServiceItem[] {
  const worst = (item: ServiceItem): number => WORST[stands.get(item) ?? 'served'];
  return [...items].sort((a, b) => worst(a) - worst(b));
}

function heading(
  { items, notProgrammed: missing, capture }: ServiceList,
  stands: Stands,
  { colours, width }: ServicesTextOptions,
): string {
  const count = (stand: Stand): number => items.filter((item) => stands.get(item) === stand).length;
  const node = capture.node === null ? '' : ` on ${escapeTerminal(capture.node)}`;
  const broken = count('broken') + missing.length;
  const parts = [
    ...(broken === 0 ? [] : [colours.bad(`${broken} broken`)]),
    ...(count('refuses') === 0 ? [] : [colours.warning(`${count('refuses')} refused by rules`)]),
    ...(count('unknown') === 0 ? [] : [colours.warning(`${count('unknown')} unknown`)]),
    ...(count('served') === 0 ? [] : [colours.good(`${count('served')} with endpoints`)]),
  ];
  return `${wrap(`${colours.strong(counted(items.length, 'Service port'))}${node}: ${parts.join(', ')}`, width, '  ')}\n`;
}

function restText(rest: readonly ServiceItem[], stands: Stands, { colours }: ServicesTextOptions): string {
  if (rest.length === 0) return '';
  const bad = rest.filter((item) => stands.get(item) !== 'served').length;
  const which = bad === 0 ? 'all with endpoints' : `${bad} of them not served`;
  return colours.faint(`… and ${rest.length} more, ${which} (-o wide lists all)`).concat('\n');
}

function nextText(
  first: ServiceItem | undefined,
  { program, state = '', quote = (word) => word, colours }: ServicesTextOptions,
): string {
  if (first === undefined || program === undefined || first.name === null || first.namespace === null)
    return '';
  const command = `${program} why ${quote(serviceName(first))}${state}`;
  return `next: ${colours.name(escapeTerminal(command))}\n`;
}

function table(list: ServiceList, { width, colours, namespace, listing }: ServicesTextOptions): string {
  if (list.items.length === 0) return `${nothing(list, namespace ?? null)}\n`;
  const mixed = new Set(list.items.map(({ backend }) => backend)).size > 1;
  const wide = listing === 'wide';
  const rows = list.items.map((item) => rowOf(item, wide, mixed).map(escapeTerminal));
  const last = wide ? 5 : 4;
  return renderTable(columnsOf(wide), rows, wide ? null : width, (text, row, column) => {
    const item = list.items[row];
    if (item === undefined) return colours.heading(text);
    if (column === 0) return colours.name(text);
    if (column === last && standOf(item) === 'broken') return colours.bad(text);
    const bad = column === 3 ? item.endpoints.length === 0 : column < 3 && text.startsWith('(');
    return bad ? colours.bad(text) : text;
  });
}

function rowOf(item: ServiceItem, wide: boolean, mixed: boolean): string[] {
  return [
    serviceName(item),
    clusterIp(item),
    nodePort(item),
    describeEndpoints(item),
    ...(wide ? [addressesOf(item)] : []),
    describeRemarks(item, mixed),
  ];
}

/** Endpoints named in a line; the rest is counted, as kubectl does it. */
const NAMED = 3;

function addressesOf({ endpoints }: ServiceItem): string {
  const places = [...new Set(endpoints.map(({ address, port }) => socketText(address, port)))];
  const more = places.length - NAMED;
  return `${places.slice(0, NAMED).join(',')}${more > 0 ? ` + ${more} more` : ''}` || '-';
}

/** Service ports of the API that no rule is for. */
function notProgrammed(list: ServiceList, { colours, listing }: ServicesTextOptions): string {
  const missing = list.notProgrammed;
  if (missing.length === 0) return '';
  const most = listing === 'wide' ? missing.length : MISSING_SHOWN;
  const lines = missing.slice(0, most).map(({ namespace, name, port, address, portNumber, protocol }) => {
    const label = port === null ? `${namespace}/${name}` : `${namespace}/${name}:${port}`;
    return `  ${colours.name(escapeTerminal(label))}  ${socketText(address, portNumber)}/${escapeTerminal(protocol)}`;
  });
  const more = missing.length - most;
  if (more > 0) lines.push(`  … and ${more} more (-o wide lists all)`);
  return `${colours.heading('in the API, but no rule is for it')}\n${lines.join('\n')}\n`;
}

const MISSING_SHOWN = 20;

function notes({ notes: all }: ServiceList, { width, colours }: TextOptions): string {
  return all
    .map(({ text, settle }) => {
      const end = settle === null ? '' : ` (${escapeTerminal(settle)})`;
      return `${wrap(`${colours.warning('but')} ${escapeTerminal(text)}${end}`, width, '  ')}\n`;
    })
    .join('');
}

function serviceName(item: ServiceItem): string {
  if (item.name === null) return item.chains[0] ?? '(unnamed)';
  const name = item.namespace === null ? item.name : `${item.namespace}/${item.name}`;
  return item.port === null || item.port === '' ? name : `${name}:${item.port}`;
}

/**
 * tcp goes without saying. An address that no rule leads from stands in brackets; where not even that is known, there is a
 * question mark, since every Service with rules has one.
 */
function clusterIp(item: ServiceItem): string {
  const name = item.protocol.toLowerCase();
  const protocol = name === 'unknown' || name === 'tcp' ? '' : `/${name}`;
  const first = item.clusterIPs[0];
  if (first === undefined) {
    const expected = item.unprogrammed.find(({ kind }) => kind === 'clusterIP');
    if (expected === undefined || expected.address === null) return `?${protocol}`;
    return `(${socketText(expected.address, expected.port)}${protocol})`;
  }
  const more = item.clusterIPs.length - 1;
  return `${socketText(first.address, first.port)}${protocol}${more > 0 ? ` +${more}` : ''}`;
}

function nodePort(item: ServiceItem): string {
  if (item.nodePort !== null) return String(item.nodePort);
  const expected = item.unprogrammed.find(({ kind }) => kind === 'nodePort');
  return expected === undefined ? '-' : `(${expected.port})`;
}

/**
 * @returns `3 (1 local)`; an endpoint counts once, in whichever chains it stands. `?` where the
 *   capture lacks the chain that would tell, `3+` where it lacks a part of it. `not in rules`: kube-proxy itself dials them.
 */
export function describeEndpoints(item: ServiceItem): string {
  if (proxyPort(item) !== null) return 'not in rules';
  // A virtual server of IPVS has its endpoints itself.
  const open = item.notCaptured.some((chain) => item.backend === 'ipvs' || hasRole(chain, ...CHOOSING));
  const places = new Map<string, boolean>();
  for (const { address, port, scope, endpoint, chain } of item.endpoints) {
    // Chains that were not captured lead to an endpoint each.
    const key = address === 'unknown' ? chain : `${address} ${port}`;
    const local = scope === 'local' || endpoint?.thisNode === true;
    places.set(key, (places.get(key) ?? false) || local);
  }
  if (places.size === 0) return open || mayHaveSome(item) ? '?' : 'none';
  const local = [...places.values()].filter(Boolean).length;
  const number = `${places.size}${open ? '+' : ''}`;
  return local === 0 ? number : `${number} (${local} local)`;
}

/** The chain that would lead to its endpoints is not there to be asked, or a refusal says that there are some elsewhere. */
function mayHaveSome({ notCaptured, refusals, chains }: ServiceItem): boolean {
  if (chains.some((chain) => hasRole(chain, ...CHOOSING))) return false;
  return (
    notCaptured.length > 0 ||
    refusals.some(({ comment }) => parseServiceComment(comment ?? '')?.phrase === 'no-local-endpoints')
  );
}

function nothing(list: ServiceList, namespace: string | null): string {
  const mode = list.capture.proxyMode;
  const of = namespace === null ? '' : ` of namespace ${escapeTerminal(namespace)}`;
  if (mode === 'iptables' || mode === 'none') return `No Service${of} is programmed in these rules.`;
  if (list.notes.some(({ code }) => code === 'nft-table-in-part'))
    return `No Service${of} is in what was captured of kube-proxy’s nft table.`;
  return `No Service${of} is programmed in these rules: kube-proxy runs in ${mode} mode here.`;
}
