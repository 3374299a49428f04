import { isLocalAddress } from '../../host/local-addresses.ts';
import type { Chain, Ruleset } from '../../iptables/ruleset.ts';
import { type Address, type Family, sameAddress } from '../../net/address.ts';
import { formatProtocol, parseProtocol, SCTP, TCP, UDP } from '../../net/protocol.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { namedAt } from '../services/nft/named-sockets.ts';
import { factsOf } from '../services/rule-facts.ts';
import { labelOf } from '../services/service-name.ts';
import type { Known } from './question.ts';

/** A protocol for which there is a Service port at an address and port. */
export interface ProtocolAt {
  /** IP protocol number. */
  readonly protocol: number;
  /** `namespace/service:port`; null where only a rule without such a comment tells of it. */
  readonly label: string | null;
}

/**
 * Finds which protocols an address and port are a Service port of: TCP, UDP, SCTP in this order, by the API and by the rules.
 * @param address null for a node port
 */
export function protocolsAt(address: Address | null, port: number, known: Known): ProtocolAt[] {
  const inRules = new Map<number, string | null>();
  for (const [protocol, comment] of rulesFor(address, port, known)) {
    if (inRules.get(protocol) == null)
      inRules.set(protocol, /^\S+\/\S+(?= |$)/.exec(comment ?? '')?.[0] ?? null);
  }
  return [TCP, UDP, SCTP].flatMap((protocol) => {
    const label = apiLabel(protocol, address, port, known) ?? nftLabel(protocol, address, port, known);
    if (label === null && !inRules.has(protocol)) return [];
    return [{ protocol, label: label ?? inRules.get(protocol) ?? null }];
  });
}

function apiLabel(protocol: number, address: Address | null, port: number, known: Known): string | null {
  const own = address === null ? null : known.book.serviceAt(protocol, address, port);
  const local = address === null || isLocalAddress(known.host, address) === true;
  const found = own ?? (local ? known.book.serviceAtNodePort(protocol, port) : null);
  if (found === null) return null;
  const { namespace, name } = found.service;
  return labelOf({ namespace, service: name, port: found.port.name });
}

function nftLabel(protocol: number, address: Address | null, port: number, known: Known): string | null {
  const families: readonly Family[] = address === null ? ['ipv4', 'ipv6'] : [address.family];
  const local = address === null || isLocalAddress(known.host, address) === true;
  for (const family of families)
    for (const place of local ? [address, null] : [address]) {
      const named = namedAt(known, family, place, port, protocol);
      if (named !== null)
        return labelOf({ namespace: named.namespace, service: named.name, port: named.port });
    }
  return null;
}

function* rulesFor(
  address: Address | null,
  port: number,
  known: Known,
): Generator<readonly [protocol: number, comment: string | null]> {
  const local = address === null || isLocalAddress(known.host, address) === true;
  for (const { chain, nodePorts } of entryChains(known.rulesets)) {
    if (nodePorts ? !local : address === null) continue;
    for (const index of chain.rules.towards(nodePorts ? null : address)) {
      const facts = factsOf(chain.rules.at(index));
      if (facts.port !== port || facts.protocol === null) continue;
      if (
        !nodePorts &&
        (facts.destination === null || address === null || !sameAddress(facts.destination, address))
      )
        continue;
      const protocol = parseProtocol(facts.protocol);
      if (protocol !== null) yield [protocol, facts.comment];
    }
  }
}

function* entryChains(rulesets: readonly Ruleset[]): Generator<{ chain: Chain; nodePorts: boolean }> {
  for (const { tables } of rulesets) {
    for (const table of [tables.get('nat'), tables.get('filter')]) {
      for (const name of [CHAINS.services, CHAINS.externalServices, CHAINS.nodePorts, CHAINS.portalsHost]) {
        const chain = table?.chains.get(name);
        const nodePorts = name === CHAINS.nodePorts;
        // In the filter table this chain accepts health check ports.
        if (chain !== undefined && !(nodePorts && table?.name === 'filter')) yield { chain, nodePorts };
      }
    }
  }
}

/**
 * Says which protocol was taken where none was asked for and the choice is no matter of course.
 * @param place as the user would write it: `10.96.0.10:53`
 * @returns null where TCP is the only protocol there, or nothing is known of the place
 */
export function chosenProtocol(place: string, all: readonly ProtocolAt[]): string | null {
  const [taken, ...others] = all;
  if (taken === undefined || (taken.protocol === TCP && others.length === 0)) return null;
  const name = (each: ProtocolAt) =>
    `${formatProtocol(each.protocol).toUpperCase()}${each.label === null ? '' : ` (${each.label})`}`;
  const ask = (protocol: number) => `--protocol ${formatProtocol(protocol)}`;
  if (others.length === 0)
    return `${place} is a Service port for ${name(taken)} only, so this is ${formatProtocol(taken.protocol).toUpperCase()}; ${ask(TCP)} asks for TCP`;
  return `${place} is a Service port for ${all.map(name).join(' and ')}; this is ${formatProtocol(taken.protocol).toUpperCase()}, and ${others.map((each) => ask(each.protocol)).join(' or ')} asks for the other`;
}
