import { printCommand } from '../../command/quote.ts';
import { formatAddress } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { compareText } from '../../words/compare-text.ts';
import type { EndpointFlows, FlowVia, ServiceFlows } from '../flow-list.ts';
import { affinityOf } from './affinity-tally.ts';
import { shareOf } from './choosing-rules.ts';
import { clearPlaceCommand } from './clear-command.ts';
import { severityOf } from './diagnose-flow.ts';
import type { FlowJoin } from './flow-join.ts';
import type { GroupTally } from './group-tally.ts';
import { clearBalanced } from './ipvs-memory.ts';

/** Groups of one Service port, of one family and protocol. */
interface PortGroups {
  readonly groups: GroupTally[];
}

/** @returns the flows of each Service port, the one with most stuck flows first, then the one with most. */
export function serviceFlows(groups: readonly GroupTally[], join: FlowJoin): ServiceFlows[] {
  const ports = new Map<string, PortGroups>();
  for (const group of groups) {
    const key = portKey(group);
    if (key === null) continue;
    const known = ports.get(key);
    if (known === undefined) ports.set(key, { groups: [group] });
    else known.groups.push(group);
  }
  return [...ports.values()]
    .flatMap(({ groups: own }) => portFlows(own, join))
    .sort((a, b) => b.stale - a.stale || b.flows - a.flows || compareText(nameOf(a), nameOf(b)));
}

/** Host ports and addresses whose Service is gone stand beside Services; other traffic does not. */
function portKey({ place, standing, verdict }: GroupTally): string | null {
  const { service, address, port, protocol } = place;
  const kind = `${formatProtocol(protocol)} ${address.family}`;
  if (service !== null) return `${service.namespace}/${service.name}:${service.port} ${kind}`;
  const worth = place.programmed.length > 0 || standing.hostPort || (verdict ?? standing.verdict) !== null;
  return worth ? `${formatAddress(address)} ${port} ${kind}` : null;
}

function portFlows(groups: readonly GroupTally[], join: FlowJoin): ServiceFlows[] {
  const [first] = groups;
  if (first === undefined) return [];
  const { service, protocol, address } = first.place;
  const endpoints = [...byEndpoint(groups).values()].map((own) => endpointFlows(own, join));
  const withFlows = new Set(endpoints.map((one) => `${one.address} ${one.port}`));
  const places = new Set(groups.map(({ place }) => place));
  const idle = [...places].flatMap((place) => idleEndpoints(place, withFlows));
  return [
    {
      namespace: service?.namespace ?? null,
      name: service?.name ?? null,
      port: service?.port ?? null,
      protocol: formatProtocol(protocol),
      family: address.family,
      destinations: destinationsOf(groups),
      affinitySeconds: affinityOf(first.place),
      flows: sum(groups, 'flows'),
      live: sum(groups, 'live'),
      stale: sum(groups, 'stale'),
      troubled: sum(groups, 'troubled'),
      endpoints: [...endpoints, ...idle].sort(
        (a, b) =>
          b.stale - a.stale ||
          b.flows - a.flows ||
          compareText(`${a.address} ${a.port}`, `${b.address} ${b.port}`),
      ),
    },
  ];
}

function byEndpoint(groups: readonly GroupTally[]): Map<string, GroupTally[]> {
  const found = new Map<string, GroupTally[]>();
  for (const group of groups) {
    const key = `${formatAddress(group.to)} ${group.toPort}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, [group]);
    else known.push(group);
  }
  return found;
}

function endpointFlows(groups: readonly GroupTally[], join: FlowJoin): EndpointFlows {
  const [first] = groups;
  const worst = groups.find(({ stale }) => stale > 0) ?? groups.find(({ verdict }) => verdict !== null);
  const states = new Map<string, number>();
  for (const group of groups)
    for (const [state, count] of group.states) states.set(state, (states.get(state) ?? 0) + count);
  const verdict = worst?.verdict ?? null;
  const facts = { protocol: first?.place.protocol ?? 0, state: null, unreplied: false };
  const address = first === undefined ? '' : formatAddress(first.to);
  const port = first?.toPort ?? null;
  const shares = groups.flatMap(({ place }) => shareOf(place, address, port) ?? []);
  return {
    address,
    port,
    endpoint: first === undefined ? null : join.endpoint(first.to, port),
    share: shares.length === 0 ? null : Math.max(...shares),
    flows: sum(groups, 'flows'),
    live: sum(groups, 'live'),
    stale: sum(groups, 'stale'),
    states: Object.fromEntries([...states].sort((a, b) => b[1] - a[1] || compareText(a[0], b[0]))),
    masqueraded: sum(groups, 'masqueraded'),
    problem:
      verdict === null
        ? null
        : {
            code: verdict.code,
            severity: severityOf(facts, verdict),
            message: verdict.message,
            evidence: verdict.evidence,
          },
    clear: [...new Set(groups.flatMap(clearOf))],
  };
}

/** Where all live flows of a destination and an endpoint are stuck, and were asked for, one command clears them. */
function clearOf({ place, to, toPort, stale, live, others, standing, zoned }: GroupTally): string[] {
  if (stale === 0 || stale < live || others) return [];
  if (standing.balanced !== undefined) {
    const cleared = clearBalanced(standing.balanced);
    return cleared === null ? [] : [printCommand(cleared)];
  }
  if (place.port === null || toPort === null || zoned) return [];
  const command = clearPlaceCommand(place.protocol, place.address, place.port, to, toPort);
  return command === null ? [] : [printCommand(command)];
}

/** Endpoints that the rules choose and that have no flow. @param told those that are told already; these are added */
function idleEndpoints(place: GroupTally['place'], told: Set<string>): EndpointFlows[] {
  return place.programmed.flatMap(({ item }) =>
    item.endpoints.flatMap(({ address, port, endpoint }) => {
      const key = `${address} ${port}`;
      if (address === 'unknown' || told.has(key)) return [];
      told.add(key);
      const share = shareOf(place, address, port);
      return [
        {
          address,
          port,
          endpoint,
          share,
          flows: 0,
          live: 0,
          stale: 0,
          states: {},
          masqueraded: 0,
          problem: null,
          clear: [],
        },
      ];
    }),
  );
}

function destinationsOf(groups: readonly GroupTally[]): ServiceFlows['destinations'] {
  const found = new Map<
    string,
    { address: string; port: number | null; via: FlowVia | null; flows: number }
  >();
  for (const { place, flows, standing } of groups) {
    const address = formatAddress(place.address);
    const key = `${address} ${place.port}`;
    const known = found.get(key);
    const via = standing.hostPort ? 'hostPort' : place.via;
    if (known === undefined) found.set(key, { address, port: place.port, via, flows });
    else known.flows += flows;
  }
  return [...found.values()].sort((a, b) => b.flows - a.flows || compareText(a.address, b.address));
}

function sum(
  groups: readonly GroupTally[],
  field: 'flows' | 'live' | 'stale' | 'troubled' | 'masqueraded',
): number {
  return groups.reduce((total, group) => total + group[field], 0);
}

function nameOf({ namespace, name, port, protocol, family, destinations }: ServiceFlows): string {
  const place =
    name === null ? `~${destinations[0]?.address} ${destinations[0]?.port}` : `${namespace}/${name}:${port}`;
  return `${place} ${protocol} ${family}`;
}
