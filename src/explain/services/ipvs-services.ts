import { isLocalAddress } from '../../host/local-addresses.ts';
import type { RealServer, VirtualServer } from '../../ipvs/model.ts';
import { takenText } from '../../ipvs/print-ipvs.ts';
import { IpvsTable } from '../../ipvs/table.ts';
import { formatAddress } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { nameChains } from '../../proxy/chain-names.ts';
import type { Known } from '../question/question.ts';
import { thisNodeName } from '../question/this-node.ts';
import type { ServiceItem } from '../service-list.ts';
import { whoIsAt } from '../trace/who-is-at.ts';
import { nameServices } from './cluster-naming.ts';
import type { ApiPort } from './socket-index.ts';

/** A virtual server that takes packets to a socket. */
type OfSocket = VirtualServer & { readonly takes: Extract<VirtualServer['takes'], { by: 'socket' }> };

/** Virtual servers of one Service port in one family, or one that nobody in the API has. */
interface Group {
  readonly port: ApiPort | null;
  readonly servers: OfSocket[];
}

/**
 * Lists every Service port that IPVS balances, by the API's addresses and node ports; a virtual server that no Service has is
 * an item without a name. Those by mark are not kube-proxy's, and left out.
 * @returns empty where IPVS was not captured
 */
export function listIpvsServices(known: Known): ServiceItem[] {
  const { ipvs, cluster, host } = known;
  if (!(ipvs instanceof IpvsTable)) return [];
  const node = thisNodeName(known);
  const naming = nameServices({ cluster, names: nameChains(cluster), node });
  const groups = new Map<string, Group>();
  for (const server of ipvs.servers) {
    if (!isOfSocket(server)) continue;
    const {
      address,
      port,
      protocol,
      address: { family },
    } = server.takes;
    const name = formatProtocol(protocol);
    const found =
      naming.bySocket(formatAddress(address), port, name) ??
      (isLocalAddress(host, address) === false ? null : naming.bySocket(null, port, name));
    const key =
      found === null
        ? `${takenText(server.takes)} ${name}`
        : `${found.name.namespace}/${found.name.service}:${found.name.port} ${name} ${family}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { port: found, servers: [server] });
    else group.servers.push(server);
  }
  return [...groups.values()].flatMap((group) => itemOf(group, known, node));
}

function isOfSocket(server: VirtualServer): server is OfSocket {
  return server.takes.by === 'socket';
}

function itemOf({ port: found, servers }: Group, known: Known, node: string | null): ServiceItem[] {
  const service = found?.service ?? null;
  const at = (addresses: readonly string[]) =>
    servers.filter(({ takes }) => addresses.includes(formatAddress(takes.address)));
  const cluster = at(service?.clusterIPs ?? []);
  const external = at(service?.externalIPs ?? []);
  const balancers = at(service?.loadBalancer.flatMap(({ ip }) => ip ?? []) ?? []);
  const nodePorts =
    service === null ? [] : servers.filter((each) => ![...cluster, ...external, ...balancers].includes(each));
  // A cluster IP takes all endpoints that policy allows; without one, the first virtual server tells.
  const telling = cluster[0] ?? servers[0];
  if (telling === undefined) return [];
  const port = service?.ports.find(({ name }) => name === found?.name.port) ?? null;
  const { family } = telling.takes.address;
  const sockets = (of: readonly OfSocket[]) =>
    of.map(({ takes }) => ({ address: formatAddress(takes.address), port: takes.port }));
  const nodePort = nodePorts[0]?.takes.port ?? null;
  return [
    {
      namespace: found?.name.namespace ?? null,
      name: found?.name.service ?? null,
      port: found?.name.port ?? null,
      protocol: formatProtocol(telling.takes.protocol),
      namedBy: found === null ? 'none' : 'api',
      family,
      backend: 'ipvs',
      conflict: null,
      clusterIPs: service === null ? sockets(servers) : sockets(cluster),
      externalIPs: sockets(external),
      loadBalancerIPs: sockets(balancers),
      nodePort,
      internalPolicy: policyOf(service?.internalTrafficPolicy),
      externalPolicy: policyOf(service?.externalTrafficPolicy),
      affinitySeconds: telling.persistence?.seconds ?? null,
      sourceRanges: [],
      unprogrammed:
        service === null || port === null
          ? []
          : service.clusterIPs
              .filter((address) => address.includes(':') === (family === 'ipv6') && cluster.length === 0)
              .map((address) => ({
                kind: 'clusterIP' as const,
                address,
                port: port.port,
                saidBy: 'api' as const,
                state: 'no-rule' as const,
              })),
      printed: [],
      notCaptured: [],
      misdirected: [],
      endpoints: endpointsOf(telling, known, node),
      refusals: servers
        .filter((server) => openOf(server).length === 0)
        .map(({ takes, file, line }) => ({
          action: 'reject' as const,
          address: formatAddress(takes.address),
          port: takes.port,
          nodePort: nodePorts.some((each) => each.takes === takes),
          comment: null,
          file,
          line,
        })),
      chains: servers.map(({ takes }) => takenText(takes)),
    },
  ];
}

function policyOf(text: string | null | undefined): ServiceItem['internalPolicy'] {
  return text === 'Cluster' || text === 'Local' ? text : null;
}

function openOf({ servers }: VirtualServer): readonly RealServer[] {
  return servers.filter(({ weight }) => weight !== 0);
}

/** Shares by weight, but for round robin, which goes by number. */
function endpointsOf(server: OfSocket, known: Known, node: string | null): ServiceItem['endpoints'] {
  const open = openOf(server);
  const partOf = ({ weight }: RealServer): number => (server.scheduler === 'rr' ? 1 : (weight ?? 1));
  const sum = open.reduce((all, real) => all + partOf(real), 0);
  return open.map((real) => ({
    address: formatAddress(real.address),
    port: real.port,
    share: partOf(real) / sum,
    scope: 'cluster',
    chain: takenText(server.takes),
    endpoint: whoIsAt(real.address, real.port, known, node),
  }));
}
