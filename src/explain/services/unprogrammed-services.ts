import type { Ruleset } from '../../iptables/ruleset.ts';
import type { Cluster, Service } from '../../kubernetes/objects.ts';
import { whyPassedOver } from '../../kubernetes/passed-over.ts';
import { type Family, formatAddress } from '../../net/address.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { byName, serviceAddresses } from '../../proxy/service-index.ts';
import type { ServiceItem, UnprogrammedPort } from '../service-list.ts';
import { isWhole } from './not-captured.ts';

/**
 * Finds Service ports of the API that the rules hold nothing of: no entry, no chain, no refusal. What kube-proxy passes over
 * is no business of its.
 * @param items what the rules program
 * @param told the families of which the capture holds all that is programmed, see `familiesTold` for iptables
 */
export function findUnprogrammed(
  items: readonly ServiceItem[],
  told: readonly Family[],
  cluster: Cluster,
): UnprogrammedPort[] {
  const families = new Set(told);
  const programmed = new Set(
    items.map((item) => keyOf(item.namespace, item.name, item.port, item.protocol, item.family)),
  );
  return [...(cluster.services ?? [])]
    .filter((service) => whyPassedOver(service) === null)
    .sort(byName)
    .flatMap(portsOf)
    .filter(({ family }) => families.has(family))
    .filter(
      (port) => !programmed.has(keyOf(port.namespace, port.name, port.port, port.protocol, port.family)),
    );
}

/** @returns the families whose nat and filter tables are there as a whole, and in which kube-proxy wrote something. */
export function familiesTold(rulesets: readonly Ruleset[]): Family[] {
  return [...new Set(rulesets.filter(tellsAll).map(({ family }) => family))];
}

function portsOf(service: Service): UnprogrammedPort[] {
  return serviceAddresses(service)
    .filter(({ via }) => via === 'clusterIP')
    .flatMap(({ address }) =>
      service.ports.map((port) => ({
        namespace: service.namespace,
        name: service.name,
        port: port.name === '' ? null : port.name,
        protocol: port.protocol.toLowerCase(),
        family: address.family,
        address: formatAddress(address),
        portNumber: port.port,
      })),
    );
}

function tellsAll({ form, tables }: Ruleset): boolean {
  const nat = tables.get('nat');
  const filter = tables.get('filter');
  return form === 'save' && isWhole(nat) && isWhole(filter) && nat?.chains.has(CHAINS.services) === true;
}

function keyOf(...parts: readonly (string | null)[]): string {
  return parts.map((part) => part ?? '').join(' ');
}
