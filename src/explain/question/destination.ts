import { isLocalAddress } from '../../host/local-addresses.ts';
import { IpvsTable } from '../../ipvs/table.ts';
import type { ServicePort } from '../../kubernetes/objects.ts';
import { type Address, type Family, formatAddress, parseAddress, sameAddress } from '../../net/address.ts';
import { ICMP, ICMPV6, parseProtocol, TCP } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import type { Destination as NamedDestination } from '../../proxy/addresses.ts';
import { compareText } from '../../words/compare-text.ts';
import type { ServiceRef } from '../explanation.ts';
import { nodePortIps } from '../services/nft/node-port-ips.ts';
import { labelOf } from '../services/service-name.ts';
import { nearest } from '../words/nearest.ts';
import { destinationAsTyped } from './as-typed.ts';
import { noAddressText, noServiceText, portLabel } from './no-destination.ts';
import { chosenProtocol, protocolsAt } from './protocols-at.ts';
import { type Known, QuestionError, type TraceQuestion } from './question.ts';
import { destinationText, type RuleDestination } from './service-in-comments.ts';
import { serviceInRules } from './service-in-rules.ts';
import { balancedNodeAddress, nodeAddress, nodePortAddress } from './this-node.ts';

/** Where the packet is sent, as the question's destination says. */
export interface Destination {
  readonly address: Address;
  readonly port: number | null;
  readonly protocol: number;
  /** True for `node:PORT`. */
  readonly isLocal: boolean;
  /** The Service that the question named, where only the rules' comments know it. */
  readonly named: ServiceRef | null;
  /** What was chosen among several, in words; null where there was no choice. */
  readonly chosen: string | null;
}

/**
 * Reads `10.96.0.10:53`, `[fd00::a]:53`, `10.244.1.5`, `node:31000`, `namespace/service[:port]`, `service[:port]`.
 * @throws QuestionError where it names nothing that is known.
 */
export function readDestination(question: TraceQuestion, known: Known): Destination {
  const text = destinationAsTyped(question.destination, question.namespace, known);
  const protocol = question.protocol === null ? null : readProtocol(question.protocol);
  const node = /^node:(\d+)$/.exec(text);
  if (node !== null) return nodePort(Number(node[1]), protocol, known);
  const literal = readAddress(text);
  if (literal !== null) {
    const { address, port } = literal;
    const at = protocol !== null || port === null ? [] : protocolsAt(address, port, known);
    const taken = protocol ?? at[0]?.protocol ?? TCP;
    const own = whyOwn(address, port, taken, known);
    const said =
      own === null ? null : `${own}, so that ${formatAddress(address)} is taken for an address of this node`;
    return {
      ...literal,
      protocol: inFamily(taken, address),
      isLocal: own !== null,
      named: null,
      chosen: joined([chosenProtocol(text, at), said]),
    };
  }
  return service(text, protocol, question, known);
}

/**
 * Where addresses were not captured, what kube-proxy wrote tells some of the node's: IPVS meets what comes to INPUT, so that it puts
 * every address of a virtual server on kube-ipvs0; node ports are served at the node's own.
 */
function whyOwn(address: Address, port: number | null, protocol: number, known: Known): string | null {
  const { ipvs, host } = known;
  if (isLocalAddress(host, address) !== null) return null;
  if (nodePortIps(known, address.family).some((own) => sameAddress(own, address)))
    return 'kube-proxy serves node ports there';
  if (!(ipvs instanceof IpvsTable) || ipvs.find(protocol, address, port, 0)?.takes.by !== 'socket')
    return null;
  return `IPVS has a virtual server at ${port === null ? formatAddress(address) : socketText(formatAddress(address), port)}`;
}

/** `icmp` means the family's own ICMP. */
function inFamily(protocol: number, address: Address): number {
  return protocol === ICMP && address.family === 'ipv6' ? ICMPV6 : protocol;
}

function readProtocol(text: string): number {
  const protocol = parseProtocol(text);
  if (protocol === null)
    throw new QuestionError(`--protocol ${text} is not a protocol; try tcp, udp, sctp or icmp`);
  return protocol;
}

function readAddress(text: string): { address: Address; port: number | null } | null {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const plain = /^([0-9.]+)(?::(\d+))?$/.exec(text);
  const found = bracketed ?? plain;
  const address = parseAddress(found?.[1] ?? text);
  if (address === null) {
    if (found !== null)
      throw new QuestionError(`${text} is not an address with a port, such as 10.96.0.10:53 or [fd00::a]:53`);
    return null;
  }
  const port = found?.[2];
  return { address, port: port === undefined ? null : readPort(port) };
}

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new QuestionError(`${text} is not a port (1 to 65535)`);
  return port;
}

function nodePort(port: number, protocol: number | null, known: Known): Destination {
  readPort(String(port));
  const at = protocol === null ? protocolsAt(null, port, known) : [];
  const said = chosenProtocol(`node:${port}`, at);
  const told = nodeAddress(known);
  const address = told ?? nodePortAddress(known) ?? balancedNodeAddress(known, port) ?? PLACEHOLDER;
  return {
    address,
    port,
    protocol: protocol ?? at[0]?.protocol ?? TCP,
    isLocal: true,
    named: null,
    chosen: joined([
      said,
      told === null
        ? `the node's addresses are not in the capture; ${formatAddress(address)} stands for one of them`
        : null,
    ]),
  };
}

