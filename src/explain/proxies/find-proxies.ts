import type { Ruleset } from '../../iptables/ruleset.ts';
import { servesAs } from '../../proxy/owners.ts';
import { SERVICE_PROXIES, type ServiceProxy } from '../../proxy/service-proxies.ts';
import type { Known } from '../question/question.ts';
import { thisNodeName } from '../question/this-node.ts';
import { otherNames } from '../services/other-chains.ts';

/** A proxy whose marks stand on the node. */
export interface FoundProxy {
  readonly proxy: ServiceProxy;
  /** What tells: `chain CILIUM_FORWARD`, `interface kube-ipvs0`; one of each kind at most. */
  readonly marks: readonly string[];
}

/** What a capture knows of the node, as far as proxies leave marks there. */
export type Marked = Pick<Known, 'rulesets' | 'host' | 'cluster' | 'book' | 'node' | 'ipvs' | 'cilium'>;

/**
 * Looks for proxies that may carry Services in kube-proxy's place. What was not captured shows no marks: silence says nothing.
 * Those that serve through IPVS are left out where it was captured: it is traced.
 * @returns those whose marks stand, in the order of {@link SERVICE_PROXIES}; the chains of a ruleset are read once
 */
export function findProxies(known: Marked): readonly FoundProxy[] {
  const { host, cluster } = known;
  const chains = known.rulesets.flatMap(foreignChains);
  const interfaces = host.links?.map(({ name }) => name) ?? [];
  const ipsets = [...(host.ipsets?.keys() ?? [])];
  const tables = host.nft?.nativeChains.map(({ table }) => table) ?? [];
  const node = cluster.pods === null ? null : thisNodeName(known);
  const pods = known.book
    .podsOn(node)
    .filter(({ hostNetwork }) => hostNetwork)
    .map(({ name }) => name);
  const betrayed = new Map<string | null, string>();
  for (const name of chains.toReversed()) betrayed.set(servesAs(name), name);
  const { ipvs } = known;
  const traced = ipvs !== undefined && ipvs !== null && ipvs !== 'not-captured';
  return SERVICE_PROXIES.flatMap((proxy) => {
    if (traced && proxy.programs === 'ipvs') return [];
    const marks = [
      ...(betrayed.has(proxy.name) ? [`chain ${betrayed.get(proxy.name)}`] : []),
      ...first('interface', interfaces, proxy.interfaces),
      ...first('ipset', ipsets, proxy.ipsets),
      ...first('nft table', tables, proxy.nftTables),
      ...first('pod', pods, proxy.pods),
      ...(proxy.listing === 'cilium' && known.cilium != null ? ['the list of its Services'] : []),
    ];
    return marks.length === 0 ? [] : [{ proxy, marks }];
  });
}

/** @returns `Cilium is here (chain CILIUM_FORWARD, interface cilium_host)`. */
export function proxyText({ proxy, marks }: FoundProxy): string {
  return `${proxy.name} ${proxy.serves === 'left-over' ? 'was' : 'is'} here (${marks.join(', ')})`;
}

/** @returns what would settle which Services it serves. */
export function settleText({ proxy }: FoundProxy): string {
  return `read what it serves with \`${proxy.command}\`, on this node`;
}

function first(kind: string, names: readonly string[], pattern: RegExp | null): string[] {
  const found = pattern === null ? undefined : names.find((name) => pattern.test(name));
  return found === undefined ? [] : [`${kind} ${found}`];
}

const CHAINS = new WeakMap<Ruleset, readonly string[]>();

/** Names of chains but those of single Services, of which there may be hundreds of thousands. */
function foreignChains(ruleset: Ruleset): readonly string[] {
  const known = CHAINS.get(ruleset);
  if (known !== undefined) return known;
  const names = [...ruleset.tables.values()].flatMap(otherNames);
  CHAINS.set(ruleset, names);
  return names;
}
