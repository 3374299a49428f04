import type { Known } from '../../explain/question/question.ts';
import { isLocalAddress } from '../../host/local-addresses.ts';
import { commentOf, type Ruleset } from '../../iptables/ruleset.ts';
import { prefixContains } from '../../net/prefix.ts';
import { socketText } from '../../net/socket.ts';
import { CHAINS, hasRole } from '../../proxy/chains.ts';
import { endpointChainName } from '../../proxy/hash.ts';
import { ownerOf, ownerOfComment } from '../../proxy/owners.ts';
import { iptablesRule, type Step } from '../../trace/outcome.ts';
import type { DetectedPods } from './detected-pods.ts';
import type { Deviation } from './deviation.ts';
import { nftCause } from './nft/nft-cause.ts';

/** Why a deviation is there: each goes to the one finding that explains it. */
export type Cause =
  /** CHAINS.services has no rule for any Service. */
  | 'no-service-rules'
  /** The rules are those of an earlier state of the API. */
  | 'stale'
  | 'not-hooked'
  /** The rules that refuse are there, and the packet is not led to them. */
  | 'refusal-not-hooked'
  | 'dead-end'
  | 'tampered-endpoint'
  | 'foreign-translation'
  | 'uneven'
  | 'forward-policy'
  | 'early-drop'
  | 'foreign-drop'
  | 'accepted-before-refusal'
  | 'no-route'
  | 'routing'
  | 'untracked'
  | 'mark-lost'
  | 'not-masqueraded'
  | 'masqueraded'
  | 'wrong-cluster-cidr'
  /** Somebody's choice: a network policy, a cache for DNS on the node, a firewall that names clients. */
  | 'by-design'
  /** A native nft rule that is not kube-proxy's drops, rejects, or sends elsewhere. */
  | 'nft-foreign'
  /** nftables mode: packets do not come to kube-proxy's chains. */
  | 'nft-not-hooked'
  /** nftables mode: the set of addresses at which node ports answer is empty, and nobody chose that. */
  | 'nft-node-ports'
  | 'nft-masquerade'
  /** IPVS mode: what virtual servers, sets or addresses make of it. */
  | 'ipvs';

/** What causes are told from, besides the deviation. */
export interface CauseSetting {
  readonly known: Known;
  readonly detection: (family: Ruleset['family']) => DetectedPods;
  /** True where nat CHAINS.services of the family has no rule for any Service. */
  readonly flushed: (family: Ruleset['family']) => boolean;
}

/** @returns why the deviation is there. */
export function causeOf(deviation: Deviation, setting: CauseSetting): Cause {
  const cause = causeByRules(deviation, setting);
  return setting.known.proxyMode === 'ipvs' && OF_RULES.has(cause) ? 'ipvs' : cause;
}

/** What kube-proxy's own rules of iptables mode make; in IPVS mode virtual servers, sets and addresses stand behind it. */
const OF_RULES: ReadonlySet<Cause> = new Set([
  ...(['stale', 'refusal-not-hooked', 'dead-end', 'uneven', 'not-masqueraded', 'masqueraded'] as const),
]);

function causeByRules(deviation: Deviation, setting: CauseSetting): Cause {
  const { port, culprit, kind, side } = deviation;
  if (setting.flushed(port.family) && !isForeign(culprit)) return 'no-service-rules';
  if (side === 'pod' && isOutsideDetection(deviation, setting) && culprit.kind !== 'not-hooked')
    if (kind === 'masqueraded' || isLocalPolicy(deviation)) return 'wrong-cluster-cidr';
  switch (culprit.kind) {
    case 'not-hooked':
      return culprit.step === null ? 'not-hooked' : 'foreign-drop';
    case 'no-rule':
      return 'stale';
    case 'dead-end':
      // Before 1.25 a client that the ranges bar falls out of the chain that asks for them.
      return deviation.client.range === undefined ? 'dead-end' : 'stale';
    case 'untracked':
      return isNodeCache(culprit.step, deviation, setting.known) ? 'by-design' : 'untracked';
    case 'routing':
      return culprit.reason.code === 'no-route' ? 'no-route' : 'routing';
    case 'translation':
      return translationCause(culprit.step, deviation);
    case 'mark-lost':
      return 'mark-lost';
    case 'not-marked':
    case 'not-masqueraded':
      return 'not-masqueraded';
    case 'verdict':
      return verdictCause(culprit.step, deviation);
    case 'balancer':
      return 'ipvs';
    case 'nft':
      return nftCause(culprit, deviation, setting.known);
    case 'unclear':
      return kind === 'uneven' ? 'uneven' : kind === 'masqueraded' ? 'masqueraded' : 'stale';
  }
}

/** A flush of the whole table takes the jumps as well: that no rule leads to CHAINS.services is then no fault of its own. */
function isForeign(culprit: Deviation['culprit']): boolean {
  if (culprit.kind === 'not-hooked') return culprit.step !== null;
  if (culprit.kind === 'routing' || culprit.kind === 'untracked') return true;
  return 'step' in culprit && culprit.step !== null && !isKubeProxy(culprit.step.chain);
}

