import { isLocalAddress } from '../../host/local-addresses.ts';
import type { VirtualServer } from '../../ipvs/model.ts';
import type { Service } from '../../kubernetes/objects.ts';
import { formatAddress } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { ipvsSet } from '../../proxy/chains.ts';
import type { CheckContext } from '../context.ts';
import { behavioursOf } from '../expected/behaviour.ts';
import { type Place, type TakenAway, whyTakenAway } from '../expected/taken-away.ts';

/** A virtual server that the API has kube-proxy write for no Service. */
export interface IpvsOrphan {
  readonly server: VirtualServer;
  /** A Service of the API that has the address or port, or had it by what is left of it; null where none does. */
  readonly service: Service | null;
  /** Why it is not its; `not-there` also without a Service. */
  readonly why: TakenAway;
  /** A set of kube-proxy's that still has it, by which it is known to be kube-proxy's; null: it may be another's (keepalived). */
  readonly set: { readonly name: string; readonly member: string } | null;
}

/**
 * @returns the virtual servers that no Service has kube-proxy write, neither for an address of its own with that port, nor for
 *   a node port; those by mark are never kube-proxy's. Empty where Services were not captured
 */
export function ipvsOrphans(servers: readonly VirtualServer[], context: CheckContext): IpvsOrphan[] {
  const { services } = context.known.cluster;
  if (services === null || context.expected === null) return [];
  const index = new ServicePlaces(services);
  const behaviours = behavioursOf(context.minor, 'ipvs');
  return servers.flatMap((server): IpvsOrphan[] => {
    const { takes } = server;
    if (takes.by === 'mark') return [];
    const { port, protocol } = takes;
    const { family } = takes.address;
    const at: Place = { family, address: formatAddress(takes.address), port, protocol };
    const places =
      isLocalAddress(context.known.host, takes.address) === false ? [at] : [at, { ...at, address: null }];
    let had: { readonly service: Service; readonly why: TakenAway } | null = null;
    for (const place of places) {
      for (const service of index.at(place)) {
        const why = whyTakenAway(service, place, behaviours);
        if (why === null) return [];
        if (had === null && !index.isVague(service)) had = { service, why };
      }
    }
    return [
      {
        server,
        service: had?.service ?? null,
        why: had?.why ?? 'not-there',
        set: setWith(at, places.length > 1, context),
      },
    ];
  });
}

/** Services by what they have, or would have if kube-proxy did not pass them over. */
class ServicePlaces {
  readonly #byPlace = new Map<string, Service[]>();
  /** Of these a load balancer may have given addresses that nobody knows. */
  readonly #vague: readonly Service[];

  constructor(services: readonly Service[]) {
    this.#vague = services.filter(({ withoutStatus }) => withoutStatus === true);
    for (const service of services) {
      const addresses = [
        ...service.clusterIPs,
        ...service.externalIPs,
        ...service.loadBalancer.flatMap(({ ip }) => ip ?? []),
      ];
      const keys = service.ports.flatMap(({ port, nodePort }) => [
        ...addresses.map((address) => `${address} ${port}`),
        ...(nodePort === null ? [] : [`node ${nodePort}`]),
      ]);
      for (const key of new Set([...keys, ...addresses])) {
        const group = this.#byPlace.get(key);
        if (group === undefined) this.#byPlace.set(key, [service]);
        else group.push(service);
      }
    }
  }

  /** @returns those that have the place; behind them those with the address at other ports, and those that nothing tells of. */
  at({ address, port }: Place): readonly Service[] {
    const has = this.#byPlace.get(`${address ?? 'node'} ${port}`) ?? [];
    const near = address === null ? [] : (this.#byPlace.get(address) ?? []);
    return [...has, ...near, ...this.#vague];
  }

  isVague(service: Service): boolean {
    return service.withoutStatus === true;
  }
}

/** IPVS mode's sets of what kube-proxy balances (pkg/proxy/ipvs/ipset.go). */
const SETS = ['CLUSTER-IP', 'EXTERNAL-IP', 'EXTERNAL-IP-LOCAL', 'LOAD-BALANCER'] as const;

/** @param isLocal the address may be the node's own, and the port a node port then, which is in a set without address */
function setWith(
  { family, address, port, protocol }: Place,
  isLocal: boolean,
  { known }: CheckContext,
): IpvsOrphan['set'] {
  const name = formatProtocol(protocol);
  const own = `${address},${name}:${port}`;
  const wanted: readonly (readonly [string, string])[] = [
    ...SETS.map((set) => [ipvsSet(set, family), own] as const),
    [ipvsSet('NODE-PORT-SCTP-HASH', family), own],
    ...(isLocal ? [[ipvsSet(`NODE-PORT-${name.toUpperCase()}`, family), `${port}`] as const] : []),
  ];
  for (const [set, member] of wanted) {
    const has = known.host.ipsets?.get(set)?.entries.some(({ parts }) => parts.join(',') === member);
    if (has === true) return { name: set, member };
  }
  return null;
}
