import {
  type Chain,
  chainsBeginning,
  commentOf,
  type Rule,
  type Ruleset,
  type Table,
} from '../../iptables/ruleset.ts';
import { type Address, formatAddress } from '../../net/address.ts';
import { formatProtocol } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import { beginningsOf, CHAINS } from '../../proxy/chains.ts';
import { type CommentPhrase, parseServiceComment, type ServiceComment } from '../../proxy/comments.ts';
import { compareText } from '../../words/compare-text.ts';
import type { ServiceRef } from '../explanation.ts';

/** Where a rule's packets go: what its matches ask of the destination. */
export interface RuleDestination {
  /** Null for a node port. */
  readonly address: Address | null;
  readonly port: number;
  /** IP protocol number. */
  readonly protocol: number;
  readonly named: ServiceRef;
}

/**
 * Without API objects kube-proxy's comments tell which rule is whose: `default/web:http cluster IP`.
 * @param text `namespace/service[:port]` or `service[:port]`; the port by name or number
 * @returns every destination of that name in the rules, each once: cluster IPs first, node ports last, then by port and
 *   name, as where the API names it, since CHAINS.services is written in another order at every sync
 */
export function serviceInComments(
  rulesets: readonly Ruleset[],
  text: string,
  defaultNamespace: string,
  protocol: number | null,
): RuleDestination[] {
  const { namespace, name, port: wanted } = readServiceText(text, defaultNamespace);
  const found = new Map<string, RuleDestination>();
  const take = (rule: Rule, chain: Chain): void => {
    const said = parseServiceComment(commentOf(rule) ?? '');
    if (said === null || said.namespace !== namespace || said.name !== name) return;
    const place = destinationOf(rule, chain);
    if (place === null || (protocol !== null && place.protocol !== protocol)) return;
    if (wanted !== undefined && said.port !== wanted && String(place.port) !== wanted) return;
    const key = `${place.address?.value ?? ''} ${place.port} ${place.protocol}`;
    const known = found.get(key);
    if (known !== undefined && known.named.via !== null) return;
    found.set(key, { ...place, named: refOf(said, viaOf(chain, place.address, said.phrase)) });
  };
  const tables = tablesOf(rulesets);
  for (const chain of entriesOf(tables)) {
    for (let index = 0; index < chain.rules.length; index++) take(chain.rules.at(index), chain);
  }
  // Since 1.22 the masquerade rule of each SVC chain tells the cluster IP too: a listing may hold that chain alone.
  if (![...found.values()].some(({ named }) => named.via === 'clusterIP')) {
    const begins = beginningsOf('service', 'local');
    for (const chain of tables.flatMap((table) => [...chainsBeginning(table, begins)]))
      if (chain.rules.length > 0) take(chain.rules.at(0), chain);
  }
  return [...found.values()].sort(compareDestinations);
}

/** Cluster IPs first, node ports last, then by port and name. */
export function compareDestinations(a: RuleDestination, b: RuleDestination): number {
  return (
    rank(a) - rank(b) ||
    a.port - b.port ||
    compareText(a.named.port, b.named.port) ||
    (formatProtocol(a.protocol) < formatProtocol(b.protocol) ? -1 : 1)
  );
}

/** @returns the address, the port and its name, in words. */
export function destinationText(destination: RuleDestination): string {
  const { protocol, named } = destination;
  const name = named.port === '' ? '' : ` (${named.port})`;
  return `${destinationAsked(destination)}/${formatProtocol(protocol)}${name}`;
}

/** @returns the address and port, as a question has them. */
export function destinationAsked({ address, port }: RuleDestination): string {
  return address === null ? `node:${port}` : socketText(formatAddress(address), port);
}

/** @returns which Service a text asks for: `namespace/service[:port]` or `service[:port]`; the port by name or number. */
export function readServiceText(
  text: string,
  defaultNamespace: string,
): { readonly namespace: string; readonly name: string | undefined; readonly port: string | undefined } {
  const [, namespace = defaultNamespace, name, port] =
    /^(?:([^/:]+)\/)?([^/:]+)(?::([^/:]+))?$/.exec(text) ?? [];
  return { namespace, name, port };
}

/**
 * @param towards an address that alone is asked for; null: all
 * @returns what kube-proxy's comments say of each destination where Services are entered
 */
export function commentedDestinations(
  rulesets: readonly Ruleset[],
  towards: Address | null = null,
): RuleDestination[] {
  const found: RuleDestination[] = [];
  for (const chain of entriesOf(tablesOf(rulesets)))
    for (const index of chain.rules.towards(towards)) {
      const rule = chain.rules.at(index);
      const said = parseServiceComment(commentOf(rule) ?? '');
      const place = said === null ? null : destinationOf(rule, chain);
      if (said !== null && place !== null)
        found.push({ ...place, named: refOf(said, viaOf(chain, place.address, said.phrase)) });
    }
  return found;
}

const ENTRY_CHAINS = [CHAINS.services, CHAINS.externalServices, CHAINS.nodePorts];

function tablesOf(rulesets: readonly Ruleset[]): Table[] {
  return rulesets.flatMap(({ tables }) =>
    (['nat', 'filter'] as const).flatMap((name) => tables.get(name) ?? []),
  );
}

function entriesOf(tables: readonly Table[]): Chain[] {
  return tables.flatMap(({ chains }) => ENTRY_CHAINS.flatMap((name) => chains.get(name) ?? []));
}

function refOf({ namespace, name, port }: ServiceComment, via: ServiceRef['via']): ServiceRef {
  return { namespace, name, port, via, namedBy: 'comment' };
}

function viaOf({ name }: Chain, address: Address | null, phrase: CommentPhrase): ServiceRef['via'] {
  if (address === null) return 'nodePort';
  if (phrase === 'external-ip') return 'externalIP';
  if (phrase === 'load-balancer-ip') return 'loadBalancerIP';
  return name === CHAINS.externalServices ? null : 'clusterIP';
}

function rank({ named, address }: RuleDestination): number {
  const order = ['clusterIP', 'loadBalancerIP', 'externalIP', null, 'nodePort'].indexOf(named.via);
  return order * 2 + (address?.family === 'ipv6' ? 1 : 0);
}

function destinationOf(rule: Rule, { name }: Chain): Omit<RuleDestination, 'named'> | null {
  let address: Address | null = null;
  let port: number | null = null;
  let protocol: number | null = null;
  let local = name === CHAINS.nodePorts && rule.target?.kind === 'jump';
  for (const match of rule.matches) {
    if (match.negated) continue;
    if (match.kind === 'destination') address = { family: match.prefix.family, value: match.prefix.value };
    if (match.kind === 'destination-port') port = match.ports.from;
    if (match.kind === 'protocol') protocol = match.number;
    if (match.kind === 'addrtype' && match.side === 'destination' && match.types.includes('LOCAL'))
      local = true;
  }
  // Node ports of localhost alone name 127.0.0.0/8, which stands for no other address of the node.
  if (name === CHAINS.nodePorts) address = null;
  if (port === null || protocol === null || (address === null && !local)) return null;
  return { address, port, protocol };
}
