import type { ServiceItem, ServiceList } from '../explain/service-list.ts';
import { CHOOSING, hasRole } from '../proxy/chains.ts';
import type { Colours } from './colours.ts';
import { escapeTerminal } from './escape.ts';
import { addressWithPort } from './format-address.ts';
import { describeRemarks, proxyPort } from './service-remarks.ts';
import { type Column, renderTable } from './table.ts';
import type { TextOptions } from './text-options.ts';
import { wrap } from './wrap.ts';

/** On narrower terminals the endpoints are counted without words. */
const WIDE = 120;

/** `namespace`: the one that was asked for. */
interface ServicesTextOptions extends TextOptions {
  readonly namespace?: string | null;
}

/** Long names give way first, then IPv6 addresses, never IPv4 ones; remarks take what is left. */
function columnsFor(width: number | null, narrow: boolean, rows: readonly (readonly string[])[]): Column[] {
  const ipv4 = rows.reduce(
    (most, [, cell = '']) => (cell.includes('[') ? most : Math.max(most, cell.length)),
    19,
  );
  return [
    { heading: 'SERVICE PORT', limit: Math.max(20, Math.floor((width ?? 0) * 0.27)) },
    { heading: 'CLUSTER IP', limit: ipv4 },
    { heading: narrow ? 'NODE' : 'NODEPORT', limit: null },
    { heading: 'ENDPOINTS', limit: null },
    { heading: 'REMARKS', limit: null },
  ];
}

/** @returns one line for each Service port, aligned, then what concerns the whole list; a sentence where there are none. */
export function renderServicesText(list: ServiceList, options: ServicesTextOptions): string {
  return [table(list, options), notProgrammed(list, options.colours), notes(list, options)]
    .filter((part) => part !== '')
    .join('\n');
}

function table(list: ServiceList, { width, colours, namespace }: ServicesTextOptions): string {
  if (list.items.length === 0) return `${nothing(list, namespace ?? null)}\n`;
  const narrow = width !== null && width < WIDE;
  const mixed = new Set(list.items.map(({ backend }) => backend)).size > 1;
  const rows = list.items.map((item) => rowOf(item, narrow, mixed).map(escapeTerminal));
  return renderTable(columnsFor(width, narrow, rows), rows, width, (text, row, column) => {
    const item = list.items[row];
    if (item === undefined) return colours.heading(text);
    if (column === 0) return colours.name(text);
    const bad = column === 3 ? item.endpoints.length === 0 : column < 3 && text.startsWith('(');
    return bad ? colours.bad(text) : text;
  });
}

function rowOf(item: ServiceItem, narrow: boolean, mixed: boolean): string[] {
  return [
    serviceName(item),
    clusterIp(item, narrow),
    nodePort(item),
    describeEndpoints(item, narrow),
    describeRemarks(item, mixed),
  ];
}

/** Service ports of the API that no rule is for. */
function notProgrammed(list: ServiceList, colours: Colours): string {
  const missing = list.notProgrammed;
  if (missing.length === 0) return '';
  const lines = missing
    .slice(0, MISSING_SHOWN)
    .map(({ namespace, name, port, address, portNumber, protocol }) => {
      const label = port === null ? `${namespace}/${name}` : `${namespace}/${name}:${port}`;
      return `  ${colours.name(escapeTerminal(label))}  ${addressWithPort(address, portNumber)}/${escapeTerminal(protocol)}`;
    });
  const more = missing.length - MISSING_SHOWN;
  if (more > 0) lines.push(`  … and ${more} more (-o json lists all)`);
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
 * On narrow terminals tcp goes without saying. An address that no rule leads from stands in brackets; where not even that is
 * known, there is a question mark, since every Service with rules has one.
 */
function clusterIp(item: ServiceItem, narrow: boolean): string {
  const name = item.protocol.toLowerCase();
  const protocol = name === 'unknown' || (narrow && name === 'tcp') ? '' : `/${name}`;
  const first = item.clusterIPs[0];
  if (first === undefined) {
    const expected = item.unprogrammed.find(({ kind }) => kind === 'clusterIP');
    if (expected === undefined || expected.address === null) return `?${protocol}`;
    return `(${addressWithPort(expected.address, expected.port)}${protocol})`;
  }
  const more = item.clusterIPs.length - 1;
  return `${addressWithPort(first.address, first.port)}${protocol}${more > 0 ? ` +${more}` : ''}`;
}

function nodePort(item: ServiceItem): string {
  if (item.nodePort !== null) return String(item.nodePort);
  const expected = item.unprogrammed.find(({ kind }) => kind === 'nodePort');
  return expected === undefined ? '-' : `(${expected.port})`;
}

/**
 * @returns `3 endpoints, 1 local`, or `3 (1 local)`; an endpoint counts once, in whichever chains it stands. `?` where the
 *   capture lacks the chain that would tell, `3+` where it lacks a part of it. `not in rules`: kube-proxy itself dials them.
 */
export function describeEndpoints(item: ServiceItem, narrow: boolean): string {
  if (proxyPort(item) !== null) return 'not in rules';
  const open = item.notCaptured.some((chain) => hasRole(chain, ...CHOOSING));
  const places = new Map<string, boolean>();
  for (const { address, port, scope, endpoint } of item.endpoints) {
    const key = `${address} ${port}`;
    const local = scope === 'local' || endpoint?.thisNode === true;
    places.set(key, (places.get(key) ?? false) || local);
  }
  if (places.size === 0) return open ? '?' : 'none';
  const local = [...places.values()].filter(Boolean).length;
  const number = `${places.size}${open ? '+' : ''}`;
  if (narrow) return local === 0 ? number : `${number} (${local} local)`;
  const count = number === '1' ? '1 endpoint' : `${number} endpoints`;
  return local === 0 ? count : `${count}, ${local} local`;
}

function nothing(list: ServiceList, namespace: string | null): string {
  const mode = list.capture.proxyMode;
  const of = namespace === null ? '' : ` of namespace ${escapeTerminal(namespace)}`;
  if (mode === 'iptables' || mode === 'none') return `No Service${of} is programmed in these rules.`;
  return `No Service${of} is programmed in these rules: kube-proxy runs in ${mode} mode here.`;
}
