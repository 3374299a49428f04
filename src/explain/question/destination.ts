import { commentOf, type Ruleset } from '../../iptables/ruleset.ts';
import type { Service, ServicePort } from '../../kubernetes/objects.ts';
import { parseServiceComment } from '../../names/comments.ts';
import { type Address, formatAddress, parseAddress } from '../../net/address.ts';
import { formatProtocol, hasPorts, ICMP, ICMPV6, parseProtocol, TCP } from '../../net/protocol.ts';
import { nodeAddress } from './this-node.ts';
import { type Known, QuestionError, type TraceQuestion } from './question.ts';

/** Where the packet is sent, as the question's destination says. */
export interface Destination {
  readonly address: Address;
  readonly port: number | null;
  readonly protocol: number;
  /** True for `node:PORT`. */
  readonly isLocal: boolean;
  /** What was chosen among several, in words; null where there was no choice. */
  readonly chosen: string | null;
}

/**
 * Reads `10.96.0.10:53`, `[fd00::a]:53`, `10.244.1.5`, `node:31000`, `namespace/service[:port]`, `service[:port]`.
 * @throws QuestionError where it names nothing that is known.
 */
export function readDestination(question: TraceQuestion, known: Known): Destination {
  const text = question.destination.trim();
  const protocol = question.protocol === null ? null : readProtocol(question.protocol);
  const node = /^node:(\d+)$/.exec(text);
  if (node !== null) return nodePort(Number(node[1]), protocol, known);
  const literal = readAddress(text);
  if (literal !== null) {
    const chosen = protocol ?? protocolAt(known, literal.address, literal.port) ?? TCP;
    return { ...literal, protocol: inFamily(chosen, literal.address), isLocal: false, chosen: null };
  }
  return service(text, protocol, question, known);
}

/** `icmp` means the family's own ICMP. */
function inFamily(protocol: number, address: Address): number {
  return protocol === ICMP && address.family === 'ipv6' ? ICMPV6 : protocol;
}

function readProtocol(text: string): number {
  const protocol = parseProtocol(text);
  if (protocol === null) throw new QuestionError(`--protocol ${text} is not a protocol; try tcp, udp, sctp or icmp`);
  return protocol;
}

function readAddress(text: string): { address: Address; port: number | null } | null {
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const plain = /^([0-9.]+)(?::(\d+))?$/.exec(text);
  const found = bracketed ?? plain;
  const address = parseAddress(found?.[1] ?? text);
  if (address === null) {
    if (found !== null) throw new QuestionError(`${text} is not an address with a port, such as 10.96.0.10:53 or [fd00::a]:53`);
    return null;
  }
  const port = found?.[2];
  return { address, port: port === undefined ? null : readPort(port) };
}

function readPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new QuestionError(`${text} is not a port (1 to 65535)`);
  return port;
}

/** The protocol of a Service port at this address, from the API or from kube-proxy's own rules. */
function protocolAt(known: Known, address: Address, port: number | null): number | null {
  if (port === null) return null;
  const text = formatAddress(address);
  for (const each of known.cluster.services ?? []) {
    if (!addressesOf(each).includes(text)) continue;
    const match = each.ports.find((candidate) => candidate.port === port);
    if (match !== undefined) return parseProtocol(match.protocol);
  }
  return null;
}

function addressesOf(service: Service): string[] {
  const balancers = service.loadBalancer.flatMap(({ ip }) => (ip === null ? [] : [ip]));
  return [...service.clusterIPs, ...service.externalIPs, ...balancers];
}

function nodePort(port: number, protocol: number | null, known: Known): Destination {
  readPort(String(port));
  const owner = (known.cluster.services ?? []).flatMap(({ ports }) => ports).find(({ nodePort: own }) => own === port);
  const address = nodeAddress(known);
  return {
    address: address ?? PLACEHOLDER,
    port,
    protocol: protocol ?? (owner === undefined ? null : parseProtocol(owner.protocol)) ?? TCP,
    isLocal: true,
    chosen:
      address === null
        ? `the node's addresses are not in the capture; ${formatAddress(PLACEHOLDER)} stands for one of them`
        : null,
  };
}

/** Stands for "some address of this node" (RFC 5737). */
const PLACEHOLDER: Address = { family: 'ipv4', value: 0xc0000201n };

