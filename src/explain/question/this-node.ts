import { chainsBeginning, type Ruleset, type Table } from '../../iptables/ruleset.ts';
import { IpvsTable } from '../../ipvs/table.ts';
import type { Node } from '../../kubernetes/objects.ts';
import { type Address, type Family, formatAddress, parseAddress } from '../../net/address.ts';
import { type Prefix, parsePrefix } from '../../net/prefix.ts';
import { beginningsOf, CHAINS } from '../../proxy/chains.ts';
import { SERVICE_PROXIES } from '../../proxy/service-proxies.ts';
import { clusterCidrInNft } from '../services/nft/cluster-cidr.ts';
import { nodePortIps } from '../services/nft/node-port-ips.ts';
import type { Known } from './question.ts';

/** What tells which node was captured. */
export type NodeClues = Pick<Known, 'cluster' | 'node' | 'host'>;

/** @returns the Node object of the captured node: by the name the capture tells, else by the addresses they share. */
export function thisNode(known: NodeClues): Node | null {
  const nodes = known.cluster.nodes ?? [];
  const named = known.node === null ? undefined : nodes.find(({ name }) => name === known.node);
  if (named !== undefined) return named;
  const own = new Set(
    (known.host.links ?? []).flatMap(({ addresses }) =>
      addresses.map(({ address }) => formatAddress(address)),
    ),
  );
  return nodes.find(({ addresses }) => addresses.some(({ address }) => own.has(address))) ?? null;
}

/** @returns the name of the captured node, as far as it can be told. */
export function thisNodeName(known: NodeClues): string | null {
  return thisNode(known)?.name ?? known.node;
}

/** Interfaces whose addresses are those of Services. */
const OF_SERVICES: ReadonlySet<string> = new Set(SERVICE_PROXIES.flatMap(({ holds }) => holds ?? []));

/** @returns the address by which the cluster knows this node: its InternalIP, else the first global address of a link. */
export function nodeAddress(known: Known, family: Family = 'ipv4'): Address | null {
  const internal = thisNode(known)?.addresses.filter(({ type }) => type === 'InternalIP') ?? [];
  for (const { address } of internal) {
    const parsed = parseAddress(address);
    if (parsed !== null && parsed.family === family) return parsed;
  }
  for (const link of known.host.links ?? known.host.someLinks ?? []) {
    if (link.loopback || OF_SERVICES.has(link.name)) continue;
    const own = link.addresses.find(({ address, scope }) => address.family === family && scope === 'global');
    if (own !== undefined) return own.address;
  }
  return null;
}

/** From here the API server chooses node ports where it was not told others (--service-node-port-range). */
const FIRST_NODE_PORT = 30_000;

/**
 * IPVS has a virtual server at each address of the node for a node port.
 * @returns the first IPv4 address at which one has this port, loopback aside; null where none has
 */
export function balancedNodeAddress({ ipvs }: Known, port: number): Address | null {
  if (!(ipvs instanceof IpvsTable) || port < FIRST_NODE_PORT) return null;
  for (const { takes } of ipvs.servers) {
    if (takes.by !== 'socket' || takes.port !== port || takes.address.family !== 'ipv4') continue;
    if (takes.address.value >> 24n !== 127n) return takes.address;
  }
  return null;
}

/**
 * Where kube-proxy was told to serve node ports at some addresses only, its rules name those of the node's own that it found
 * (--nodeport-addresses; proxier.go, "this must be the last rule in this chain").
 * In nftables mode a set holds them.
 * @returns the first IPv4 address of them; null where no rule names one
 */
export function nodePortAddress({ rulesets, nft }: Pick<Known, 'rulesets' | 'nft'>): Address | null {
  const [own] = nodePortIps({ nft: nft ?? null }, 'ipv4');
  if (own !== undefined) return own;
  for (const { family, tables } of rulesets) {
    const rules = family === 'ipv4' ? tables.get('nat')?.chains.get(CHAINS.services)?.rules : undefined;
    if (rules === undefined) continue;
    for (let index = 0; index < rules.length; index++) {
      if (rules.targetName(index) !== CHAINS.nodePorts) continue;
      for (const match of rules.at(index).matches)
        if (match.kind === 'destination' && !match.negated && match.prefix.mask === 0xffffffffn)
          return { family, value: match.prefix.value };
    }
  }
  return null;
}

/** @returns the network of this node's own pods, as its Node says; null where nothing does. */
export function ownPodNetwork(known: Known, family: Family): Prefix | null {
  const own = (thisNode(known)?.podCIDRs ?? []).flatMap((text) => parsePrefix(text) ?? []);
  return own.find((prefix) => prefix.family === family) ?? null;
}

/** @returns every pod network that is known: of all Nodes, else the one that kube-proxy's own rules exclude from masquerading. */
export function podNetworks(known: Known, family: Family): Prefix[] {
  const stated = (known.cluster.nodes ?? [])
    .flatMap(({ podCIDRs }) => podCIDRs.map(parsePrefix))
    .filter((prefix): prefix is Prefix => prefix !== null && prefix.family === family);
  const inferred = clusterCidrInRules(known, family);
  return inferred === null ? stated : [...stated, inferred];
}

function clusterCidrInRules(known: Known, family: Family): Prefix | null {
  for (const ruleset of known.rulesets) {
    const found = ruleset.family === family ? clusterCidrOf(ruleset) : null;
    if (found !== null) return found;
  }
  return clusterCidrInNft(known, family);
}

const KNOWN = new WeakMap<Ruleset, Prefix | null>();

/**
 * kube-proxy writes `! -s CLUSTER-CIDR -d CLUSTER-IP … -j CHAINS.markMasquerade` where it was told the pods' network: up to 1.21 in
 * CHAINS.services, later as first rule of SVC chains.
 */
function clusterCidrOf(ruleset: Ruleset): Prefix | null {
  const known = KNOWN.get(ruleset);
  if (known !== undefined) return known;
  const nat = ruleset.tables.get('nat');
  const found = nat === undefined ? null : firstClusterCidr(nat);
  KNOWN.set(ruleset, found);
  return found;
}

function firstClusterCidr(nat: Table): Prefix | null {
  let looked = 0;
  for (const { rules } of chainsBeginning(nat, [CHAINS.services, ...beginningsOf('service', 'local')])) {
    if (rules.length === 0) continue;
    const { target, matches } = rules.at(0);
    if (target?.kind === 'jump' && target.chain === CHAINS.markMasquerade) {
      for (const match of matches) if (match.kind === 'source' && match.negated) return match.prefix;
    }
    if (++looked > 50) break;
  }
  return null;
}
