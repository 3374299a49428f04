import { sameAddress } from '../net/address.ts';
import { prefixContains } from '../net/prefix.ts';
import { type Branch, changed, turned } from './branch.ts';
import {
  bridgeCallsIptables,
  bridgeIsolates,
  bridgeShown,
  bridgeTurnsBack,
  isBridge,
  staysOnBridge,
} from './bridge.ts';
import { choose } from './choose.ts';
import { assume, type TraceContext } from './context.ts';
import type { Device } from './packet.ts';
import type { Question } from './question.ts';
import { hairpinOff, portsIsolated } from './route-endings.ts';
import type { Routed } from './routed.ts';
import type { PacketState } from './state.ts';

/**
 * A frame for another machine of the bridge's own network goes there by its link address: no route is asked, and no
 * source judged, unless PREROUTING gave the packet another destination (br_nf_pre_routing_finish).
 */
export function acrossBridge(branch: Branch, context: TraceContext): Routed[] | null {
  const { state } = branch;
  const { host } = context.world;
  if (typeof state.inInterface !== 'string' || !sameAddress(state.destination, context.packet.destination))
    return null;
  if (bridgeShown(host, state.family, state.inInterface) !== true) return null;
  if (!staysOnBridge(host, state.inInterface, state.destination)) return null;
  const route = { device: state.inInterface, gateway: null, local: false };
  const handed = turned(changed(branch, { route, outInterface: state.inInterface, bridged: true }), 'route', {
    fact: 'bridged',
    destination: state.destination,
    bridge: state.inInterface,
  });
  return betweenPorts(handed, state.inInterface, context);
}

/**
 * Names it where a packet was routed that a bridge may have handed on by itself, to a machine of its own network, asking no policy
 * rule, no source check and no hop limit.
 */
export function perhapsBridged(branch: Branch, routed: readonly Routed[], context: TraceContext): void {
  const { inInterface, family, destination, frame } = branch.state;
  if (typeof inInterface !== 'string' || inInterface === 'lo' || frame !== 'unicast') return;
  if (!sameAddress(destination, context.packet.destination)) return;
  if (bridgeShown(context.world.host, family, inInterface) !== null) return;
  const isDirect = context.world.host.routes[family]?.some(
    (route) =>
      prefixContains(route.destination, destination) &&
      route.nextHops.some(({ device, gateway }) => device === inInterface && gateway === null),
  );
  // Where routes tell that the device has no such network, its frames are for this node.
  if (isDirect ?? routed.some(({ kind }) => kind === 'ended'))
    assume(context, { code: 'not-bridged', device: inInterface });
}

/**
 * br_netfilter sees a packet that PREROUTING gave another destination: it addresses its frame to this node, whomever it was for
 * (br_nf_pre_routing_finish: PACKET_HOST).
 */
export function framedByBridge(branch: Branch, { packet, world }: TraceContext): Branch {
  const { frame, destination, family, inInterface } = branch.state;
  if (frame === 'unicast' || typeof inInterface !== 'string') return branch;
  if (sameAddress(destination, packet.destination)) return branch;
  const seen = bridgeShown(world.host, family, inInterface) === true;
  return seen ? changed(branch, { frame: 'unicast' }) : branch;
}

/** A frame that a bridge hands on, unless both ports are isolated. */
export function betweenPorts(branch: Branch, bridge: string, context: TraceContext): Routed[] {
  const isolated = bridgeIsolates(context.world.host, bridge, branch.state.inPort);
  if (isolated === null) assume(context, { code: 'bridge-isolated', bridge });
  return bothWays(
    branch,
    isolated ?? false,
    (value) => ({ code: 'bridge-isolated', bridge, value }),
    context,
  ).map(
    ({ branch: way, value }): Routed =>
      value ? { kind: 'ended', ending: portsIsolated(way, bridge) } : { kind: 'forward', branch: way },
  );
}

function bothWays(
  branch: Branch,
  known: boolean | 'differs',
  question: (value: boolean) => Question,
  { questions }: TraceContext,
): { readonly branch: Branch; readonly value: boolean }[] {
  if (known !== 'differs') return [{ branch, value: known }];
  return choose(
    branch,
    [false, true].map((value) => ({ value, question: question(value) })),
    questions,
  );
}

/** A packet between two ports of one bridge is handed on by the bridge itself; br_netfilter shows it to FORWARD. */
export function bridgedOrNot(branch: Branch, context: TraceContext): Branch {
  const { state } = branch;
  const device: Device = state.route?.device;
  const out = changed(branch, { outInterface: device });
  if (device === undefined || state.inInterface === undefined) return changed(out, { bridged: null });
  if (device !== state.inInterface) return changed(out, { bridged: false });
  return changed(out, { bridged: withinBridge(state, device, context) });
}

function withinBridge(state: PacketState, device: string | null, context: TraceContext): boolean | null {
  const bridge = isBridge(context.world.host, device);
  const calls = bridgeCallsIptables(context.world.host, state.family, device);
  if (bridge === false || calls === false) return false;
  return bridge === null || calls === null ? null : true;
}

/**
 * A pod that reaches itself through a Service: its frame would leave by the port it came in by (should_deliver, br_forward.c),
 * whatever source a rule has written into the packet.
 */
export function turnedBack(branch: Branch, context: TraceContext): Routed[] {
  const { state } = branch;
  const { destination, inInterface } = state;
  const sender = context.packet.source.address ?? state.source.address;
  const itself = sender !== null && sameAddress(sender, destination);
  if (typeof inInterface !== 'string' || state.bridged === false) return [{ kind: 'forward', branch }];
  if (state.bridged === null) {
    // It leaves as it came, by what may be a bridge: then its ports decide.
    if (state.route?.device === inInterface)
      assume(context, { code: itself ? 'bridge-hairpin' : 'bridge-isolated', bridge: inInterface });
    return [{ kind: 'forward', branch }];
  }
  if (!itself) return betweenPorts(branch, inInterface, context);
  const allowed = bridgeTurnsBack(context.world.host, inInterface, state.inPort);
  if (allowed === null) assume(context, { code: 'bridge-hairpin', bridge: inInterface });
  const question = (on: boolean): Question => ({ code: 'bridge-hairpin', bridge: inInterface, on });
  return bothWays(branch, allowed ?? true, question, context).map(
    ({ branch: way, value }): Routed =>
      value ? { kind: 'forward', branch: way } : { kind: 'ended', ending: hairpinOff(way, inInterface) },
  );
}
