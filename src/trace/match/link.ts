import type { MatchOf } from '../../iptables/match.ts';
import { type Answer, unknown, yesNo } from '../answer.ts';
import { bridgeShown, linkNamed } from '../bridge.ts';
import type { BridgePortFact } from '../question.ts';
import { deviceMatches } from './basic.ts';
import type { MatchContext } from './context.ts';

/** `--uid-owner`: a forwarded packet has no socket, and then the question is answered no (net/netfilter/xt_owner.c). */
export function ownerUid(match: MatchOf<'owner-uid'>, context: MatchContext): Answer {
  return owner(context, 'user', match.text);
}

/** `--gid-owner`. */
export function ownerGid(match: MatchOf<'owner-gid'>, context: MatchContext): Answer {
  return owner(context, 'group', match.text);
}

/** `--socket-exists`. */
export function ownerSocket(_match: MatchOf<'owner-socket'>, { state }: MatchContext): Answer {
  return yesNo(state.fromNode);
}

function owner({ state }: MatchContext, as: 'user' | 'group', name: string): Answer {
  return state.fromNode ? unknown({ code: 'owner', as, name }) : 'no';
}

/** `-m pkttype` (net/netfilter/xt_pkttype.c): what the frame was addressed to. */
export function pkttype(match: MatchOf<'pkttype'>, { state }: MatchContext): Answer {
  return yesNo(match.type === state.frame);
}

/** `-m mac`: only packets that came in over Ethernet have one (net/netfilter/xt_mac.c). */
export function mac(match: MatchOf<'mac'>, { state }: MatchContext): Answer {
  return state.fromNode ? 'never' : unknown({ code: 'mac', address: match.address });
}

/** `--physdev-is-in`, `--physdev-is-out`, `--physdev-is-bridged` (net/netfilter/xt_physdev.c). */
export function physdevIs(match: MatchOf<'physdev-is'>, context: MatchContext): Answer {
  const { state, hook } = context;
  if (state.fromNode) return 'no';
  const shown = carriesNotes(context);
  if (shown === false) return 'no';
  if (match.what === 'in') return shown ? 'yes' : bridgePort({ fact: 'came-in-by-port' });
  if (hook === 'PREROUTING' || hook === 'INPUT' || hook === 'OUTPUT') return 'no';
  if (state.bridged === null || shown === null) return bridgePort({ fact: 'bridged' });
  return yesNo(state.bridged);
}

/** At POSTROUTING a frame that the bridge hands on has no input device any more, but br_netfilter's notes still. */
function carriesNotes({ state, host }: MatchContext): boolean | null {
  return state.bridged === true ? true : bridgeShown(host, state.family, state.inInterface);
}

/** `--physdev-in`, `--physdev-out`: which port of the bridge is not in any capture. */
export function physdevName(match: MatchOf<'physdev-name'>, context: MatchContext): Answer {
  const { state, host } = context;
  if (state.fromNode) return 'no';
  const shown = carriesNotes(context);
  if (shown === false) return 'no';
  if (match.side === 'out' && state.bridged === false) {
    // With notes but without output port the kernel gives up, whichever way the option is turned (physdev_mt).
    if (shown === true) return 'never';
    return match.negated ? bridgePort({ fact: 'came-in-by-port' }) : 'no';
  }
  const ports = host.links?.filter((link) => link.master === state.inInterface && link.master !== null);
  if (ports !== undefined && ports.length > 0 && !ports.some((port) => deviceMatches(port.name, match.name)))
    return 'no';
  return bridgePort({ fact: 'port', side: match.side, name: match.name });
}

function bridgePort(asks: BridgePortFact): Answer {
  return unknown({ code: 'bridge-port', asks });
}

/** `-m devgroup`: the group number of the interface from `ip -j addr`. */
export function devgroup(match: MatchOf<'devgroup'>, { state, host }: MatchContext): Answer {
  const device = match.side === 'in' ? state.inInterface : state.outInterface;
  if (device === null) return 'no';
  const group = device === undefined ? null : (linkNamed(host, device)?.group ?? null);
  const number = group === null ? null : groupNumber(group);
  const value = match.value ?? groupNumber(match.text);
  if (number !== null && value !== null) return yesNo(((number ^ value) & match.mask) === 0);
  return unknown({ code: 'devgroup', side: match.side, group: match.text });
}

/** Names stand in /etc/iproute2/group of the node; only that of group 0 is the same everywhere. */
function groupNumber(name: string): number | null {
  if (name === 'default') return 0;
  return /^\d+$/.test(name) ? Number(name) : null;
}
