import type { HookName } from '../iptables/ruleset.ts';
import { pastIpsec, pastXdp } from './beside-rules.ts';
import { type Branch, changed, type Ending } from './branch.ts';
import { bridgeShown, isBridge } from './bridge.ts';
import type { TraceContext } from './context.ts';
import { throughBridge, throughDevice } from './nft/frames.ts';
import { offloaded } from './offloaded.ts';
import type { Exit } from './outcome.ts';
import type { Stage } from './passage.ts';
import type { Programs } from './programs.ts';
import { routeInput, routeOutput } from './routing.ts';
import { runHook, type ThroughHook } from './run-hook.ts';
import { judgedOnArrival } from './source-check.ts';
import { seenByIptables } from './unseen-bridge.ts';
import { unlessUnsent } from './unsent-answers.ts';
import { byVrf, intoVrf } from './vrf.ts';

/** How often a packet is taken up elsewhere before the rest of its way is given up: the kernel does it once or twice. */
const MAX_RESUMED = 16;

/** One packet on its way, with what stands on it. */
interface Trip {
  readonly context: TraceContext;
  readonly programs: Programs;
  readonly ended: Ending[];
}

/** Sends a packet through the node: from hook to hook, with the routing decisions between them. @returns how its ways end. */
export function travel(start: Branch, programs: Programs, context: TraceContext): Ending[] {
  const trip: Trip = { context, programs, ended: [] };
  if (context.packet.entersAt === 'OUTPUT') send(start, trip);
  else receive(start, trip);
  return trip.ended.map((ending) => unlessUnsent(ending, context));
}

/** A packet that came in through an interface. */
function receive(start: Branch, trip: Trip): void {
  pastXdp(start, trip.context);
  const vrf = byVrf(start, start.state.inInterface, trip.context.world.host);
  if (vrf !== null) return void trip.ended.push(vrf);
  for (const passage of throughDevice(start, 'ingress', start.state.inInterface, trip.context)) {
    if (passage.kind === 'ended') trip.ended.push(passage.ending);
    else acrossBridges(passage.branch, ['prerouting'], trip, (branch) => enter(branch, trip));
  }
}

function enter(start: Branch, trip: Trip): void {
  const skipped = offloaded(start, trip.context);
  if (skipped !== null) {
    trip.ended.push(skipped);
    return;
  }
  const { branch, ended } = seenByIptables(start, trip.context);
  trip.ended.push(...ended);
  if (branch === null) return;
  const { taken, refused } = judgedOnArrival(branch, trip.context);
  trip.ended.push(...refused);
  for (const way of taken) pass(way, 'PREROUTING', 0, trip);
}

/** What came in by a bridge, or leaves by one, meets the chains of family bridge too. */
function acrossBridges(
  branch: Branch,
  hooks: Parameters<typeof throughBridge>[1],
  { context, ended }: Trip,
  go: (branch: Branch) => void,
): void {
  const device = hooks.includes('postrouting') ? branch.state.outInterface : branch.state.inInterface;
  const met = isBridge(context.world.host, device) === true ? hooks : [];
  for (const passage of throughBridge(branch, met, context)) {
    if (passage.kind === 'ended') ended.push(passage.ending);
    else go(passage.branch);
  }
}

/** A packet that a process of the node sends. */
function send(branch: Branch, trip: Trip): void {
  for (const routed of routeOutput(branch, trip.context)) {
    if (routed.kind === 'ended') trip.ended.push(routed.ending);
    else pass(routed.branch, 'OUTPUT', 0, trip);
  }
}

/** Takes a packet up at a hook, and follows it from there to its ends. */
function pass(branch: Branch, hook: Stage, resumes: number, trip: Trip): void {
  const through = runHook(ENTERED[hook](branch), hook, trip.programs, trip.context);
  const { passed, resumed, ended } = through;
  // The ways of twins belong to those that jumped at this hook, and not to those that did on their way on.
  const book = branch.twins === null && haveJumped(through) ? trip.context.twins : null;
  const add = (follow: () => void): void => {
    const before = trip.ended.length;
    follow();
    if (book !== null) for (const ending of book.ended(trip.ended.splice(before))) trip.ended.push(ending);
  };
  add(() => trip.ended.push(...ended));
  add(() => {
    for (const way of passed) AFTER[hook](way, resumes, trip);
  });
  add(() => {
    for (const { branch: way, at } of resumed) {
      if (resumes < MAX_RESUMED) pass(way, at, resumes + 1, trip);
      else trip.ended.push(sentRound(way));
    }
  });
}

