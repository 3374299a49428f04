import { type Fields, numberInText, objectOf, objectsOf, textOf, textsOf } from '../json/fields.ts';
import { readJsonObjects } from '../json/read-json.ts';
import { dictionary } from '../lookup/dictionary.ts';
import { type Address, type Family, parseAddress } from '../net/address.ts';
import { maskOfLength, type Prefix, parsePrefix } from '../net/prefix.ts';
import type { ProblemList } from '../problems/problem.ts';
import type { NextHop, Route } from './facts.ts';
import { routesAsJson } from './routes-text.ts';
import { tableName } from './table-name.ts';
import { isTextForm } from './text-forms.ts';

const TYPES: ReadonlySet<string> = new Set([
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'nat',
]);

/**
 * Reads `ip -j route show table all` (one family) or the same without `-4`/`-6`, which lists both families.
 * @param family whose routes to return; routes of the other family in the same text are left out.
 * @returns the routes in the order of the dump, or null where the text, or one of its routes, cannot be read: any could be the
 *   one that counts. Never throws.
 */
export function parseRoutes(
  text: string,
  family: Family,
  file: string,
  problems: ProblemList,
): Route[] | null {
  const json = isTextForm(text, 'route') ? routesAsJson(text) : renameEncapDestination(text);
  const objects = readJsonObjects(json, file, problems);
  if (objects === null) return null;
  const routes: Route[] = [];
  let whole = true;
  // In a dump of both families an entry without `pref` is an IPv4 one.
  const fallback = objects.some((object) => object.pref !== undefined) ? 'ipv4' : family;
  for (const object of objects) {
    if (familyOf(object, fallback) !== family) continue;
    const route = readRoute(object, family);
    if (route !== null) routes.push(route);
    else {
      whole = false;
      problems.add('unreadable-route', { to: shown(object.dst) }, file);
    }
  }
  return whole ? routes : null;
}

/** iproute2 prints a tunnel encapsulation's `dst` beside the route's own, and the second would win in JSON. */
function renameEncapDestination(text: string): string {
  if (!text.includes('"encap"')) return text;
  return text.replace(/("encap":\s*"ip6?"[^{}]{0,200}?)"dst":/g, '$1"encap_dst":');
}

/** `default` names no family; then the gateway does, or `pref`, which the kernel prints with every IPv6 route. */
function familyOf(object: Fields, fallback: Family): Family {
  const dst = textOf(object.dst) ?? '';
  if (dst.includes(':')) return 'ipv6';
  if (dst.includes('.')) return 'ipv4';
  if (object.pref !== undefined || textOf(object.from)?.includes(':') === true) return 'ipv6';
  if (object.via !== undefined) return 'ipv4';
  const evidence = [textOf(object.gateway), textOf(object.prefsrc)];
  for (const hop of objectsOf(object.nexthops)) evidence.push(textOf(hop.gateway));
  for (const text of evidence) {
    if (text !== null) return text.includes(':') ? 'ipv6' : 'ipv4';
  }
  return fallback;
}

function readRoute(object: Fields, family: Family): Route | null {
  const destination = readDestination(textOf(object.dst), family);
  const type = object.type === undefined ? 'unicast' : textOf(object.type);
  if (destination === null || type === null || !isType(type)) return null;
  const from = object.from === undefined ? null : readDestination(textOf(object.from), family);
  const flags = textsOf(object.flags);
  const alive = !flags.includes('dead') && !flags.includes('unresolved');
  const nextHops = readNextHops(object, family, type, alive);
  const preference = object.pref === 'low' || object.pref === 'high' ? object.pref : null;
  return {
    family,
    type,
    destination,
    table: tableName(textOf(object.table) ?? String(numberInText(object.table) ?? 'main')),
    nextHops,
    preferredSource: parseAddress(textOf(object.prefsrc) ?? ''),
    metric: numberInText(object.metric) ?? 0,
    scope: textOf(object.scope),
    // As text it is the route's own; a number there belongs to an encapsulation.
    tos: typeof object.tos === 'string' ? readTos(object.tos) : 0,
    usable: alive && (nextHops.length === 0 || nextHops.some((hop) => hop.usable)),
    ...(from !== null && from.mask !== 0n ? { sourcePrefix: from } : {}),
    ...(preference !== null ? { preference } : {}),
    ...readMetrics(object),
  };
}

/** MTU, MSS and the like, in the listing's order. */
function readMetrics({ metrics }: Fields): Pick<Route, 'metrics'> {
  const texts = objectsOf(metrics).flatMap((each) =>
    Object.entries(each).map(([name, value]) => `${name} ${String(value)}`),
  );
  return texts.length === 0 ? {} : { metrics: texts.join(' ') };
}

function isType(type: string): type is Route['type'] {
  return TYPES.has(type);
}

/** iproute2 prints hexadecimal, or a name of /etc/iproute2/rt_dsfield for well-known values. */
function readTos(text: string): number {
  const value = Number.parseInt(text, 16);
  if (/^(0x)?[0-9a-fA-F]{1,2}$/.test(text)) return value;
  return DSFIELD_NAMES[text] ?? 0;
}

const DSFIELD_NAMES = dictionary<number>({
  lowdelay: 0x10,
  throughput: 0x08,
  reliability: 0x04,
});

function readNextHops(object: Fields, family: Family, type: Route['type'], alive: boolean): NextHop[] {
  if (type === 'blackhole' || type === 'unreachable' || type === 'prohibit' || type === 'throw') return [];
  const listed = objectsOf(object.nexthops);
  if (listed.length > 0) {
    return listed.map((hop) => readNextHop(hop, family, alive && !textsOf(hop.flags).includes('dead')));
  }
  return [readNextHop(object, family, alive)];
}

function readNextHop(object: Fields, family: Family, usable: boolean): NextHop {
  return {
    device: textOf(object.dev),
    gateway: readGateway(object, family),
    weight: numberInText(object.weight) ?? 1,
    usable,
    ...(textsOf(object.flags).includes('linkdown') ? { linkDown: true as const } : {}),
  };
}

/** An IPv4 route may go through an IPv6 neighbour, printed as `via`. */
function readGateway(object: Fields, family: Family): Address | null {
  const via = objectOf(object.via);
  if (via !== null) return parseAddress(textOf(via.host) ?? '');
  const gateway = parseAddress(textOf(object.gateway) ?? '');
  return gateway !== null && (gateway.family === family || family === 'ipv4') ? gateway : null;
}

function readDestination(text: string | null, family: Family): Prefix | null {
  if (text === 'default' || text === 'all') return { family, value: 0n, mask: maskOfLength(family, 0) };
  const prefix = parsePrefix(text ?? '');
  return prefix !== null && prefix.family === family ? prefix : null;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 60) : 'an unnamed destination';
}
