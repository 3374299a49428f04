import { prefixContains } from '../../net/prefix.js';
import { expectFromIpvs } from './ipvs-expectation.js';
import { pickUsable } from './usable-endpoints.js';
import { sourceRangesOf } from './ways.js';
/**
 * @returns what kube-proxy must do with a new connection that comes this way from this side, from API objects alone
 * (`syncProxyRules`, pkg/proxy/iptables/proxier.go, 1.20 to 1.36, and pkg/proxy/nftables, 1.29 to 1.36).
 */
export function expect(port, way, side, setting) {
    const { behaviour, node } = setting;
    const usable = pickUsable(port.endpoints, port.service, node, behaviour);
    if (behaviour.mode === 'ipvs') {
        const barred = isBarredWay(port, way, side, usable, setting);
        if (barred === null)
            return { kind: 'open' };
        return barred
            ? { kind: 'refused', why: 'source-ranges' }
            : expectFromIpvs(port, way, side, usable, setting);
    }
    if (way.via === 'clusterIP')
        return expectInternal(port, side, usable, setting);
    if (way.via === 'externalIP' && isInside(side) && !behaviour.externalIpFromInside)
        return { kind: 'open' };
    const barred = isBarredWay(port, way, side, usable, setting);
    if (barred === null)
        return { kind: 'open' };
    if (barred)
        return nobody('source-ranges', behaviour.dropsItself);
    return expectExternal(port, way, side, usable, setting);
}
/** Whether source ranges keep the sender out of a load balancer's address; null: not known. */
function isBarredWay(port, way, side, usable, setting) {
    const ranges = way.via === 'loadBalancerIP' ? sourceRangesOf(port) : [];
    return ranges.length > 0 && usable.any ? isBarred(side, ranges, setting) : false;
}
function expectInternal({ service }, side, usable, { behaviour, detection, node }) {
    const local = behaviour.internalPolicy && service.internalTrafficPolicy === 'Local';
    if (local && node.name === null)
        return { kind: 'open' };
    const endpoints = local ? usable.local : usable.cluster;
    if (endpoints.length > 0) {
        const fromPod = side === 'pod';
        const masquerade = detection.kind === 'all' ? true : detection.kind === 'none' ? false : !fromPod;
        return { kind: 'served', endpoints, masquerade };
    }
    return { kind: 'refused', why: usable.any ? 'no-local-endpoints' : 'no-endpoints' };
}
function expectExternal({ service }, way, side, usable, { behaviour, detection, node }) {
    // CHAINS.externalServices is not hooked into OUTPUT: what the node itself sends to such an address leaves it.
    // nftables mode asks in every hook.
    const elsewhere = side === 'node' && way.via !== 'nodePort' && behaviour.mode !== 'nftables';
    if (!usable.any)
        return nobody('no-endpoints', !elsewhere);
    const counts = behaviour.policyForExternalIps || service.type !== 'ClusterIP';
    if (!counts || service.externalTrafficPolicy !== 'Local')
        return served(usable.cluster, true, 'no-endpoints', !elsewhere);
    if (behaviour.dropsBeforeShortcut && side === 'node' && way.via !== 'nodePort' && usable.local.length === 0)
        return nobody('no-local-endpoints', true);
    // Pods and processes of the node are led past the policy, to all endpoints.
    if (side === 'node')
        return served(usable.cluster, true, 'no-endpoints', !elsewhere);
    if (side === 'pod' && detection.kind !== 'none')
        return served(usable.cluster, detection.kind === 'all' ? null : false, 'no-endpoints', true);
    // Which endpoints are local, only the node's name tells.
    if (node.name === null)
        return { kind: 'open' };
    return served(usable.local, false, 'no-local-endpoints', behaviour.dropsItself);
}
function served(endpoints, masquerade, otherwise, refused) {
    return endpoints.length > 0 ? { kind: 'served', endpoints, masquerade } : nobody(otherwise, refused);
}
function nobody(why, refused) {
    return { kind: refused ? 'refused' : 'unserved', why };
}
/** Null: whether the node's own packets are let in depends on the address they carry. */
function isBarred(side, ranges, { podAddress }) {
    if (ranges.some(({ mask }) => mask === 0n))
        return false;
    if (side === 'admitted')
        return false;
    if (side === 'barred')
        return true;
    if (side !== 'pod' || podAddress === null)
        return null;
    return !ranges.some((range) => prefixContains(range, podAddress));
}
function isInside(side) {
    return side === 'pod' || side === 'node';
}