/** @returns true for chains that kube-proxy writes. */
export function isKubeProxy(chain: string): boolean {
  return ownerOf(chain) === 'kube-proxy';
}

function translationCause(step: Step, { port, kind, missing }: Deviation): Cause {
  // Only chains of endpoints translate: a rule anywhere else among kube-proxy's was put there.
  if (!hasRole(step.chain, 'endpoint')) return 'foreign-translation';
  if (kind === 'uneven') return 'uneven';
  const { service } = port;
  const name = {
    namespace: service.namespace,
    name: service.name,
    port: port.port.name,
    protocol: port.port.protocol,
  };
  // The chain's own name says which endpoint it was written for.
  const own = missing.some(
    (endpoint) => endpointChainName(name, endpoint.address, endpoint.port) === step.chain,
  );
  return own ? 'tampered-endpoint' : 'stale';
}

function verdictCause(step: Step, deviation: Deviation): Cause {
  const { kind, side } = deviation;
  if (kind === 'masqueraded') return 'masqueraded';
  if (kind === 'not-refused') {
    if (step.event === 'rule' && !isKubeProxy(step.chain)) return 'accepted-before-refusal';
    return metRefusals(deviation) ? 'stale' : 'refusal-not-hooked';
  }
  if (isKubeProxy(step.chain)) return 'stale';
  if (step.event === 'policy')
    return step.table === 'filter' && step.chain === 'FORWARD' ? 'forward-policy' : 'foreign-drop';
  if (isNetworkPolicy(step)) return 'by-design';
  const outside = side !== 'pod' && side !== 'node';
  // Firewalls that keep clients from the node's Services are there for that.
  if (outside && (deviation.way.via === 'clusterIP' || namesClients(step))) return 'by-design';
  return step.table === 'raw' || step.table === 'mangle' ? 'early-drop' : 'foreign-drop';
}

/** A packet that should be refused: was it led to the chain whose rules refuse? */
function metRefusals({ outcomes: [first], way, expectation }: Deviation): boolean {
  const ranges = expectation.kind === 'refused' && expectation.why === 'source-ranges';
  const chain = ranges
    ? CHAINS.proxyFirewall
    : way.via === 'clusterIP'
      ? CHAINS.services
      : CHAINS.externalServices;
  return first?.path.some(({ step: { table, target } }) => table === 'filter' && target === chain) === true;
}

/** What else is odd about a Service port whose rules are those of an earlier state has no cause of its own. */
export function isPartOfStale({ culprit }: Deviation, cause: Cause): boolean {
  return (
    cause === 'masqueraded' ||
    cause === 'uneven' ||
    (cause === 'not-masqueraded' && culprit.kind === 'not-marked') ||
    (culprit.kind === 'nft' && (culprit.what === 'not-marked' || culprit.what === 'masqueraded'))
  );
}

const POLICY_ENGINES: ReadonlySet<string> = new Set([
  'calico',
  'cilium',
  'weave',
  'kube-router',
  'azure-npm',
  'antrea',
]);

/** @returns true for chains of programs that apply network policies. */
export function isPolicyChain(chain: string): boolean {
  const owner = ownerOf(chain);
  return owner !== null && POLICY_ENGINES.has(owner);
}

/** @returns true for rules of programs that apply network policies. */
export function isNetworkPolicy(step: Step): boolean {
  const rule = iptablesRule(step);
  const comment = rule === null ? null : commentOf(rule);
  const owner = ownerOf(step.chain) ?? (comment === null ? null : ownerOfComment(comment));
  return owner !== null && POLICY_ENGINES.has(owner);
}

function namesClients(step: Step): boolean {
  return (iptablesRule(step)?.matches ?? []).some(
    (match) =>
      match.kind === 'source' ||
      match.kind === 'iprange' ||
      (match.kind === 'set' && match.directions.includes('src')),
  );
}

/** A cache on the node answers at the cluster IP itself (node-local-dns): its packets must not be translated. */
function isNodeCache(step: Step, { way }: Deviation, known: Known): boolean {
  const rule = iptablesRule(step);
  const comment = rule === null ? null : commentOf(rule);
  return (
    (comment !== null && ownerOfComment(comment) === 'node-local-dns') ||
    isLocalAddress(known.host, way.address) === true
  );
}

function isOutsideDetection({ port, client }: Deviation, { detection }: CauseSetting): boolean {
  const { address } = client.sender;
  const { networks, kind } = detection(port.family);
  if (address === null || kind !== 'some' || networks.length === 0) return false;
  return !networks.some(({ prefix }) => prefixContains(prefix, address));
}

function isLocalPolicy({ port, way }: Deviation): boolean {
  return way.via !== 'clusterIP' && port.service.externalTrafficPolicy === 'Local';
}

/** @returns where a deviation's packets arrived, in words: `10.0.0.1:80`. */
export function arrivals({ outcomes }: Deviation): string[] {
  return [...new Set(outcomes.map(({ destination: { address, port } }) => socketText(address, port)))];
}
