import type { Ruleset, Table } from '../../iptables/ruleset.ts';
import type { Service } from '../../kubernetes/objects.ts';
import { type Family, formatAddress } from '../../net/address.ts';
import { CHAINS, hasRole } from '../../proxy/chains.ts';
import { serviceAddresses } from '../../proxy/service-index.ts';
import type { ServiceItem } from '../service-list.ts';
import { factsOf } from './rule-facts.ts';
import type { ServiceAddresses } from './service-addresses.ts';
import type { ServiceDraft } from './service-draft.ts';

type Unprogrammed = ServiceItem['unprogrammed'][number];

/** What {@link unprogrammedAddresses} compares. */
interface Question {
  readonly draft: ServiceDraft;
  readonly ruleset: Ruleset;
  readonly addresses: ServiceAddresses;
  /** Null where the API's Service is not known. */
  readonly service: Service | null;
  /** Name of the port as the API has it; null or '' where it has none. */
  readonly port: string | null;
  /** In lower case. */
  readonly protocol: string;
}

/**
 * Finds addresses that a Service port should have and that no rule leads from. The API tells them; without it the first rule
 * of an SVC chain does, which since kube-proxy 1.22 names the cluster IP again to masquerade clients outside the cluster.
 */
export function unprogrammedAddresses(question: Question): Unprogrammed[] {
  const { draft, ruleset, addresses, service, port, protocol } = question;
  const nat = ruleset.tables.get('nat');
  const held = new Set(
    [...addresses.clusterIPs, ...addresses.externalIPs, ...addresses.loadBalancerIPs].map(
      ({ address, port }) => `${address} ${port}`,
    ),
  );
  const expected =
    service === null
      ? addressInChain(draft, nat)
      : expectedAddresses(service, port, protocol, ruleset.family);
  return expected
    .filter(({ kind, address, port }) =>
      kind === 'nodePort' ? addresses.nodePort === null : !held.has(`${address} ${port}`),
    )
    .filter(({ kind }) => !draft.entries.some((entry) => entry.kind === kind && entry.printed !== null))
    .map((place) => ({ ...place, state: stateOf(nat, place.kind) }));
}

/** A place that a Service port should have. */
export type Expected = Omit<Unprogrammed, 'state'>;

/**
 * @param port name of the port as the API has it; null or '' where it has none
 * @param protocol in lower case
 * @returns the addresses and the node port that kube-proxy makes of a Service port in one family. A load balancer IP with
 *   ipMode Proxy is none: kube-proxy leaves it alone (KEP-1860).
 */
export function expectedAddresses(
  service: Service,
  port: string | null,
  protocol: string,
  family: Family,
): Expected[] {
  const own = service.ports.find(
    (each) => each.name === (port ?? '') && each.protocol.toLowerCase() === protocol,
  );
  if (own === undefined) return [];
  const unmanaged = new Set(
    service.loadBalancer.flatMap(({ ip, ipMode }) => (ipMode === 'Proxy' ? [ip] : [])),
  );
  const listed = { ...service, loadBalancer: service.loadBalancer.filter(({ ip }) => !unmanaged.has(ip)) };
  const places = serviceAddresses(listed)
    .filter(({ address }) => address.family === family)
    .map(
      ({ address, via }): Expected => ({
        kind: via,
        address: formatAddress(address),
        port: own.port,
        saidBy: 'api',
      }),
    );
  return own.nodePort === null
    ? places
    : [...places, { kind: 'nodePort', address: null, port: own.nodePort, saidBy: 'api' }];
}

function addressInChain(draft: ServiceDraft, nat: Table | undefined): Expected[] {
  for (const chain of draft.chains) {
    const rules = hasRole(chain, 'service', 'local') ? nat?.chains.get(chain)?.rules : undefined;
    if (rules === undefined || rules.length === 0 || rules.targetName(0) !== CHAINS.markMasquerade) continue;
    const { destination, port } = factsOf(rules.once(0));
    if (destination !== null && port !== null)
      return [{ kind: 'clusterIP', address: formatAddress(destination), port, saidBy: 'rule' }];
  }
  return [];
}

function stateOf(nat: Table | undefined, kind: Unprogrammed['kind']): Unprogrammed['state'] {
  const chain = nat?.chains.get(kind === 'nodePort' ? CHAINS.nodePorts : CHAINS.services);
  // Of a chain that no line declares, only some lines were picked.
  return chain === undefined || chain.cut !== undefined || chain.line === null ? 'not-captured' : 'no-rule';
}
