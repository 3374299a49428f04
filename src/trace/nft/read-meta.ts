import type { Link } from '../../host/facts.ts';
import type { Field } from '../../nftables/expression.ts';
import { unknown } from '../answer.ts';
import { linkNamed } from '../bridge.ts';
import type { Device } from '../packet.ts';
import { markBitsOf } from '../packet-mark.ts';
import { askId } from '../socket-ids.ts';
import { type SocketIds, SYN } from '../state.ts';
import type { NftContext } from './context.ts';
import { ABSENT, known, OPEN, type Reading, readBits } from './values.ts';

/** @returns what is known of a `meta` key (nft_meta_get_eval, net/netfilter/nft_meta.c). */
export function readMeta({ key }: Extract<Field, { kind: 'meta' }>, context: NftContext): Reading {
  const { state, chain } = context;
  if (chain.family === 'bridge' && Object.hasOwn(OF_BRIDGE, key)) return ofBridge(key, context);
  switch (key) {
    case 'l4proto':
      return known(state.protocol);
    case 'nfproto':
      return known(state.family === 'ipv4' ? 2 : 10);
    case 'protocol':
      return known(state.family === 'ipv4' ? 0x0800 : 0x86dd);
    case 'mark':
      return readBits(markBitsOf(state));
    case 'iif':
    case 'iifname':
      return deviceName(state.inInterface, 'in');
    case 'oif':
    case 'oifname':
      return deviceName(state.outInterface, 'out');
    case 'iifgroup':
      return ofLink(state.inInterface, context, groupOf);
    case 'oifgroup':
      return ofLink(state.outInterface, context, groupOf);
    case 'iifkind':
      return ofLink(state.inInterface, context, kindOfLink);
    case 'oifkind':
      return ofLink(state.outInterface, context, kindOfLink);
    case 'iiftype':
      // Of the device that the packet is at, which is the one it leaves by from POSTROUTING on (skb->dev, ip_output).
      return ofLink(
        context.hook === 'POSTROUTING' ? state.outInterface : state.inInterface,
        context,
        typeOfLink,
      );
    case 'oiftype':
      return ofLink(state.outInterface, context, typeOfLink);
    case 'skuid':
      return mayHaveSocket(context) ? readId('user', context) : ABSENT;
    case 'skgid':
      return mayHaveSocket(context) ? readId('group', context) : ABSENT;
    case 'cgroup':
      return mayHaveSocket(context) ? OPEN : ABSENT;
    case 'pkttype':
      return known(PACKET_TYPES[state.frame]);
    case 'length':
      return state.length === null ? OPEN : known(state.length);
    case 'nftrace':
      return known(0);
    case 'ibrname':
    case 'obrname':
      return ABSENT;
    default:
      return OPEN;
  }
}

/** At INPUT the socket is that of who receives it. */
function readId(as: keyof SocketIds, { hook, state }: NftContext): Reading {
  if (hook === 'INPUT') return OPEN;
  const [only, ...others] = state.ids[as] ?? [];
  if (only !== undefined && others.length === 0 && only.from === only.to) return known(only.from);
  return {
    kind: 'open',
    ask: (patterns) => {
      const ranges = patterns.flatMap((pattern) =>
        pattern.kind === 'range' ? [{ from: Number(pattern.from), to: Number(pattern.to) }] : [],
      );
      const text = ranges.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(', ');
      return ranges.length < patterns.length ? null : askId(state, as, ranges, text);
    },
  };
}

/**
 * Whether a socket may be the packet's; without one the rule breaks (nft_meta_get_eval_skugid). What comes back in over lo has lost
 * its sender's (loopback_xmit), and what is passed on has none. What a socket of the node awaits is given to it ahead of INPUT
 * (tcp_v4_early_demux, udp_v4_early_demux), but over lo, where the route is known already.
 */
function mayHaveSocket({
  hook,
  state: { fromNode, inInterface, connection, tcpFlags },
}: NftContext): boolean {
  if (hook === 'OUTPUT' || hook === 'POSTROUTING') return fromNode;
  const isFirst = connection?.state === 'NEW' || tcpFlags === SYN;
  return hook === 'INPUT' && !fromNode && inInterface !== 'lo' && !isFirst;
}

/** In family bridge `iifname` is the port, and `ibrname` the bridge. */
const OF_BRIDGE = {
  iif: 'in',
  iifname: 'in',
  oif: 'out',
  oifname: 'out',
  ibrname: 'in',
  obrname: 'out',
} as const;

function ofBridge(key: string, { state }: NftContext): Reading {
  const side = key.startsWith('i') ? 'in' : 'out';
  if (key.endsWith('brname')) {
    const bridge = side === 'in' ? state.inInterface : (state.outInterface ?? state.inInterface);
    return typeof bridge === 'string' ? known(bridge) : OPEN;
  }
  return {
    kind: 'open',
    ask: ([pattern, ...more]) =>
      pattern?.kind === 'name' && !pattern.prefix && more.length === 0
        ? unknown({ code: 'bridge-port', asks: { fact: 'port', side, names: [pattern.text] } })
        : null,
  };
}

const PACKET_TYPES = { unicast: 0, broadcast: 1, multicast: 2 } as const;

/** An interface that is not there has an empty name and index 0. */
function deviceName(device: Device, side: 'in' | 'out'): Reading {
  if (device !== undefined) return known(device ?? '');
  return {
    kind: 'open',
    ask: ([pattern, ...more]) => {
      if (pattern?.kind !== 'name' || more.length > 0) return null;
      const name = pattern.prefix ? `${pattern.text}+` : pattern.text;
      if (name === '+') return 'yes';
      return unknown({ code: `${side}-interface`, patterns: [name] }, (state, held) =>
        held && !pattern.prefix && state[`${side}Interface`] === undefined
          ? { ...state, [`${side}Interface`]: pattern.text }
          : state,
      );
    },
  };
}

/** Without a device the rule breaks. */
function ofLink(device: Device, { host }: NftContext, read: (link: Link) => Reading): Reading {
  if (device === null) return ABSENT;
  const link = device === undefined ? undefined : linkNamed(host, device);
  return link === undefined || link === null ? OPEN : read(link);
}

/** Names stand in /etc/iproute2/group of the node; only that of group 0 is the same everywhere. */
function groupOf({ group }: Link): Reading {
  if (group === 'default') return known(0);
  return group !== null && /^\d+$/.test(group) ? known(Number(group)) : OPEN;
}

function kindOfLink({ kind, loopback }: Link): Reading {
  return kind === null ? (loopback ? ABSENT : OPEN) : known(kind);
}

/** ARPHRD_LOOPBACK and ARPHRD_ETHER; tunnels have others. */
function typeOfLink({ loopback, kind, mac }: Link): Reading {
  if (loopback) return known(772);
  return mac !== null && (kind === null || ETHERNET.has(kind)) ? known(1) : OPEN;
}

const ETHERNET: ReadonlySet<string> = new Set([
  'bridge',
  'veth',
  'dummy',
  'vxlan',
  'vlan',
  'macvlan',
  'bond',
  'geneve',
]);
