import { type Address, type Family, formatAddress, parseAddress } from '../../../net/address.ts';
import { formatProtocol, parseProtocol } from '../../../net/protocol.ts';
import type { NftTable } from '../../../nftables/ruleset.ts';
import { isConfirmed, parseNftName } from '../../../proxy/nft-names.ts';
import { NFT_OBJECTS } from '../../../proxy/nft-roles.ts';
import type { ServiceRef } from '../../explanation.ts';
import type { Known } from '../../question/question.ts';
import { clusterIpsOf } from './addresses.ts';
import { type KubeProxyTable, kubeProxyTables } from './kube-proxy-tables.ts';
import { nameInComment } from './nft-drafts.ts';
import { type MapEntry, readVerdictMap } from './verdict-maps.ts';

/** Where an element of kube-proxy's maps takes packets of a Service port. */
export interface NamedSocket {
  /** Null for a node port. */
  readonly address: Address | null;
  readonly port: number;
  /** IP protocol number. */
  readonly protocol: number;
  readonly named: ServiceRef;
}

/** First those that lead to a chain, whose hash proves its name; a comment may be anybody's. */
const MAPS = [
  NFT_OBJECTS.serviceIps,
  NFT_OBJECTS.serviceNodePorts,
  NFT_OBJECTS.noEndpointServices,
  NFT_OBJECTS.noEndpointNodePorts,
  NFT_OBJECTS.firewallIps,
];

const KNOWN = new WeakMap<NftTable, ReadonlyMap<string, NamedSocket>>();

/** @returns every address and port that maps of kube-proxy tell the Service port of, without API objects (pkg/proxy/nftables/proxier.go). */
export function namedSockets(known: Pick<Known, 'nft'>): NamedSocket[] {
  return kubeProxyTables(known).flatMap((kube) => [...socketsOf(kube).values()]);
}

/**
 * @param address null for a node port
 * @returns the Service port that kube-proxy's maps have there; null where they have none, or do not name it
 */
export function namedAt(
  known: Pick<Known, 'nft'>,
  family: Family,
  address: Address | null,
  port: number,
  protocol: number,
): ServiceRef | null {
  for (const kube of kubeProxyTables(known)) {
    const found = kube.family === family ? socketsOf(kube).get(keyOf(address, port, protocol)) : undefined;
    if (found !== undefined) return found.named;
  }
  return null;
}

function socketsOf({ table }: KubeProxyTable): ReadonlyMap<string, NamedSocket> {
  const known = KNOWN.get(table);
  if (known !== undefined) return known;
  const sockets = new Map<string, NamedSocket>();
  for (const map of MAPS)
    for (const entry of readVerdictMap(table, map)) {
      const found = socketOf(entry, table);
      if (found === null) continue;
      const key = keyOf(found.address, found.port, found.protocol);
      if (!sockets.has(key)) sockets.set(key, found);
    }
  KNOWN.set(table, sockets);
  return sockets;
}

function socketOf(entry: MapEntry, table: NftTable): NamedSocket | null {
  const name = nameOf(entry);
  const protocol = parseProtocol(entry.protocol);
  const address = entry.address === null ? null : parseAddress(entry.address);
  if (name === null || protocol === null || (entry.address !== null && address === null)) return null;
  const { namespace, name: service, port, namedBy } = name;
  const named = { namespace, name: service, port, namedBy, via: viaOf(entry, table) };
  return { address, port: entry.port, protocol, named };
}

function nameOf({ verdict, comment }: MapEntry): Omit<ServiceRef, 'via'> | null {
  const parsed = verdict.chain === null ? null : parseNftName(verdict.chain);
  if (parsed?.service != null && isConfirmed(parsed)) {
    const { namespace, name, port } = parsed.service;
    return { namespace, name, port, namedBy: 'hash' };
  }
  const said = nameInComment(comment);
  return said === null
    ? null
    : { namespace: said.namespace, name: said.service, port: said.port, namedBy: 'comment' };
}

/** The maps do not tell external IPs from those of load balancers. */
function viaOf({ address, verdict }: MapEntry, table: NftTable): ServiceRef['via'] {
  if (address === null) return 'nodePort';
  if (clusterIpsOf(table)?.has(address) === true) return 'clusterIP';
  const prefix = verdict.chain === null ? undefined : parseNftName(verdict.chain)?.prefix;
  return prefix === 'service' || prefix === 'local' ? 'clusterIP' : null;
}

function keyOf(address: Address | null, port: number, protocol: number): string {
  return `${address === null ? 'node' : formatAddress(address)} ${formatProtocol(protocol)} ${port}`;
}
