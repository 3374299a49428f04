import type { Table } from '../../iptables/ruleset.ts';
import { CHAINS, hasRole } from '../../proxy/chains.ts';
import type { ServiceItem } from '../service-list.ts';
import { externalPolicyOf } from './external-policy.ts';
import { findMarkDrop } from './mark-drop.ts';
import { chainsNotCaptured } from './not-captured.ts';
import { addressesOf } from './service-addresses.ts';
import { chainsInOrder, type ServiceDraft } from './service-draft.ts';
import type { ServiceReading } from './service-endpoints.ts';
import { readEndpoints } from './service-endpoints.ts';
import { nameDraft } from './service-name.ts';
import { readFirewall } from './source-ranges.ts';
import { unprogrammedAddresses } from './unprogrammed-addresses.ts';

const NO_TABLE: Table = { name: 'nat', chains: new Map() };

/** @returns the Service port that a draft stands for, read from its chains. */
export function readService(draft: ServiceDraft, reading: ServiceReading): ServiceItem {
  const { ruleset, naming } = reading;
  const nat = ruleset.tables.get('nat') ?? NO_TABLE;
  const chains = chainsInOrder(draft);
  const {
    endpoints,
    comment,
    affinitySeconds,
    endpointChains,
    misdirected,
    protocol: protocolBehind,
  } = readEndpoints(chains, reading);
  const protocol = draft.entries[0]?.protocol ?? draft.refusals[0]?.protocol ?? protocolBehind;
  const name = nameDraft(draft, protocol, comment, naming);
  const addresses = addressesOf(draft, name.service);
  const own = new Set([
    ...addresses.loadBalancerIPs.map(({ address }) => address),
    ...draft.entries.flatMap(({ printed }) => (printed === null ? [] : [printed.replace(/:[^:]*$/, '')])),
  ]);
  const firewalls = chains
    .filter((chain) => hasRole(chain, 'source-ranges'))
    .map((chain) => readFirewall(nat, chain, own));
  const saidProtocol = protocol ?? name.protocol ?? 'unknown';
  return {
    namespace: name.namespace,
    name: name.name,
    port: name.port,
    protocol: saidProtocol,
    namedBy: name.namedBy,
    family: ruleset.family,
    backend: ruleset.backend,
    conflict: name.conflict,
    ...addresses,
    internalPolicy: internalPolicyOf(draft),
    externalPolicy: externalPolicy(draft, nat),
    affinitySeconds,
    sourceRanges: firewalls.flatMap(({ ranges }) => ranges),
    unprogrammed: unprogrammedAddresses({
      draft,
      ruleset,
      addresses,
      service: name.service,
      port: name.port,
      protocol: saidProtocol,
    }),
    printed: [
      ...printedAddresses(draft),
      ...firewalls.flatMap(({ printed }) => printed).map((text) => ({ kind: 'sourceRange' as const, text })),
    ],
    notCaptured: chainsNotCaptured(draft, ruleset),
    misdirected,
    endpoints,
    refusals: [...draft.refusals.map(refusalItem), ...markDrops(draft, nat, addresses, own)],
    chains: [...chains, ...endpointChains],
  };
}

/** Destinations that only a host or port name tells, each once. */
function printedAddresses({ entries, refusals }: ServiceDraft): ServiceItem['printed'] {
  const found = new Map<string, ServiceItem['printed'][number]>();
  for (const { printed, kind } of entries) if (printed !== null) found.set(printed, { kind, text: printed });
  for (const { printed } of refusals) {
    if (printed !== null && !found.has(printed)) found.set(printed, { kind: 'external', text: printed });
  }
  return [...found.values()];
}

function refusalItem(rule: ServiceDraft['refusals'][number]): ServiceItem['refusals'][number] {
  const { action, address, port, nodePort, comment, file, line } = rule;
  return { action, address, port, nodePort, comment, file, line };
}

/** Up to 1.24 the rules that refuse for want of a local endpoint, or by source range, stand in nat and only mark. */
function markDrops(
  draft: ServiceDraft,
  nat: Table,
  { nodePort, loadBalancerIPs }: Pick<ServiceItem, 'nodePort' | 'loadBalancerIPs'>,
  own: ReadonlySet<string>,
): ServiceItem['refusals'] {
  return chainsInOrder(draft).flatMap((chain) => {
    const firewall = hasRole(chain, 'source-ranges');
    if (!firewall && !hasRole(chain, 'external-local')) return [];
    // FW of 1.20 ends in the jump even where a rule before it lets everything through.
    if (firewall && readFirewall(nat, chain, own).open) return [];
    const drop = findMarkDrop(nat, chain);
    if (drop === null) return [];
    const address = loadBalancerIPs[0] ?? null;
    return [
      {
        action: 'drop',
        address: address?.address ?? null,
        port: address?.port ?? nodePort,
        nodePort: !firewall && nodePort !== null,
        ...drop,
      } as const,
    ];
  });
}

function internalPolicyOf(draft: ServiceDraft): 'Cluster' | 'Local' | null {
  for (const { kind, chain } of draft.entries) {
    if (kind !== 'clusterIP') continue;
    return hasRole(chain, 'local') ? 'Local' : 'Cluster';
  }
  const refusal = draft.refusals.find(({ chain }) => chain === CHAINS.services);
  return refusal?.action === 'drop' ? 'Local' : null;
}

function externalPolicy(draft: ServiceDraft, nat: Table): 'Cluster' | 'Local' | null {
  const read = draft.suffix === null ? null : externalPolicyOf(nat, draft.suffix);
  if (read !== null) return read;
  const local = draft.refusals.some(
    ({ chain, action }) => chain === CHAINS.externalServices && action === 'drop',
  );
  if (local) return 'Local';
  // Up to 1.23 `Cluster` has no chain of its own: such entries jump to SVC, by way of FW for a load balancer.
  const direct = draft.entries.some(
    ({ kind, chain }) => kind !== 'clusterIP' && hasRole(chain, 'service', 'source-ranges'),
  );
  return direct ? 'Cluster' : null;
}
