import type { Ruleset, Table } from '../../iptables/ruleset.ts';
import { CHOOSING, hasRole } from '../../proxy/chains.ts';
import type { Misdirected, ServiceItem } from '../service-list.ts';
import { type EndpointChain, readEndpointChain } from './endpoint-chain.ts';
import { pickEndpoints } from './pick-endpoints.ts';
import type { ServiceNaming } from './service-naming.ts';

/** What the reading of every Service port of one ruleset shares. */
export interface ServiceReading {
  readonly ruleset: Ruleset;
  readonly naming: ServiceNaming;
}

/** Endpoints of one Service port. */
export interface ServiceEndpoints {
  readonly endpoints: readonly ServiceItem['endpoints'][number][];
  /** Comment of the rule that chooses the first. */
  readonly comment: string | null;
  readonly affinitySeconds: number | null;
  /** SEP chains, each once. */
  readonly endpointChains: readonly string[];
  /** Those that send packets elsewhere than their names say. */
  readonly misdirected: readonly Misdirected[];
  /** Protocol of the first DNAT rule; null where none can be read. */
  readonly protocol: string | null;
}

/** Reads each SEP chain of a Service port once: SVC and SVL share them. */
class EndpointReader {
  readonly #table: Table | undefined;
  readonly #family: 'ipv4' | 'ipv6';
  readonly #read = new Map<string, EndpointChain>();

  constructor(table: Table | undefined, family: 'ipv4' | 'ipv6') {
    this.#table = table;
    this.#family = family;
  }

  /** @returns what the chain says. */
  at(chain: string): EndpointChain {
    const known = this.#read.get(chain);
    if (known !== undefined) return known;
    const table: Table = this.#table ?? { name: 'nat', chains: new Map() };
    const read = readEndpointChain(table, chain, this.#family);
    this.#read.set(chain, read);
    return read;
  }
}

/**
 * Reads the endpoints that a Service port's chains choose: SVC for the whole cluster, SVL and XLB for this
 * node. An endpoint that both choose stands there twice, once for each scope.
 * @param chains the port's chains
 */
export function readEndpoints(chains: readonly string[], reading: ServiceReading): ServiceEndpoints {
  const nat = reading.ruleset.tables.get('nat');
  const reader = new EndpointReader(nat, reading.ruleset.family);
  const endpoints: ServiceEndpoints['endpoints'][number][] = [];
  const endpointChains = new Set<string>();
  const misdirected = new Map<string, Misdirected>();
  let affinitySeconds: number | null = null;
  let protocol: string | null = null;
  let comment: { readonly of: string | null } | null = null;
  for (const chain of chains) {
    if (nat === undefined || !hasRole(chain, ...CHOOSING)) continue;
    const picks = pickEndpoints(nat, chain, (name) => reader.at(name).passes);
    affinitySeconds ??= picks.affinitySeconds;
    for (const pick of picks.picks) {
      const read = reader.at(pick.chain);
      comment ??= { of: pick.comment };
      protocol ??= read.protocol;
      endpointChains.add(pick.chain);
      const socket = read.target ?? reading.naming.recoverEndpoint(pick.chain, pick.comment);
      const address = socket?.address ?? read.hairpin ?? 'unknown';
      const port = socket?.port ?? null;
      const endpoint = reading.naming.endpointAt(pick.chain, address, port);
      // Whether it is ready is known of the endpoint in the chain's name alone: then name and rule agree.
      const named =
        read.target === null || (endpoint !== null && endpoint.ready !== null)
          ? null
          : reading.naming.otherEndpointInName(pick.chain, read.target, pick.comment);
      if (named !== null) misdirected.set(pick.chain, { chain: pick.chain, to: { address, port }, named });
      endpoints.push({
        address,
        port,
        share: pick.share,
        scope: hasRole(chain, 'service') ? 'cluster' : 'local',
        chain: pick.chain,
        endpoint,
      });
    }
  }
  return {
    endpoints,
    comment: comment?.of ?? null,
    affinitySeconds,
    endpointChains: [...endpointChains],
    misdirected: [...misdirected.values()],
    protocol,
  };
}
