import type { CheckContext } from './context.ts';
import { compareFindings, type Finding, type FindingKind } from './finding.ts';
import { staleFlows } from './kinds/kp101-stale-flows.ts';
import { staleRules } from './kinds/kp102-stale-rules.ts';
import { noServiceRules } from './kinds/kp103-no-service-rules.ts';
import { externalLocalNone } from './kinds/kp104-external-local-none.ts';
import { internalLocalNone } from './kinds/kp105-internal-local-none.ts';
import { refusalNotReached } from './kinds/kp106-refusal-not-reached.ts';
import { forwardPolicyDrop } from './kinds/kp107-forward-policy-drop.ts';
import { hostPortLost } from './kinds/kp108-host-port-lost.ts';
import { twoBackends } from './kinds/kp109-two-backends.ts';
import { printedByOlderTool } from './kinds/kp110-printed-by-older-tool.ts';
import { hostPortDuplicate } from './kinds/kp111-host-port-duplicate.ts';
import { insertFailed } from './kinds/kp112-insert-failed.ts';
import { invalidPackets } from './kinds/kp113-invalid.ts';
import { hairpinNotMasqueraded } from './kinds/kp114-hairpin.ts';
import { bridgeNetfilterOff } from './kinds/kp115-bridge-netfilter.ts';
import { noRoute } from './kinds/kp116-no-route.ts';
import { reversePathFilter } from './kinds/kp117-reverse-path.ts';
import { earlyRouteMark } from './kinds/kp118-early-route-mark.ts';
import { markConflict } from './kinds/kp119-mark-conflict.ts';
import { sourceRangesNodePort } from './kinds/kp120-source-ranges-node-port.ts';
import { proxyProtocolShortCut } from './kinds/kp121-proxy-protocol.ts';
import { wrongClusterCidr } from './kinds/kp122-cluster-cidr.ts';
import { localhostNodePort } from './kinds/kp123-localhost-node-port.ts';
import { affinityDeadEndpoint } from './kinds/kp124-affinity-dead-endpoint.ts';
import { leftoverRules } from './kinds/kp125-leftover-rules.ts';
import { conntrackFull } from './kinds/kp126-conntrack-full.ts';
import { doubleMasquerade } from './kinds/kp127-double-masquerade.ts';
import { nodeLocalDns } from './kinds/kp128-node-local-dns.ts';
import { endpointBlocked } from './kinds/kp129-endpoint-blocked.ts';
import { notCaptured } from './kinds/kp130-not-captured.ts';
import { refusedByRules } from './kinds/kp131-refused-by-rules.ts';
import { proxyUnwell } from './kinds/kp132-proxy-unwell.ts';
import { betweenNodes } from './kinds/kp133-between-nodes.ts';
import { perhapsDropped } from './kinds/kp134-perhaps-dropped.ts';
import { lostAnswersHere } from './kinds/kp135-answers-lost.ts';
import { missingChain } from './kinds/kp201-missing-chain.ts';
import { notHooked } from './kinds/kp202-not-hooked.ts';
import { foreignTranslation } from './kinds/kp203-foreign-translation.ts';
import { afterNodePorts } from './kinds/kp204-after-node-ports.ts';
import { unevenShares } from './kinds/kp205-uneven-shares.ts';
import { deadEnd } from './kinds/kp206-dead-end.ts';
import { wrongEndpoint } from './kinds/kp207-wrong-endpoint.ts';
import { duplicateRules } from './kinds/kp208-duplicate-rules.ts';
import { deadChains } from './kinds/kp209-dead-chains.ts';
import { shadowedRules } from './kinds/kp210-shadowed.ts';
import { foreignDrops } from './kinds/kp211-foreign-drop.ts';
import { notMasqueraded } from './kinds/kp212-not-masqueraded.ts';
import { wronglyMasqueraded } from './kinds/kp213-masqueraded.ts';
import { affinityDiffers } from './kinds/kp214-affinity.ts';
import { routingDrops } from './kinds/kp218-routing.ts';
import { markCollision } from './kinds/kp219-mark-collision.ts';
import { ipvsSettings } from './kinds/kp301-ipvs-settings.ts';
import { ipvsAddressMissing } from './kinds/kp302-ipvs-address.ts';
import { ipvsServers } from './kinds/kp303-ipvs-servers.ts';
import { ipvsSetMember } from './kinds/kp304-ipvs-sets.ts';
import { ipvsLeftover } from './kinds/kp305-ipvs-leftover.ts';
import { ipvsArp } from './kinds/kp306-ipvs-arp.ts';
import { ipvsForeignAddress } from './kinds/kp307-ipvs-foreign-address.ts';
import { ipvsFilter } from './kinds/kp308-ipvs-filter.ts';
import { nftForeign } from './kinds/kp401-nft-foreign.ts';
import { nftMasquerade } from './kinds/kp402-nft-masquerade.ts';
import { nftNotHooked } from './kinds/kp403-nft-not-hooked.ts';

/** Every finding there is, by code: KP1xx are failures people met on real nodes, KP2xx faults in the structure of the rules. */
export const FINDING_KINDS: readonly FindingKind<CheckContext>[] = [
  staleFlows,
  staleRules,
  noServiceRules,
  externalLocalNone,
  internalLocalNone,
  refusalNotReached,
  forwardPolicyDrop,
  hostPortLost,
  twoBackends,
  printedByOlderTool,
  hostPortDuplicate,
  insertFailed,
  invalidPackets,
  hairpinNotMasqueraded,
  bridgeNetfilterOff,
  noRoute,
  reversePathFilter,
  earlyRouteMark,
  markConflict,
  sourceRangesNodePort,
  proxyProtocolShortCut,
  wrongClusterCidr,
  localhostNodePort,
  affinityDeadEndpoint,
  leftoverRules,
  conntrackFull,
  doubleMasquerade,
  nodeLocalDns,
  endpointBlocked,
  notCaptured,
  refusedByRules,
  proxyUnwell,
  betweenNodes,
  perhapsDropped,
  lostAnswersHere,
  missingChain,
  notHooked,
  foreignTranslation,
  afterNodePorts,
  unevenShares,
  deadEnd,
  wrongEndpoint,
  duplicateRules,
  deadChains,
  shadowedRules,
  foreignDrops,
  notMasqueraded,
  wronglyMasqueraded,
  affinityDiffers,
  routingDrops,
  markCollision,
  ipvsSettings,
  ipvsAddressMissing,
  ipvsServers,
  ipvsSetMember,
  ipvsLeftover,
  ipvsArp,
  ipvsForeignAddress,
  ipvsFilter,
  nftForeign,
  nftMasquerade,
  nftNotHooked,
];

/**
 * @param only codes to look for; null: all
 * @returns what is wrong with the node, worst first; none on a healthy one
 */
export function findAll(context: CheckContext, only: ReadonlySet<string> | null = null): Finding[] {
  return FINDING_KINDS.filter(({ code }) => only === null || only.has(code))
    .flatMap(({ find }) => find(context))
    .sort(compareFindings);
}
