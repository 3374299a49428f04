import { interfaceTowards } from '../../explain/question/vantage.ts';
import { kubeProxyTables } from '../../explain/services/nft/kube-proxy-tables.ts';
import { isLocalAddress } from '../../host/local-addresses.ts';
import type { Endpoint } from '../../kubernetes/objects.ts';
import { type Address, type Family, parseAddress } from '../../net/address.ts';
import { NFT_OBJECTS } from '../../proxy/nft-roles.ts';
import type { Outcome } from '../../trace/outcome.ts';
import type { CheckContext } from '../context.ts';
import type { ExpectedPort } from '../expected/expected-port.ts';
import type { Deviation } from '../survey/deviation.ts';
import { clientAt } from '../survey/senders.ts';
import { isOff } from './kp301-ipvs-settings.ts';

/** An endpoint on this node that gets its own packet back unmasqueraded when it asks its Service. */
export interface BareHairpin {
  readonly port: ExpectedPort;
  readonly endpoint: Endpoint;
  readonly outcome: Outcome;
}

/** What endpoints of this node meet that ask their own Service. */
export interface Hairpins {
  /** The endpoints that meet themselves with their own address, whatever the capture leaves open. */
  readonly bare: readonly BareHairpin[];
  /** How many endpoints of Services were asked, and how many were not. */
  readonly asked: number;
  readonly notAsked: number;
}

/** As many endpoints as are asked: each costs a trace. */
const MOST = 500;

const KNOWN = new WeakMap<CheckContext, Hairpins>();

/**
 * Follows a packet of each endpoint on this node to the cluster IP of its own Service, on a node in nftables or IPVS mode. What of
 * nothing that is masqueraded works is another finding, and left out here.
 */
export function tracedHairpins(context: CheckContext): Hairpins {
  const known = KNOWN.get(context) ?? hairpinsOf(context);
  KNOWN.set(context, known);
  return known;
}

function hairpinsOf(context: CheckContext): Hairpins {
  if (context.notCompared !== null || isOff(context, 'conntrack')) return { bare: [], asked: 0, notAsked: 0 };
  let [asked, notAsked] = [0, 0];
  /** Of a socket that reaches itself through one Service no other is asked. */
  const sound = new Set<string>();
  const families = (['ipv4', 'ipv6'] as const).filter((family) => !isToldOtherwise(family, context));
  const found: BareHairpin[] = [];
  for (const port of context.expected ?? []) {
    if (!families.includes(port.family) || !context.hasRules(port.family)) continue;
    for (const endpoint of port.endpoints) {
      const address = parseAddress(endpoint.address);
      // Sets hold sockets; up to 1.35 each endpoint of each Service has a chain with a rule of its own.
      const service = hasHairpinSet(context, port.family)
        ? ''
        : `${port.service.namespace}/${port.service.name}`;
      const key = `${service} ${endpoint.address} ${endpoint.port} ${port.protocol}`;
      if (address === null || !isOwnPod(endpoint, address, context)) continue;
      if (sound.has(key)) continue;
      if (asked >= MOST) {
        notAsked++;
        continue;
      }
      asked++;
      const outcome = bareOutcome(port, address, context);
      if (outcome === null) sound.add(key);
      else found.push({ port, endpoint, outcome });
    }
  }
  return { bare: found, asked, notAsked };
}

/** A pod of this node with a network of its own. */
function isOwnPod({ ready, node }: Endpoint, address: Address, { node: own, known }: CheckContext): boolean {
  return ready && node !== null && node === own.name && isLocalAddress(known.host, address) === false;
}

function bareOutcome(port: ExpectedPort, address: Address, context: CheckContext): Outcome | null {
  const device = interfaceTowards(context.known, address);
  const client = clientAt('pod', 'the endpoint itself', address, device);
  const target = { address: port.clusterIP, port: port.port.port, protocol: port.protocol };
  const { outcomes } = context.follower.follow(client, target, { shares: false });
  // Of other endpoints the choice is chance; what does not come to one may be this packet's end.
  const ends = outcomes.filter(({ destination }) =>
    [address.value, port.clusterIP.value].includes(destination.address.value),
  );
  const bare = ends.filter(
    ({ verdict, exit, source, destination }) =>
      verdict === 'accept' &&
      exit?.kind === 'interface' &&
      source.rewrite === 'none' &&
      destination.address.value === address.value,
  );
  return bare.length === ends.length ? (bare[0] ?? null) : null;
}

/** Whether what is masqueraded otherwise is not, for a reason that holds for these packets as well. */
function isToldOtherwise(family: Family, context: CheckContext): boolean {
  const ownMark = !hasHairpinSet(context, family);
  return context.deviations.some(
    ({ port, kind, culprit }) =>
      port.family === family && kind === 'not-masqueraded' && (ownMark || !isUnmarked(culprit)),
  );
}

function isUnmarked(culprit: Deviation['culprit']): boolean {
  return culprit.kind === 'not-marked' || (culprit.kind === 'nft' && culprit.what === 'not-marked');
}

/** @returns true where a set tells which endpoints reach themselves: IPVS mode, and nftables mode since 1.36. */
export function hasHairpinSet({ known }: CheckContext, family: Family): boolean {
  if (known.proxyMode === 'ipvs') return true;
  const table = kubeProxyTables(known).find((each) => each.family === family)?.table;
  return table?.sets.has(NFT_OBJECTS.hairpin) === true;
}