function service(text: string, protocol: number | null, question: TraceQuestion, known: Known): Destination {
  const parts = /^(?:([^/:]+)\/)?([^/:]+)(?::([^/:]+))?$/.exec(text);
  if (parts === null) throw new QuestionError(`${text} is neither ADDRESS:PORT nor NAMESPACE/SERVICE[:PORT] nor node:PORT`);
  const namespace = parts[1] ?? question.namespace;
  const name = parts[2] ?? '';
  const wanted = parts[3] ?? null;
  const found = known.cluster.services?.find((each) => each.namespace === namespace && each.name === name);
  if (found !== undefined) return fromService(found, wanted, protocol);
  const ruled = fromComments(known.rulesets, namespace, name, wanted, protocol);
  if (ruled !== null) return ruled;
  const where = known.cluster.services === null ? 'in the comments of the rules' : 'among the Services of the capture or in the comments of the rules';
  throw new QuestionError(
    `no Service ${namespace}/${name}${wanted === null ? '' : `:${wanted}`} ${where}; \`kp-explain services\` lists them, and ADDRESS:PORT works without names${suggestion(known, namespace, name)}`,
  );
}

function suggestion(known: Known, namespace: string, name: string): string {
  const elsewhere = known.cluster.services?.filter((each) => each.name === name && each.namespace !== namespace) ?? [];
  return elsewhere.length === 0 ? '' : `. Did you mean ${elsewhere.map((each) => `${each.namespace}/${each.name}`).join(' or ')}?`;
}

function fromService(found: Service, wanted: string | null, protocol: number | null): Destination {
  const label = `${found.namespace}/${found.name}`;
  const address = found.clusterIPs.map(parseAddress).find((each) => each !== null) ?? null;
  if (address === null) {
    throw new QuestionError(
      found.type === 'ExternalName'
        ? `${label} is an ExternalName Service: a DNS alias, with no address and no rules`
        : `${label} is headless (clusterIP None): it has no address and no rules; trace one of its pods by ADDRESS:PORT`,
    );
  }
  const fits = found.ports.filter(
    (port) =>
      (wanted === null || port.name === wanted || String(port.port) === wanted) &&
      (protocol === null || parseProtocol(port.protocol) === protocol),
  );
  const [port, ...others] = fits;
  if (port === undefined) {
    throw new QuestionError(`${label} has no such port; it has ${found.ports.map(portLabel).join(', ')}`);
  }
  const chosen = [
    ...(others.length === 0 ? [] : [`${label} has ${fits.length} ports; this is ${portLabel(port)}, the others are ${others.map(portLabel).join(', ')}`]),
    ...(found.clusterIPs.length < 2 ? [] : [`${label} has ${found.clusterIPs.length} cluster IPs; this is ${formatAddress(address)}, the other is ${found.clusterIPs.slice(1).join(', ')}`]),
  ];
  return {
    address,
    port: port.port,
    protocol: parseProtocol(port.protocol) ?? TCP,
    isLocal: false,
    chosen: chosen.length === 0 ? null : chosen.join('; '),
  };
}

function portLabel(port: ServicePort): string {
  const label = `${port.port}/${port.protocol.toLowerCase()}`;
  return port.name === '' ? label : `${port.name} (${label})`;
}

/** Without API objects kube-proxy's comments tell which rule is whose: `default/web:http cluster IP`. */
function fromComments(
  rulesets: readonly Ruleset[],
  namespace: string,
  name: string,
  wanted: string | null,
  protocol: number | null,
): Destination | null {
  for (const ruleset of rulesets) {
    for (const table of ['nat', 'filter'] as const) {
      const rules = ruleset.tables.get(table)?.chains.get('KUBE-SERVICES')?.rules;
      for (let index = 0; index < (rules?.length ?? 0); index++) {
        const rule = rules?.at(index);
        const comment = rule === undefined ? null : commentOf(rule);
        const said = comment === null ? null : parseServiceComment(comment);
        if (rule === undefined || said === null || said.namespace !== namespace || said.name !== name) continue;
        let address: Address | null = null;
        let port: number | null = null;
        let number: number | null = null;
        for (const match of rule.matches) {
          if (match.kind === 'destination' && !match.negated) address = { family: match.prefix.family, value: match.prefix.value };
          if (match.kind === 'destination-port' && !match.negated) port = match.ports.from;
          if (match.kind === 'protocol' && !match.negated) number = match.number;
        }
        if (address === null || port === null || number === null) continue;
        if (wanted !== null && said.port !== wanted && String(port) !== wanted) continue;
        if (protocol !== null && number !== protocol) continue;
        return { address, port, protocol: number, isLocal: false, chosen: null };
      }
    }
  }
  return null;
}

/** @returns `10.96.0.10:53/udp`, for people. */
export function destinationText({ address, port, protocol }: Pick<Destination, 'address' | 'port' | 'protocol'>): string {
  const text = formatAddress(address);
  const name = formatProtocol(protocol);
  if (port === null || !hasPorts(protocol)) return `${text}/${name}`;
  return address.family === 'ipv6' ? `[${text}]:${port}/${name}` : `${text}:${port}/${name}`;
}
