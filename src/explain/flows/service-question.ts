import type { WantedFlows } from '../../conntrack/wanted-flows.ts';
import { type Address, formatAddress, parseAddress, sameAddress } from '../../net/address.ts';
import { socketText } from '../../net/socket.ts';
import { noAddressText, noServiceText } from '../question/no-destination.ts';
import { type Known, QuestionError } from '../question/question.ts';
import type { ServiceItem } from '../service-list.ts';
import type { FlowPlace } from './flow-places.ts';
import type { RuleServices } from './rule-services.ts';
import { readSpot } from './spot.ts';

/** A Service, or an address, whose flows are asked for. */
export interface AskedService {
  readonly title: string;
  readonly wanted: WantedFlows;
  matches(place: FlowPlace): boolean;
}

/**
 * Reads `--svc`: `namespace/service[:port]`, `service[:port]` (port by name or number), `node:PORT`, or an address with or
 * without port.
 * @throws QuestionError where it names nothing that is known
 */
export function readService(
  text: string,
  defaultNamespace: string,
  known: Known,
  services: RuleServices,
): AskedService {
  const node = /^node:(\d{1,5})$/.exec(text);
  if (node !== null) return nodePort(Number(node[1]));
  const spot = readSpot(text);
  if (spot !== null) return socket(spot.address, spot.port);
  return named(text, defaultNamespace, known, services);
}

function nodePort(port: number): AskedService {
  if (port < 1 || port > 65535) throw new QuestionError(`node:${port}: not a port (1 to 65535)`);
  return {
    title: `node port ${port}`,
    wanted: { addresses: [], ports: [port] },
    matches: (place) => place.port === port && (place.local !== false || place.via === 'nodePort'),
  };
}

function socket(address: Address, port: number | null): AskedService {
  return {
    title: socketText(address, port),
    wanted: { addresses: [address], ports: [] },
    matches: (place) => sameAddress(place.address, address) && (port === null || place.port === port),
  };
}

function named(text: string, defaultNamespace: string, known: Known, services: RuleServices): AskedService {
  const answer = known.book.resolve(text, defaultNamespace);
  if (answer.kind === 'not-a-name') {
    throw new QuestionError(
      `--svc ${text} is neither NAMESPACE/SERVICE[:PORT] nor ADDRESS[:PORT] nor node:PORT`,
    );
  }
  if (answer.kind === 'no-address') throw new QuestionError(noAddressText(answer.service, known));
  const [, namespace = defaultNamespace, name = '', port] =
    /^(?:([^/:]+)\/)?([^/:]+)(?::([^/:]+))?$/.exec(text) ?? [];
  const items = services.named(namespace, name).filter((item) => port === undefined || hasPort(item, port));
  if (answer.kind !== 'found' && items.length === 0)
    throw new QuestionError(noServiceText(answer, text, defaultNamespace));
  const destinations = answer.kind === 'found' ? answer.destinations : [];
  const addresses = new Map<string, Address>();
  for (const { address } of destinations)
    if (address !== null) addresses.set(formatAddress(address), address);
  for (const item of items) {
    for (const one of [...item.clusterIPs, ...item.externalIPs, ...item.loadBalancerIPs]) {
      const address = parseAddress(one.address);
      if (address !== null) addresses.set(one.address, address);
    }
  }
  const ports = new Set<number>();
  for (const { via, portNumber } of destinations) if (via === 'nodePort') ports.add(portNumber);
  for (const item of items) if (item.nodePort !== null) ports.add(item.nodePort);
  return {
    title: port === undefined ? `${namespace}/${name}` : `${namespace}/${name}:${port}`,
    wanted: { addresses: [...addresses.values()], ports: [...ports] },
    matches: ({ service, portless, api, programmed, port: asked }) => {
      if (portless !== null)
        return port === undefined && portless.namespace === namespace && portless.name === name;
      if (service === null || service.namespace !== namespace || service.name !== name) return false;
      if (port === undefined || service.port === port || String(asked) === port) return true;
      return String(api?.port.port) === port || programmed.some(({ item }) => hasPort(item, port));
    },
  };
}

function hasPort(item: ServiceItem, port: string): boolean {
  const numbers = [...item.clusterIPs, ...item.externalIPs, ...item.loadBalancerIPs].map((one) => one.port);
  return item.port === port || [...numbers, item.nodePort].some((number) => String(number) === port);
}
