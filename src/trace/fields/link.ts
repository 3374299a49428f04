import type { GroupSet, IdSet } from '../../rules/test.ts';
import { deviceMatches } from '../../rules/value-set.ts';
import { type Answer, unknown, yesNo } from '../answer.ts';
import { bridgeShown, linkNamed, portsOf } from '../bridge.ts';
import type { Device } from '../outcome.ts';
import type { BridgePortFact } from '../question.ts';
import { askId } from '../socket-ids.ts';
import type { Evaluator, TestContext } from './context.ts';

/** A forwarded packet has no socket. */
export const user: Evaluator<'meta.skuid'> = (test, context) => owner(context, 'user', test.in);

/** As {@link user}. */
export const group: Evaluator<'meta.skgid'> = (test, context) => owner(context, 'group', test.in);

/** Whether a process of the node sends it. */
export const sender: Evaluator<'meta.sender'> = (_, { state }) => yesNo(state.fromNode);

function owner({ state }: TestContext, as: 'user' | 'group', { ranges, text }: IdSet): Answer {
  if (!state.fromNode) return 'absent';
  return ranges === null ? unknown({ code: 'owner', as, name: text }) : askId(state, as, ranges, text);
}

/** What the frame was addressed to (net/netfilter/xt_pkttype.c). */
export const packetType: Evaluator<'meta.pkttype'> = (test, { state }) => yesNo(test.in === state.frame);

/** Only packets that came in over Ethernet have one (net/netfilter/xt_mac.c). */
export const linkAddress: Evaluator<'ether.saddr'> = (test, { state }) =>
  state.fromNode ? 'absent' : unknown({ code: 'mac', address: test.in });

/** `--physdev-is-in`, `--physdev-is-out`, `--physdev-is-bridged` (net/netfilter/xt_physdev.c). */
export const bridgeCarries: Evaluator<'bridge.carries'> = (test, context) => {
  const { state, hook } = context;
  if (state.fromNode) return 'no';
  const shown = carriesNotes(context);
  if (shown === false) return 'no';
  if (test.in === 'in') return shown ? 'yes' : bridgePort({ fact: 'came-in-by-port' });
  if (hook === 'PREROUTING' || hook === 'INPUT' || hook === 'OUTPUT') return 'no';
  if (state.bridged === null || shown === null) return bridgePort({ fact: 'bridged' });
  return yesNo(state.bridged);
};

/** At POSTROUTING a frame that the bridge hands on has no input device any more, but br_netfilter's notes still. */
function carriesNotes({ state, host }: TestContext): boolean | null {
  return state.bridged === true ? true : bridgeShown(host, state.family, state.inInterface);
}

/** Which port of the bridge is not in any capture. */
export const portIn: Evaluator<'bridge.port.in'> = (test, context) => {
  const { state } = context;
  if (state.fromNode || carriesNotes(context) === false) return 'no';
  return portNamed('in', test.in, context);
};

/** As {@link portIn}, of the port it leaves by. */
export const portOut: Evaluator<'bridge.port.out'> = (test, context) => {
  const { state } = context;
  const shown = carriesNotes(context);
  if (state.fromNode || shown === false) return 'no';
  if (state.bridged === false) {
    // With notes but without output port the kernel gives up, whichever way the option is turned (physdev_mt).
    if (shown === true) return 'absent';
    return test.negated ? bridgePort({ fact: 'came-in-by-port' }) : 'no';
  }
  return portNamed('out', test.in, context);
};

function portNamed(side: 'in' | 'out', names: readonly string[], { state, host }: TestContext): Answer {
  const fits = (port: string): boolean => names.some((name) => deviceMatches(port, name));
  if (side === 'in' && state.inPort !== undefined) return yesNo(fits(state.inPort));
  const ports = portsOf(host, state.inInterface ?? state.route?.device);
  if (ports.length > 0 && !ports.some(({ name }) => fits(name))) return 'no';
  // Which port does not matter where the bridge has but one.
  const [only, second] = ports;
  if (only !== undefined && second === undefined) return 'yes';
  return bridgePort({ fact: 'port', side, names });
}

function bridgePort(asks: BridgePortFact): Answer {
  return unknown({ code: 'bridge-port', asks });
}

/** The group number of the interface from `ip -j addr`. */
export const groupIn: Evaluator<'meta.iifgroup'> = (test, context) =>
  deviceGroup(context.state.inInterface, test.in, 'in', context);

/** As {@link groupIn}, of the output device. */
export const groupOut: Evaluator<'meta.oifgroup'> = (test, context) =>
  deviceGroup(context.state.outInterface, test.in, 'out', context);

function deviceGroup(
  device: Device,
  { value, mask, text }: GroupSet,
  side: 'in' | 'out',
  { host }: TestContext,
): Answer {
  if (device === null) return 'absent';
  const name = device === undefined ? null : (linkNamed(host, device)?.group ?? null);
  const number = name === null ? null : groupNumber(name);
  const asked = value ?? groupNumber(text);
  if (number !== null && asked !== null) return yesNo(((number ^ asked) & mask) === 0);
  return unknown({ code: 'devgroup', side, group: text });
}

/** Names stand in /etc/iproute2/group of the node; only that of group 0 is the same everywhere. */
function groupNumber(name: string): number | null {
  if (name === 'default') return 0;
  return /^\d+$/.test(name) ? Number(name) : null;
}
