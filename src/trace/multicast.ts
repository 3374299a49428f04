import { forwards } from '../host/sysctl.ts';
import { type Address, formatAddress } from '../net/address.ts';
import type { Branch, Ending } from './branch.ts';
import { isBridge } from './bridge.ts';
import { choose } from './choose.ts';
import { assume, type TraceContext } from './context.ts';
import { stopped } from './route-endings.ts';

/** @returns whether the address is a group's. */
export function isMulticast({ family, value }: Address): boolean {
  return family === 'ipv4' ? value >> 28n === 0xen : value >> 120n === 0xffn;
}

/** Ways of a packet to a group: the node takes it in, or not. */
export interface GroupWays {
  readonly taken: Branch | null;
  readonly dropped: Ending | null;
}

/**
 * A packet to a group is taken in where its interface has joined the group, and dropped after PREROUTING otherwise
 * (ip_route_input_rcu; ip6_mc_input). Which groups were joined, beyond those that every node joins, no capture tells.
 */
export function toGroup(branch: Branch, context: TraceContext): GroupWays {
  const { destination, inInterface } = branch.state;
  const group = formatAddress(destination);
  const where = inInterface === undefined || inInterface === null ? 'the interface' : inInterface;
  noteFlood(branch, context);
  if (everyoneJoins(branch, context)) return { taken: branch, dropped: null };
  const choice = (value: boolean, text: string) => ({
    value,
    key: `group ${group} ${where} ${value}`,
    condition: { code: 'multicast-group', text, settle: null },
  });
  const ways = choose(
    branch,
    [
      choice(false, `nobody on this node has joined group ${group} on ${where}`),
      choice(true, `a process of this node has joined group ${group} on ${where}`),
    ],
    context.questions,
  );
  const taken = ways.find(({ value }) => value)?.branch ?? null;
  const refused = ways.find(({ value }) => !value)?.branch ?? null;
  const reason = {
    code: 'multicast-not-joined',
    text: `${where} has not joined group ${group}`,
    settle: null,
  };
  return { taken, dropped: refused === null ? null : stopped(refused, 'drop', reason, null) };
}

/** A bridge gives a copy of such a frame to each of its ports; only the one for this node is followed. */
function noteFlood({ state }: Branch, context: TraceContext): void {
  if (isBridge(context.world.host, state.inInterface) !== true) return;
  const text = `the copies that ${state.inInterface} hands to its other ports are not followed, only the one for this node`;
  assume(context, 'bridge-flood', text, null);
}

/** All hosts, all routers on a node that forwards, and of IPv6 the solicited-node group of each own address. */
function everyoneJoins({ state }: Branch, context: TraceContext): boolean {
  const { host } = context.world;
  const { value, family } = state.destination;
  if (family === 'ipv4') return value === ALL_HOSTS;
  if (value === ALL_NODES) return true;
  if (value === ALL_ROUTERS || value === ALL_SITE_ROUTERS) return forwards(host, 'ipv6', 'all') === true;
  if (value >> 24n !== SOLICITED_NODE) return false;
  const link = host.links?.find(({ name }) => name === state.inInterface);
  return (
    link?.addresses.some(
      ({ address }) => address.family === 'ipv6' && (address.value & 0xffffffn) === (value & 0xffffffn),
    ) ?? false
  );
}

const ALL_HOSTS = 0xe0000001n;
const ALL_NODES = (0xff02n << 112n) | 1n;
const ALL_ROUTERS = (0xff02n << 112n) | 2n;
const ALL_SITE_ROUTERS = (0xff05n << 112n) | 2n;
/** ff02::1:ff00:0/104 without its last 24 bits. */
const SOLICITED_NODE = ((0xff02n << 112n) | (0x1ffn << 24n)) >> 24n;
