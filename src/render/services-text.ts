import type { ServiceItem, ServiceList } from '../explain/explanation.ts';
import type { Colours } from './colours.ts';
import { escapeTerminal } from './escape.ts';
import { addressWithPort } from './format-address.ts';
import { describeRemarks, proxyPort } from './service-remarks.ts';
import { type Column, renderTable } from './table.ts';

/** On narrower terminals the endpoints are counted without words. */
const WIDE = 120;

/** How a list is shown. `width` null: no limit. */
export interface TextOptions {
  readonly width: number | null;
  readonly colours: Colours;
}

/** Long names give way first, then IPv6 addresses; remarks take what is left. */
function columnsFor(width: number | null, narrow: boolean): Column[] {
  return [
    { heading: 'SERVICE PORT', limit: Math.max(20, Math.floor((width ?? 0) * 0.27)) },
    { heading: 'CLUSTER IP', limit: 19 },
    { heading: narrow ? 'NODE' : 'NODEPORT', limit: null },
    { heading: 'ENDPOINTS', limit: null },
    { heading: 'REMARKS', limit: null },
  ];
}

/** @returns one line for each Service port, aligned; a sentence where there are none. */
export function renderServicesText(list: ServiceList, options: TextOptions): string {
  if (list.items.length === 0) return `${nothing(list)}\n`;
  const narrow = options.width !== null && options.width < WIDE;
  const rows = list.items.map((item) => rowOf(item, narrow).map(escapeTerminal));
  const { colours } = options;
  return renderTable(columnsFor(options.width, narrow), rows, options.width, (text, row, column) => {
    const item = list.items[row];
    if (item === undefined) return colours.heading(text);
    if (column === 0) return colours.name(text);
    return column === 3 && item.endpoints.length === 0 ? colours.bad(text) : text;
  });
}

function rowOf(item: ServiceItem, narrow: boolean): string[] {
  return [
    serviceName(item),
    clusterIp(item, narrow),
    item.nodePort === null ? '-' : String(item.nodePort),
    describeEndpoints(item, narrow),
    describeRemarks(item),
  ];
}

function serviceName(item: ServiceItem): string {
  if (item.name === null) return item.chains[0] ?? '(unnamed)';
  const name = item.namespace === null ? item.name : `${item.namespace}/${item.name}`;
  return item.port === null || item.port === '' ? name : `${name}:${item.port}`;
}

/** On narrow terminals tcp goes without saying. */
function clusterIp(item: ServiceItem, narrow: boolean): string {
  const name = item.protocol.toLowerCase();
  const protocol = narrow && name === 'tcp' ? '' : `/${name}`;
  const first = item.clusterIPs[0];
  if (first === undefined) return `none${protocol}`;
  const more = item.clusterIPs.length - 1;
  return `${addressWithPort(first.address, first.port)}${protocol}${more > 0 ? ` +${more}` : ''}`;
}

/** @returns `3 endpoints, 1 local`, or `3 (1 local)`; an endpoint counts once, in whichever chains it stands. `not in rules`: kube-proxy itself dials them. */
export function describeEndpoints(item: ServiceItem, narrow: boolean): string {
  if (proxyPort(item) !== null) return 'not in rules';
  const places = new Map<string, boolean>();
  for (const { address, port, scope, endpoint } of item.endpoints) {
    const key = `${address} ${port}`;
    const local = scope === 'local' || endpoint?.thisNode === true;
    places.set(key, (places.get(key) ?? false) || local);
  }
  if (places.size === 0) return 'none';
  const local = [...places.values()].filter(Boolean).length;
  if (narrow) return local === 0 ? String(places.size) : `${places.size} (${local} local)`;
  const count = places.size === 1 ? '1 endpoint' : `${places.size} endpoints`;
  return local === 0 ? count : `${count}, ${local} local`;
}

function nothing(list: ServiceList): string {
  const mode = list.capture.proxyMode;
  if (mode === 'iptables' || mode === 'none') return 'No Service is programmed in these rules.';
  return `No Service is programmed in these rules: kube-proxy runs in ${mode} mode here.`;
}
