import { compareFindings } from './finding.js';
import { staleFlows } from './kinds/kp101-stale-flows.js';
import { staleRules } from './kinds/kp102-stale-rules.js';
import { noServiceRules } from './kinds/kp103-no-service-rules.js';
import { externalLocalNone } from './kinds/kp104-external-local-none.js';
import { internalLocalNone } from './kinds/kp105-internal-local-none.js';
import { refusalNotReached } from './kinds/kp106-refusal-not-reached.js';
import { forwardPolicyDrop } from './kinds/kp107-forward-policy-drop.js';
import { hostPortLost } from './kinds/kp108-host-port-lost.js';
import { twoBackends } from './kinds/kp109-two-backends.js';
import { printedByOlderTool } from './kinds/kp110-printed-by-older-tool.js';
import { hostPortDuplicate } from './kinds/kp111-host-port-duplicate.js';
import { insertFailed } from './kinds/kp112-insert-failed.js';
import { invalidPackets } from './kinds/kp113-invalid.js';
import { hairpinNotMasqueraded } from './kinds/kp114-hairpin.js';
import { bridgeNetfilterOff } from './kinds/kp115-bridge-netfilter.js';
import { noRoute } from './kinds/kp116-no-route.js';
import { reversePathFilter } from './kinds/kp117-reverse-path.js';
import { earlyRouteMark } from './kinds/kp118-early-route-mark.js';
import { markConflict } from './kinds/kp119-mark-conflict.js';
import { sourceRangesNodePort } from './kinds/kp120-source-ranges-node-port.js';
import { proxyProtocolShortCut } from './kinds/kp121-proxy-protocol.js';
import { wrongClusterCidr } from './kinds/kp122-cluster-cidr.js';
import { localhostNodePort } from './kinds/kp123-localhost-node-port.js';
import { affinityDeadEndpoint } from './kinds/kp124-affinity-dead-endpoint.js';
import { leftoverRules } from './kinds/kp125-leftover-rules.js';
import { conntrackFull } from './kinds/kp126-conntrack-full.js';
import { doubleMasquerade } from './kinds/kp127-double-masquerade.js';
import { nodeLocalDns } from './kinds/kp128-node-local-dns.js';
import { endpointBlocked } from './kinds/kp129-endpoint-blocked.js';
import { notCaptured } from './kinds/kp130-not-captured.js';
import { refusedByRules } from './kinds/kp131-refused-by-rules.js';
import { missingChain } from './kinds/kp201-missing-chain.js';
import { notHooked } from './kinds/kp202-not-hooked.js';
import { foreignTranslation } from './kinds/kp203-foreign-translation.js';
import { afterNodePorts } from './kinds/kp204-after-node-ports.js';
import { unevenShares } from './kinds/kp205-uneven-shares.js';
import { deadEnd } from './kinds/kp206-dead-end.js';
import { wrongEndpoint } from './kinds/kp207-wrong-endpoint.js';
import { duplicateRules } from './kinds/kp208-duplicate-rules.js';
import { deadChains } from './kinds/kp209-dead-chains.js';
import { shadowedRules } from './kinds/kp210-shadowed.js';
import { foreignDrops } from './kinds/kp211-foreign-drop.js';
import { notMasqueraded } from './kinds/kp212-not-masqueraded.js';
import { wronglyMasqueraded } from './kinds/kp213-masqueraded.js';
import { affinityDiffers } from './kinds/kp214-affinity.js';
import { routingDrops } from './kinds/kp218-routing.js';
import { markCollision } from './kinds/kp219-mark-collision.js';
import { ipvsSettings } from './kinds/kp301-ipvs-settings.js';
import { ipvsAddressMissing } from './kinds/kp302-ipvs-address.js';
import { ipvsServers } from './kinds/kp303-ipvs-servers.js';
import { ipvsSetMember } from './kinds/kp304-ipvs-sets.js';
import { ipvsLeftover } from './kinds/kp305-ipvs-leftover.js';
import { ipvsArp } from './kinds/kp306-ipvs-arp.js';
import { nftForeign } from './kinds/kp401-nft-foreign.js';
import { nftMasquerade } from './kinds/kp402-nft-masquerade.js';
import { nftNotHooked } from './kinds/kp403-nft-not-hooked.js';
/** Every finding there is, by code: KP1xx are failures people met on real nodes, KP2xx faults in the structure of the rules. */
export const FINDING_KINDS = [
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
    nftForeign,
    nftMasquerade,
    nftNotHooked,
];
/**
 * @param only codes to look for; null: all
 * @returns what is wrong with the node, worst first; none on a healthy one
 */
export function findAll(context, only = null) {
    return FINDING_KINDS.filter(({ code }) => only === null || only.has(code))
        .flatMap(({ find }) => find(context))
        .sort(compareFindings);
}
