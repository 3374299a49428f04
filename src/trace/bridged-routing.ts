import { sameAddress } from '../net/address.ts';
import { type Branch, changed, turned } from './branch.ts';
import { bridgeCallsIptables, bridgeShown, bridgeTurnsBack, isBridge, isOnLink } from './bridge.ts';
import { assume, type TraceContext } from './context.ts';
import type { Device } from './packet.ts';
import { hairpinOff } from './route-endings.ts';
import type { Routed } from './routed.ts';
import type { PacketState } from './state.ts';

/**
 * A frame for another machine of the bridge's own network goes there by its link address: no route is asked, and no
 * source judged, unless PREROUTING gave the packet another destination (br_nf_pre_routing_finish).
 */
export function acrossBridge(branch: Branch, context: TraceContext): Branch | null {
  const { state } = branch;
  const { host } = context.world;
  if (typeof state.inInterface !== 'string' || !sameAddress(state.destination, context.packet.destination))
    return null;
  if (bridgeShown(host, state.family, state.inInterface) !== true) return null;
  if (!isOnLink(host, state.inInterface, state.destination)) return null;
  const route = { device: state.inInterface, gateway: null, local: false };
  return turned(changed(branch, { route, outInterface: state.inInterface, bridged: true }), 'route', {
    fact: 'bridged',
    destination: state.destination,
    bridge: state.inInterface,
  });
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
  const calls = bridgeCallsIptables(context.world.host, state.family);
  if (bridge === false || calls === false) return false;
  return bridge === null || calls === null ? null : true;
}

/** A pod that reaches itself through a Service: its frame would leave by the port it came in by (should_deliver, br_forward.c). */
export function turnedBack(branch: Branch, context: TraceContext): Routed {
  const { state } = branch;
  const { source, destination, inInterface } = state;
  const itself = source.address !== null && sameAddress(source.address, destination);
  if (state.bridged !== true || !itself || typeof inInterface !== 'string')
    return { kind: 'forward', branch };
  const allowed = bridgeTurnsBack(context.world.host, inInterface);
  if (allowed === false) return { kind: 'ended', ending: hairpinOff(branch, inInterface) };
  if (allowed === null) assume(context, { code: 'bridge-hairpin', bridge: inInterface });
  return { kind: 'forward', branch };
}
