import { type Address, sameAddress } from '../../net/address.ts';
import { namedSockets } from '../services/nft/named-sockets.ts';
import type { Known } from './question.ts';
import {
  commentedDestinations,
  compareDestinations,
  type RuleDestination,
  readServiceText,
  serviceInComments,
} from './service-in-comments.ts';

/**
 * Without API objects kube-proxy's rules tell which Service is where: comments of iptables, and in nftables mode names of chains and
 * comments of elements.
 * @param text `namespace/service[:port]` or `service[:port]`; the port by name or number
 * @returns every destination of that name, each once: cluster IPs first, node ports last
 */
export function serviceInRules(
  known: Pick<Known, 'rulesets' | 'nft'>,
  text: string,
  defaultNamespace: string,
  protocol: number | null,
): RuleDestination[] {
  const asked = readServiceText(text, defaultNamespace);
  const sockets = namedSockets(known).filter(
    ({ named, port, protocol: own }) =>
      named.namespace === asked.namespace &&
      named.name === asked.name &&
      (protocol === null || own === protocol) &&
      (asked.port === undefined || named.port === asked.port || String(port) === asked.port),
  );
  const commented = serviceInComments(known.rulesets, text, defaultNamespace, protocol);
  return [...commented, ...sockets].sort(compareDestinations);
}

/**
 * @returns the ports of the Service whose cluster IP an address is by the rules of this mode, each once; empty where they do not tell. What
 *   another mode left behind is no Service's any more.
 */
export function clusterIpInRules(
  address: Address,
  known: Pick<Known, 'rulesets' | 'nft' | 'proxyMode'>,
): RuleDestination[] {
  const { proxyMode, rulesets } = known;
  const commented = proxyMode === 'iptables' ? commentedDestinations(rulesets, address) : [];
  const all: readonly RuleDestination[] = proxyMode === 'nftables' ? namedSockets(known) : commented;
  const own = all.filter(
    ({ address: place, named }) => named.via === 'clusterIP' && place !== null && sameAddress(place, address),
  );
  const ports = new Map(own.map((place) => [`${place.protocol} ${place.port}`, place]));
  return [...ports.values()].sort(compareDestinations);
}
