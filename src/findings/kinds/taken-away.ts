import type { ServiceItem } from '../../explain/service-list.ts';
import { isLeftOver } from '../../explain/services/carriers.ts';
import { factsOf } from '../../explain/services/rule-facts.ts';
import type { Service } from '../../kubernetes/objects.ts';
import { HEADLESS, OTHER_PROXY } from '../../kubernetes/passed-over.ts';
import { formatAddress } from '../../net/address.ts';
import { parseProtocol } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { listed } from '../../words/numbers.ts';
import type { CheckContext } from '../context.ts';
import { factEvidence, ruleEvidence } from '../evidence.ts';
import { behaviourMode, behavioursOf } from '../expected/behaviour.ts';
import { type TakenAway, whyTakenAway } from '../expected/taken-away.ts';
import type { Evidence } from '../finding.ts';
import { rulesTo } from '../rule-list.ts';
import { wholeCarriers } from './whole-carriers.ts';

/** A Service port that the rules serve where the API does not. */
export interface TakenPlaces {
  readonly service: Service;
  /** Name of the port in the rules. */
  readonly port: string | null;
  /** A clause: which places, and why they are none. */
  readonly clause: string;
  /** False where the rules only refuse there. */
  readonly isServed: boolean;
  readonly evidence: readonly Evidence[];
}

interface Found {
  /** Null: a node port. */
  readonly address: string | null;
  readonly port: number;
  readonly kind: string;
  readonly why: TakenAway;
}

/**
 * @returns Services of the API that rules serve at an address or port that the API took from them, or that kube-proxy now passes
 *   over as a whole: it deletes such rules at its next sync. Rules that another mode left behind are another finding.
 */
export function takenAway(context: CheckContext): TakenPlaces[] {
  if (context.notCompared !== null) return [];
  const { proxyMode, cluster } = context.known;
  const services = new Map((cluster.services ?? []).map((each) => [`${each.namespace}/${each.name}`, each]));
  const isWhole = wholeCarriers(context);
  return context.programmed.flatMap((item): TakenPlaces[] => {
    const service = services.get(`${item.namespace}/${item.name}`);
    if (service === undefined || item.namedBy === 'none') return [];
    if (isLeftOver(item, proxyMode) || !isWhole(item)) return [];
    const found = placesOf(item, service, context);
    return found.length === 0 ? [] : [told(found, item, service, context)];
  });
}

function placesOf(item: ServiceItem, service: Service, context: CheckContext): Found[] {
  const protocol = parseProtocol(item.protocol);
  if (protocol === null) return [];
  const behaviours = behavioursOf(context.minor, behaviourMode(context.known.proxyMode));
  // Maps of nft do not tell of which kind an address was that the Service no longer has.
  const outer = item.backend === 'nft' ? ['address', 'address'] : ['external IP', 'load balancer IP'];
  const places: readonly Omit<Found, 'why'>[] = [
    ...item.clusterIPs.map((each) => ({ kind: 'cluster IP', ...each })),
    ...item.externalIPs.map((each) => ({ kind: outer[0] ?? '', ...each })),
    ...item.loadBalancerIPs.map((each) => ({ kind: outer[1] ?? '', ...each })),
    ...(item.nodePort === null ? [] : [{ address: null, port: item.nodePort, kind: 'node port' }]),
  ];
  return places.flatMap((place) => {
    const why = whyTakenAway(service, { ...place, family: item.family, protocol }, behaviours);
    return why === null ? [] : [{ ...place, why }];
  });
}

function told(
  found: readonly Found[],
  item: ServiceItem,
  service: Service,
  context: CheckContext,
): TakenPlaces {
  const places = found.map(({ address, port, kind }) =>
    address === null ? `${kind} ${port}` : `${kind} ${socketText(address, port)}`,
  );
  const [first] = found;
  const clause = `the rules have ${listed(places, 3)}${WHY_TAKEN[first?.why ?? 'not-there']}`;
  const rules = found.flatMap((place) => ruleAt(place, item, context));
  return {
    service,
    port: item.port,
    clause,
    isServed: item.endpoints.length > 0,
    evidence: [
      ...(rules.length > 0
        ? rules
        : [
            factEvidence(
              `${service.namespace}/${service.name}${item.port ? `:${item.port}` : ''}: ${clause}`,
            ),
          ]),
      factEvidence(inApi(service)),
    ],
  };
}

/** Why the rules should have no such place, as the end of a clause that names it. */
export const WHY_TAKEN: Readonly<Record<TakenAway, string>> = {
  'not-there': ', which the Service does not have in the API',
  'ip-mode-proxy': ', which the API leaves to the load balancer itself (ipMode Proxy)',
  'other-proxy': `, and label ${OTHER_PROXY} leaves the Service to another proxy`,
  'headless-label': `, and kube-proxy passes over the Service: it has label ${HEADLESS}`,
  'external-name': ', and the Service is of type ExternalName in the API',
  headless: ', and the Service is headless in the API',
};

function ruleAt({ address, port }: Found, item: ServiceItem, { known }: CheckContext): Evidence[] {
  const chains = new Set(item.chains);
  for (const { family, backend, tables } of known.rulesets) {
    if (family !== item.family || backend !== item.backend) continue;
    const from = address === null ? CHAINS.nodePorts : CHAINS.services;
    for (const rule of rulesTo(tables.get('nat'), from, (name) => chains.has(name))) {
      const facts = factsOf(rule);
      const at = facts.destination === null ? null : formatAddress(facts.destination);
      if (facts.port === port && (address === null || at === address)) return [ruleEvidence(rule)];
    }
  }
  const refusal = item.refusals.find((each) => each.port === port && each.address === address);
  return refusal === undefined
    ? []
    : [{ file: refusal.file, line: refusal.line, text: refusal.comment ?? `${refusal.action}` }];
}

/** @returns what the Service has of all that by which it could be reached. */
export function inApi(service: Service): string {
  const { namespace, name, type, clusterIPs, externalIPs, loadBalancer, ports } = service;
  const balanced = loadBalancer.flatMap(({ ip, ipMode }) =>
    ip === null ? [] : [ipMode === 'Proxy' ? `${ip} (ipMode Proxy)` : ip],
  );
  const numbers = ports.map(
    ({ port, protocol, nodePort }) =>
      `${port}/${protocol.toLowerCase()}${nodePort === null ? '' : ` (node port ${nodePort})`}`,
  );
  return [
    `${namespace}/${name} in the API: type ${type}`,
    `cluster IP ${listed(clusterIPs, 3) || 'none'}`,
    ...(externalIPs.length === 0 ? [] : [`external IP ${listed(externalIPs, 3)}`]),
    ...(balanced.length === 0 ? [] : [`load balancer IP ${listed(balanced, 3)}`]),
    `port ${listed(numbers, 5) || 'none'}`,
  ].join(', ');
}
