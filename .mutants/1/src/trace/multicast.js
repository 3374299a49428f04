import { forwards } from '../host/sysctl.js';
import { isBridge } from './bridge.js';
import { choose } from './choose.js';
import { assume } from './context.js';
import { stopped } from './route-endings.js';
/** @returns whether the address is a group's. */
export function isMulticast({ family, value }) {
    return family === 'ipv4' ? value >> 28n === 0xen : value >> 120n === 0xffn;
}
/**
 * A packet to a group is taken in where its interface has joined the group, and dropped after PREROUTING otherwise
 * (ip_route_input_rcu; ip6_mc_input). Which groups were joined, beyond those that every node joins, no capture tells.
 */
export function toGroup(branch, context) {
    const { destination, inInterface } = branch.state;
    const group = destination;
    const device = inInterface ?? null;
    noteFlood(branch, context);
    if (everyoneJoins(branch, context))
        return { taken: branch, dropped: null };
    const choice = (joined) => ({
        value: joined,
        question: { code: 'multicast-group', group, device, joined },
    });
    const ways = choose(branch, [choice(false), choice(true)], context.questions);
    const taken = ways.find(({ value }) => value)?.branch ?? null;
    const refused = ways.find(({ value }) => !value)?.branch ?? null;
    const reason = { code: 'multicast-not-joined', group, device };
    return { taken, dropped: refused === null ? null : stopped(refused, 'drop', reason, null) };
}
/** A bridge gives a copy of such a frame to each of its ports; only the one for this node is followed. */
function noteFlood({ state }, context) {
    const { inInterface } = state;
    if (typeof inInterface === 'string' && isBridge(context.world.host, inInterface) === true)
        assume(context, { code: 'bridge-flood', bridge: inInterface });
}
/** All hosts, all routers on a node that forwards, and of IPv6 the solicited-node group of each own address. */
function everyoneJoins({ state }, context) {
    const { host } = context.world;
    const { value, family } = state.destination;
    if (family === 'ipv4')
        return value === ALL_HOSTS;
    if (value === ALL_NODES)
        return true;
    if (value === ALL_ROUTERS || value === ALL_SITE_ROUTERS)
        return forwards(host, 'ipv6', 'all') === true;
    if (value >> 24n !== SOLICITED_NODE)
        return false;
    const link = host.links?.find(({ name }) => name === state.inInterface);
    return (link?.addresses.some(({ address }) => address.family === 'ipv6' && (address.value & 0xffffffn) === (value & 0xffffffn)) ?? false);
}
const ALL_HOSTS = 0xe0000001n;
const ALL_NODES = (0xff02n << 112n) | 1n;
const ALL_ROUTERS = (0xff02n << 112n) | 2n;
const ALL_SITE_ROUTERS = (0xff05n << 112n) | 2n;
/** ff02::1:ff00:0/104 without its last 24 bits. */
const SOLICITED_NODE = ((0xff02n << 112n) | (0x1ffn << 24n)) >> 24n;
