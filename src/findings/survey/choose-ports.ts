import type { ServiceItem } from '../../explain/service-list.ts';
import { otherChains } from '../../explain/services/other-chains.ts';
import type { Ruleset } from '../../iptables/ruleset.ts';
import { formatAddress } from '../../net/address.ts';
import { formatPrefix, parsePrefix } from '../../net/prefix.ts';
import { isKubeChain } from '../../proxy/chains.ts';
import { behavioursOf } from '../expected/behaviour.ts';
import type { ExpectedPort } from '../expected/expected-port.ts';
import { type OwnNode, pickUsable } from '../expected/usable-endpoints.ts';
import { sourceRangesOf } from '../expected/ways.ts';
import { ProgrammedPorts } from './programmed-ports.ts';

/** What the choice is made by: what the rules hold already, and which kube-proxy wrote them. */
interface Programmed {
  readonly known: { readonly rulesets: readonly Ruleset[] };
  readonly programmed: readonly ServiceItem[];
  readonly node: OwnNode;
  /** Of kube-proxy 1.x; null: not known. */
  readonly minor: number | null;
}

/** As many endpoint visits as one check follows; one takes about a tenth of a millisecond. */
const BUDGET = 40_000;

/**
 * Chooses the ports that are followed packet by packet. All of them, unless that would take minutes: then every port whose
 * chains do not hold exactly the endpoints that the API names, every port whose address a foreign rule names, and of the rest
 * as many as the budget allows, spread evenly.
 */
export function choosePorts(expected: readonly ExpectedPort[], context: Programmed): readonly ExpectedPort[] {
  const total = expected.reduce((sum, port) => sum + costOf(port), 0);
  if (total <= BUDGET) return expected;
  const named = namedByOthers(context.known.rulesets);
  const programmed = new ProgrammedPorts(context.programmed);
  const isOdd = (port: ExpectedPort) =>
    named.has(formatAddress(port.clusterIP)) ||
    port.endpoints.some(({ address }) => named.has(address)) ||
    !isAsExpected(port, programmed.of(port).at(-1), context);
  const odd = new Set(expected.filter(isOdd));
  const spent = [...odd].reduce((sum, port) => sum + costOf(port), 0);
  const rest = expected.filter((port) => !odd.has(port));
  const left = Math.max(BUDGET - spent, BUDGET / 10);
  const step = Math.max(1, (total - spent) / left);
  const chosen = new Set(
    rest.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step)),
  );
  // Far more odd ports than can be followed are odd for one reason: some of them show it.
  const some =
    spent <= BUDGET * 2 ? odd : new Set([...odd].slice(0, Math.ceil((odd.size * BUDGET * 2) / spent)));
  return expected.filter((port) => some.has(port) || chosen.has(port));
}

/** Three clients for each way in, each of which meets every endpoint. */
function costOf({ service, port, endpoints }: ExpectedPort): number {
  const ways =
    1 + service.externalIPs.length + service.loadBalancer.length + (port.nodePort === null ? 0 : 1);
  return ways * 3 * (endpoints.length + 3);
}

function isAsExpected(
  port: ExpectedPort,
  item: ServiceItem | undefined,
  { node, minor }: Programmed,
): boolean {
  if (item === undefined) return false;
  const cluster = item.endpoints.filter(({ scope }) => scope === 'cluster');
  const real = new Set(cluster.map(({ address, port: number }) => `${address} ${number}`));
  const fair = 1 / Math.max(1, cluster.length);
  if (cluster.some(({ share }) => Math.abs(share - fair) > fair * 0.01)) return false;
  if (!item.clusterIPs.some(({ address }) => address === formatAddress(port.clusterIP))) return false;
  if (item.loadBalancerIPs.length > 0 && !hasRanges(port, item)) return false;
  const affinity = port.service.sessionAffinity === 'ClientIP';
  if (affinity !== (item.affinitySeconds !== null) && cluster.length > 0) return false;
  return behavioursOf(minor, item.backend === 'nft' ? 'nftables' : 'iptables').some((behaviour) => {
    const { cluster: wanted } = pickUsable(port.endpoints, port.service, node, behaviour);
    return (
      wanted.length === real.size &&
      wanted.every(({ address, port: number }) => real.has(`${address} ${number}`))
    );
  });
}

function hasRanges(port: ExpectedPort, { sourceRanges }: ServiceItem): boolean {
  const wanted = new Set(sourceRangesOf(port).map(formatPrefix));
  const real = new Set(sourceRanges.flatMap((text) => parsePrefix(text) ?? []).map(formatPrefix));
  return wanted.size === real.size && [...wanted].every((range) => real.has(range));
}

/** Addresses that rules outside kube-proxy's per-Service chains name alone (`-d A/32`). */
function namedByOthers(rulesets: readonly Ruleset[]): ReadonlySet<string> {
  const named = new Set<string>();
  for (const ruleset of rulesets) {
    for (const table of ruleset.tables.values()) {
      for (const chain of otherChains(table)) {
        if (isKubeChain(chain.name) || chain.rules.length > MANY) continue;
        for (let index = 0; index < chain.rules.length; index++) {
          for (const match of chain.rules.at(index).matches) {
            if (match.kind !== 'destination' && match.kind !== 'source') continue;
            named.add(formatAddress({ family: match.prefix.family, value: match.prefix.value }));
          }
        }
      }
    }
  }
  return named;
}

/** Chains longer than this are lists, not somebody's exception. */
const MANY = 2_000;