function haveJumped({ passed, resumed, ended }: ThroughHook): boolean {
  const jumped = ({ twins }: Branch): boolean => twins !== null;
  return (
    passed.some(jumped) ||
    resumed.some(({ branch }) => jumped(branch)) ||
    ended.some(({ branch }) => jumped(branch))
  );
}

/** The packet as the first program of a hook finds it. */
const ENTERED: Readonly<Record<HookName, (branch: Branch) => Branch>> = {
  PREROUTING: (branch) => branch,
  INPUT: (branch) => changed(branch, { outInterface: null }),
  FORWARD: (branch) => branch,
  OUTPUT: (branch) => branch,
  POSTROUTING: leaving,
};

/** What follows each hook. */
const AFTER: Readonly<Record<HookName, (branch: Branch, resumes: number, trip: Trip) => void>> = {
  PREROUTING: (branch, resumes, trip) => {
    // Over lo the packet keeps the route that it left with, but where nat gave it another destination.
    if (branch.state.route?.local === true) return pass(branch, 'INPUT', resumes, trip);
    for (const routed of routeInput(branch, trip.context)) {
      if (routed.kind === 'ended') trip.ended.push(routed.ending);
      else {
        const { branch: way } = routed;
        acrossBridges(way, [way.state.bridged === true ? 'forward' : 'input'], trip, (on) =>
          routed.kind === 'local'
            ? pass(upFromBridge(on, trip), 'INPUT', resumes, trip)
            : pass(on, 'FORWARD', resumes, trip),
        );
      }
    }
  },
  INPUT: (branch, _, trip) => {
    pastIpsec(branch, 'arrives', trip.context);
    trip.ended.push(accepted(branch, { kind: 'local' }));
  },
  FORWARD: (branch, resumes, trip) => pass(branch, 'POSTROUTING', resumes, trip),
  OUTPUT: (branch, resumes, trip) => pass(branch, 'POSTROUTING', resumes, trip),
  POSTROUTING: (branch, resumes, trip) => {
    if (branch.state.route?.local !== true) leave(branch, trip);
    else pass(changed(branch, { inInterface: 'lo', outInterface: null }), 'PREROUTING', resumes, trip);
  },
};

/**
 * What a bridge hands up of frames for many, br_netfilter enters into conntrack before INPUT (br_nf_local_in; since 6.8, 6.6.21, 6.1.81
 * and 5.15.151).
 */
function upFromBridge(branch: Branch, { context }: Trip): Branch {
  const { connection, frame, family, inInterface } = branch.state;
  if (connection === null || connection.confirmed || frame === 'unicast') return branch;
  if (bridgeShown(context.world.host, family, inInterface) !== true) return branch;
  return changed(branch, { connection: { ...connection, confirmed: true } });
}

function leaving(branch: Branch): Branch {
  const { state } = branch;
  // Packets that the bridge itself hands on reach POSTROUTING without an input device (br_nf_post_routing); what a process sent has
  // none, unless it came back in by lo and is forwarded (ip_output: skb->dev).
  const inInterface = state.bridged === true ? null : arrivedBy(state);
  // Without routes a branch may have learnt the device at FORWARD; a process's packet may have been rerouted since OUTPUT.
  const learnt = state.fromNode ? undefined : state.outInterface;
  const outInterface = state.route === null ? learnt : state.route.device;
  return changed(branch, { inInterface, outInterface });
}

function leave(start: Branch, trip: Trip): void {
  const { context, ended } = trip;
  const vrf = intoVrf(start, context.world.host);
  if (vrf !== null) return void ended.push(vrf);
  pastIpsec(start, 'leaves', context);
  const hooks =
    start.state.bridged === true ? (['postrouting'] as const) : (['output', 'postrouting'] as const);
  acrossBridges(start, hooks, trip, (branch) => {
    for (const passage of throughDevice(branch, 'egress', branch.state.outInterface, context))
      ended.push(
        passage.kind === 'ended' ? passage.ending : accepted(passage.branch, exitOf(passage.branch)),
      );
  });
}

function arrivedBy(state: Branch['state']): Branch['state']['inInterface'] {
  return state.arrivedBy === null ? state.inInterface : state.arrivedBy.device;
}

function accepted(branch: Branch, exit: Exit | null): Ending {
  return { branch, verdict: 'accept', reason: null, rejectWith: null, exit };
}

function exitOf({ state }: Branch): Exit | null {
  const device = state.route?.device;
  return typeof device === 'string'
    ? { kind: 'interface', name: device, nextHop: state.route?.gateway ?? null }
    : null;
}

function sentRound(branch: Branch): Ending {
  const reason = { code: 'sent-round', times: MAX_RESUMED } as const;
  return { branch, verdict: 'unknown', reason, rejectWith: null, exit: null };
}
