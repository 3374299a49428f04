import type { Service } from '../../kubernetes/objects.ts';
import { type PassedOver, whyPassedOver } from '../../kubernetes/passed-over.ts';
import { type Family, formatAddress, parseAddress } from '../../net/address.ts';
import { parseProtocol } from '../../net/protocol.ts';
import type { Behaviour } from './behaviour.ts';

/** Where rules take packets for a Service. */
export interface Place {
  readonly family: Family;
  /** As `formatAddress` spells it; null: a node port. */
  readonly address: string | null;
  readonly port: number;
  /** IP protocol number. */
  readonly protocol: number;
}

/** Why the API gives a Service no such place: the whole Service is passed over, or the one address or port is not its. */
export type TakenAway = PassedOver | 'ip-mode-proxy' | 'not-there';

/**
 * Whether kube-proxy has rules for a Service at a place, by the API alone: at its cluster IPs, external IPs and the addresses of
 * its load balancer, whatever its type, and at its node ports, in families of which it has a cluster IP
 * (`newBaseServiceInfo`, pkg/proxy/serviceport.go, 1.20 to 1.36).
 * @param behaviours those that this kube-proxy may show: with ipMode `Proxy` it leaves an address alone since 1.30
 * @returns why it has none there; null where it has, and where the object does not tell
 */
export function whyTakenAway(
  service: Service,
  place: Place,
  behaviours: readonly Pick<Behaviour, 'ipMode'>[],
): TakenAway | null {
  const passed = whyPassedOver(service);
  if (passed !== null) return passed;
  // A manifest: the API gives every Service a cluster IP.
  if (service.clusterIPs.length === 0) return null;
  const clusterIPs = service.clusterIPs.map(spelled);
  if (!clusterIPs.some((text) => text.includes(':') === (place.family === 'ipv6'))) return 'not-there';
  const ports = service.ports.filter(({ protocol }) => parseProtocol(protocol) === place.protocol);
  if (place.address === null)
    return ports.some(({ nodePort }) => nodePort === place.port) ? null : 'not-there';
  const hasPort = ports.some(({ port }) => port === place.port);
  const at = place.address;
  if ([...clusterIPs, ...service.externalIPs.map(spelled)].includes(at)) return hasPort ? null : 'not-there';
  if (service.withoutStatus === true) return null;
  const ingress = service.loadBalancer.filter(({ ip }) => ip !== null && spelled(ip) === at);
  if (ingress.length === 0 || !hasPort) return 'not-there';
  const isLeftAlone = behaviours.every(({ ipMode }) => ipMode);
  return isLeftAlone && ingress.every(({ ipMode }) => ipMode === 'Proxy') ? 'ip-mode-proxy' : null;
}

/** The API may hold IPv6 addresses in another spelling than the rules. */
function spelled(text: string): string {
  const parsed = parseAddress(text);
  return parsed === null ? text : formatAddress(parsed);
}
