import type { Table } from '../../iptables/ruleset.ts';
import { formatAddress } from '../../net/address.ts';
import { splitChainName } from '../../proxy/chain-name.ts';
import { CHAINS } from '../../proxy/chains.ts';
import { addressKindIn } from '../../proxy/comments.ts';
import { factsOf, type RuleFacts } from './rule-facts.ts';

/** Which of a Service's addresses a rule speaks of; `external` where the rule leaves open which of the two outer kinds it is. */
export type AddressKind = 'clusterIP' | 'externalIP' | 'loadBalancerIP' | 'external';

/** A rule by which packets enter a Service port. */
export interface Entry {
  /** Hash of the Service port, from the chain that the rule jumps to. */
  readonly suffix: string;
  readonly chain: string;
  /** Null for a node port. */
  readonly address: string | null;
  readonly kind: AddressKind | 'nodePort';
  /** Null where a listing lost it. */
  readonly port: number | null;
  readonly protocol: string;
  readonly comment: string | null;
  /** The destination as a listing printed it, where address or port cannot be read back: `db.example.com:http-x`. */
  readonly printed: string | null;
}

/**
 * Reads the entries of nat CHAINS.services: one rule for each address and port of a Service. Rules that only mark for
 * masquerading are passed over (up to 1.20 they stand here, and external IPs have two jumps each).
 * @param table the nat table
 * @param isWanted asked with the hash of a Service port: whether its entries are read
 */
export function readServiceEntries(table: Table, isWanted: (hash: string) => boolean): Entry[] {
  return readEntries(table, CHAINS.services, isWanted, (facts, chain) => {
    const { destination, lost } = facts;
    if (destination === null && lost.destination === null) return null;
    return {
      address: destination === null ? null : formatAddress(destination),
      kind: kindOf(facts, chain),
    };
  });
}

/** Reads the entries of nat CHAINS.nodePorts: up to two rules for each node port, in recent releases the first for localhost alone. */
export function readNodePortEntries(table: Table, isWanted: (hash: string) => boolean): Entry[] {
  return readEntries(table, CHAINS.nodePorts, isWanted, () => ({ address: null, kind: 'nodePort' }));
}

function readEntries(
  table: Table,
  chain: string,
  isWanted: (hash: string) => boolean,
  where: (facts: RuleFacts, chain: string) => Pick<Entry, 'address' | 'kind'> | null,
): Entry[] {
  const rules = table.chains.get(chain)?.rules;
  const entries: Entry[] = [];
  for (let index = 0; rules !== undefined && index < rules.length; index++) {
    const target = rules.targetName(index);
    const name = target === null ? null : splitChainName(target);
    if (target === null || name === null || name.prefix === 'SEP' || !isWanted(name.hash)) continue;
    const facts = factsOf(rules.once(index));
    const { port, protocol, comment } = facts;
    const place = where(facts, target);
    const printed = printedDestination(facts, place?.address ?? null);
    if (place === null || protocol === null || (port === null && printed === null)) continue;
    entries.push({ suffix: name.hash, chain: target, ...place, port, protocol, comment, printed });
  }
  return entries;
}

/** @returns `db.example.com:80`, `10.43.0.1:frobnicate`; null where nothing of the destination is lost. */
export function printedDestination({ lost, port }: RuleFacts, address: string | null): string | null {
  if (lost.destination === null && lost.port === null) return null;
  const host = lost.destination ?? address;
  const number = lost.port ?? port;
  if (host === null) return `port ${number}`;
  return number === null ? host : `${host}:${number}`;
}

/** The comment's last words say it; CHAINS.services keeps its comments even in large-cluster mode. Without one, the shape does. */
function kindOf(facts: RuleFacts, chain: string): AddressKind {
  const kind = addressKindIn(facts.comment);
  if (kind !== null) return kind;
  switch (splitChainName(chain)?.prefix) {
    case 'FW':
      return 'loadBalancerIP';
    case 'EXT':
    case 'XLB':
      return 'external';
    default:
      return facts.physdev || facts.destinationLocal ? 'externalIP' : 'clusterIP';
  }
}