function joined(said: readonly (string | null)[]): string | null {
  const texts = said.filter((text) => text !== null);
  return texts.length === 0 ? null : texts.join('; ');
}

/** Stands for "some address of this node" (RFC 5737), IPv4. */
export const PLACEHOLDER: Address = { family: 'ipv4', value: 0xc0000201n };

function service(text: string, protocol: number | null, question: TraceQuestion, known: Known): Destination {
  const answer = known.book.resolve(text, question.namespace, protocol);
  switch (answer.kind) {
    case 'found':
      return chosenAmong(text, answer.destinations, senderFamily(question));
    case 'not-a-name':
      throw new QuestionError(`${text} is neither ADDRESS:PORT nor NAMESPACE/SERVICE[:PORT] nor node:PORT`);
    case 'no-such-port':
      throw new QuestionError(noServiceText(answer, text, question.namespace));
    case 'no-address':
      throw new QuestionError(noAddressText(answer.service, known));
    case 'services-unknown':
    case 'no-such-service': {
      const ruled = serviceInRules(known, text, question.namespace, protocol);
      const [first] = ruled;
      if (first !== undefined) return byComment(first, ruled.slice(1), known);
      if (answer.kind === 'services-unknown' && known.proxyMode === 'none')
        throw new QuestionError(
          `no Service ${text}: no Services of the API and no rules of kube-proxy are known here; name a node with --node, or a capture with -f`,
        );
      throw new QuestionError(
        noServiceText(answer, text, question.namespace) + didYouMean(text, question.namespace, known),
      );
    }
  }
}

/** A name that is nearly one that there is. */
function didYouMean(text: string, namespace: string, { cluster }: Known): string {
  const [, name = text, port = ''] = /^(.*?)(:[^:]*)?$/.exec(text) ?? [];
  const full = name.includes('/') ? name : `${namespace}/${name}`;
  const services = (cluster.services ?? []).map((one) => `${one.namespace}/${one.name}`);
  const [near] = nearest(full, services);
  return near === undefined ? '' : ` (Did you mean ${near}${port}?)`;
}

/** A Service that only comments name. */
function byComment(first: RuleDestination, others: readonly RuleDestination[], known: Known): Destination {
  const { address, port, protocol, named } = first;
  const label = labelOf({ namespace: named.namespace, service: named.name, port: named.port });
  if (address === null) {
    const way = nodePort(port, protocol, known);
    const said = `the rules tell of ${label} by its node port alone; this is node:${port}`;
    return { ...way, named, chosen: joined([said, way.chosen]) };
  }
  const places = others.map(destinationText);
  const more = places.length > SHOWN ? `, and ${places.length - SHOWN} more` : '';
  const said =
    places.length === 0
      ? null
      : `${named.namespace}/${named.name} has several addresses and ports in the rules; this is ${destinationText(first)}, others are ${places.slice(0, SHOWN).join(', ')}${more}`;
  return { address, port, protocol, isLocal: false, named, chosen: said };
}

const SHOWN = 6;

/** The family of a sender that is given by address: an IPv6 client asks a dual-stack Service at its IPv6 address. */
function senderFamily({ from }: TraceQuestion): Family | null {
  return from === null ? null : (parseAddress(from.replace(/^\[(.*)\]$/, '$1'))?.family ?? null);
}

/**
 * The first way there: its cluster IP and lowest port, unless the text named another. The others are told. Rules do not tell in
 * which order the ports stand in the Service, so that this order counts neither here.
 * @param family preferred, where the Service has an address of it
 */
function chosenAmong(
  text: string,
  destinations: readonly NamedDestination[],
  family: Family | null,
): Destination {
  const wanted = destinations.find(({ address }) => address?.family === family) ?? destinations[0];
  const alike = destinations.filter(
    ({ via, address }) => via === wanted?.via && address?.value === wanted.address?.value,
  );
  const [first] = alike.sort((a, b) => byNumber(a.port, b.port));
  if (first === undefined || first.address === null) {
    throw new QuestionError(
      `${text} is reached by node port ${first?.portNumber ?? ''} only: trace node:${first?.portNumber ?? 'PORT'}`,
    );
  }
  const { address, port, service: found, portNumber, protocol } = first;
  const label = `${found.namespace}/${found.name}`;
  const ports = [
    ...new Set(destinations.filter(({ via }) => via === first.via).map((each) => each.port)),
  ].sort(byNumber);
  const clusterIPs = found.clusterIPs.filter((each) => each !== formatAddress(address));
  const said = [
    ...(ports.length < 2
      ? []
      : [
          `${label} has ${ports.length} ports; this is ${portLabel(port)}, others are ${ports
            .filter((each) => each !== port)
            .map(portLabel)
            .join(
              ', ',
            )} (${label}:PORT asks for one, by name or number${sameNumber(ports) ? ', with --protocol where the number is the same' : ''})`,
        ]),
    ...(clusterIPs.length === 0
      ? []
      : [`${label} has also cluster IP ${clusterIPs.join(', ')}; this is ${formatAddress(address)}`]),
  ];
  return {
    address,
    port: portNumber,
    protocol,
    isLocal: false,
    named: null,
    chosen: said.length === 0 ? null : said.join('; '),
  };
}

/** Of one number by the name, which no other port of the Service has. */
function byNumber(a: ServicePort, b: ServicePort): number {
  return a.port - b.port || compareText(a.name, b.name);
}

function sameNumber(ports: readonly ServicePort[]): boolean {
  return new Set(ports.map((each) => each.port)).size < ports.length;
}
