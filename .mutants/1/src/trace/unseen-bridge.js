import { bridgeCallsIptables, isBridge, staysOnBridge } from './bridge.js';
import { betweenPorts } from './bridged-routing.js';
import { choose } from './choose.js';
import { throughBridge } from './nft/frames.js';
/**
 * Between two ports of a bridge and without br_netfilter, iptables never sees the packet. On a bridge that leads to
 * other machines the node may answer for more addresses than its own (a load balancer's), and then it does.
 */
export function seenByIptables(branch, context) {
    const { state } = branch;
    const { host } = context.world;
    const bridge = state.inInterface;
    const whole = { branch, ended: [] };
    if (isBridge(host, bridge) !== true || bridgeCallsIptables(host, state.family, bridge) !== false)
        return whole;
    if (typeof bridge !== 'string' || !staysOnBridge(host, bridge, state.destination))
        return whole;
    const reason = { code: 'bridged-unseen', bridge, family: state.family };
    const exit = { kind: 'interface', name: bridge, nextHop: null };
    // Family bridge sees it all the same.
    const ended = (way) => betweenPorts(way, bridge, context).flatMap((handed) => handed.kind === 'ended' ? [handed.ending] : unseen(handed.branch));
    const unseen = (way) => throughBridge(way, ['forward', 'postrouting'], context).map((passage) => passage.kind === 'ended'
        ? passage.ending
        : { branch: passage.branch, verdict: 'accept', reason, rejectWith: null, exit });
    if (!leadsOut(host, state.family, bridge))
        return { branch: null, ended: ended(branch) };
    const choice = (own) => ({
        value: own,
        question: { code: 'bridge-frame', bridge, own },
    });
    const ways = choose(branch, [choice(false), choice(true)], context.questions);
    return {
        branch: ways.find(({ value }) => value)?.branch ?? null,
        ended: ways.flatMap(({ branch: way, value }) => (value ? [] : ended(way))),
    };
}
function leadsOut(host, family, device) {
    const routes = host.routes[family] ?? [];
    return routes.some(({ destination, nextHops }) => destination.mask === 0n && nextHops.some((hop) => hop.device === device));
}
