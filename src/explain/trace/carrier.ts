import { isLocalAddress } from '../../host/local-addresses.ts';
import type { Ruleset } from '../../iptables/ruleset.ts';
import { type Address, formatAddress, sameAddress } from '../../net/address.ts';
import { prefixContains } from '../../net/prefix.ts';
import { hasPorts } from '../../net/protocol.ts';
import { socketText } from '../../net/socket.ts';
import { PRIVATE_PREFIXES } from '../../net/special-ranges.ts';
import { CHAINS, isOfOneService } from '../../proxy/chains.ts';
import type { Outcome } from '../../trace/outcome.ts';
import type { Note } from '../explanation.ts';
import { ciliumText } from '../proxies/cilium-backends.ts';
import { type FoundProxy, findProxies, proxyText, settleText } from '../proxies/find-proxies.ts';
import { silentAbout } from '../proxies/not-captured.ts';
import type { Known } from '../question/question.ts';
import { printsAllTables } from '../question/whole-dump.ts';
import type { RemarkContext } from './remarks/context.ts';
import { isTranslated } from './remarks/path-facts.ts';
import { isProxied } from './remarks/target.ts';

/**
 * Asks whether a packet that iptables sends nowhere else may yet be a Service's, served by what is not in the rules: another
 * proxy, or kube-proxy in a mode whose state was not captured. Where kube-proxy's rules for the Service met the packet they
 * decide, also beside another proxy.
 * @returns why the outcome is not known; null where iptables decides
 */
export function carrierOf(outcome: Outcome, context: RemarkContext): Note | null {
  const { trace, known } = context;
  const { packet } = trace;
  if (packet.state !== 'NEW' || !hasPorts(packet.protocol) || outcome.verdict === 'unknown') return null;
  // A connection that conntrack holds goes where it went.
  if (outcome.path.some(({ state }) => state.connection?.fromCapture === true)) return null;
  if (metServiceRules(outcome)) return null;
  const proxies = findProxies(known).filter((found) => mayServe(found, outcome, context));
  const [first] = proxies;
  const socket = socketText(formatAddress(outcome.destination.address), outcome.destination.port);
  if (first !== undefined) {
    const here = proxies.map(proxyText).join('; ');
    const text = `no rule of kube-proxy translates ${socket}, and ${here}: ${first.proxy.what} may rewrite the packet, which kp-explain does not follow; ${listing(proxies, outcome, context)}${alone(outcome)}`;
    return { code: 'other-proxy', text, settle: settleText(first) };
  }
  const silent = isServices(outcome, context) ? silentAbout(known, packet.family) : null;
  if (silent === null) return null;
  const text = `no rule translates ${socket}, and what else may carry Services was not captured: ${silent.text}; ${alone(outcome)}`;
  return { code: 'proxy-not-captured', text, settle: silent.settle };
}

/** What the proxy's own list tells of the socket, where it was given: which endpoints, and no more. */
function listing(
  proxies: readonly FoundProxy[],
  { destination }: Outcome,
  { trace, known }: RemarkContext,
): string {
  const { cilium } = known;
  if (cilium == null || !proxies.some(({ proxy }) => proxy.listing === 'cilium')) return '';
  return `${ciliumText(cilium, trace.packet.protocol, destination)}, and what becomes of it beyond that is not known; `;
}

function alone({ verdict }: Outcome): string {
  return verdict === 'accept'
    ? 'iptables alone lets the packet pass unchanged'
    : `iptables alone would end it (${verdict.toUpperCase()})`;
}

/** Where kube-proxy refuses what has no endpoint or comes from outside the source ranges. */
const REFUSING: ReadonlySet<string> = new Set([
  CHAINS.services,
  CHAINS.externalServices,
  CHAINS.nodePorts,
  CHAINS.proxyFirewall,
]);

function metServiceRules({ path, decidedBy }: Outcome): boolean {
  if (decidedBy?.rule != null && REFUSING.has(decidedBy.chain)) return true;
  return path.some(({ step }) => step.rule !== null && isOfOneService(step.target ?? step.chain));
}

function mayServe({ proxy }: FoundProxy, outcome: Outcome, context: RemarkContext): boolean {
  const { known, target } = context;
  if (proxy.holds !== null && isHeld(outcome.destination.address, proxy.holds, known)) return true;
  if (proxy.serves === 'addresses' && target.via !== 'loadBalancerIP' && target.via !== 'externalIP')
    return false;
  return isServices(outcome, context);
}

function isHeld(address: Address, device: string, { host }: Known): boolean {
  const link = host.links?.find(({ name }) => name === device);
  return link?.addresses.some((own) => sameAddress(own.address, address)) ?? false;
}

/** Whether the packet, as it leaves the rules, is for a Service; where Services were not captured, whether it may be. */
function isServices(outcome: Outcome, context: RemarkContext): boolean {
  const { trace, known, target } = context;
  const { address, port } = outcome.destination;
  const { protocol } = trace.packet;
  if (known.cluster.services === null) return mayBeServices(address, context);
  if (port === null) return false;
  if (isProxied(target.service, formatAddress(address))) return false;
  if (known.book.serviceAt(protocol, address, port) !== null) return true;
  if (isTranslated(outcome, trace)) return false;
  const text = formatAddress(address);
  return target.via !== null || known.cluster.services.some(({ clusterIPs }) => clusterIPs.includes(text));
}

/** An address of private use that is neither the node's nor known as a pod's or a node's may be anything in the cluster. */
function mayBeServices(address: Address, { known, podNetworks, rulesets }: RemarkContext): boolean {
  const tellsNat = (ruleset: Ruleset): boolean =>
    ruleset.tables.has('nat') ? ruleset.form === 'save' : printsAllTables(ruleset, rulesets);
  if (!rulesets.every(tellsNat)) return false;
  if (!PRIVATE_PREFIXES.some((prefix) => prefixContains(prefix, address))) return false;
  if (isLocalAddress(known.host, address) !== false) return false;
  if (podNetworks.some((prefix) => prefixContains(prefix, address))) return false;
  return known.book.podsAt(address).length === 0 && known.book.nodeAt(address) === null;
}
