import type { Host } from '../host/facts.ts';
import { HOOK_NAMES } from '../iptables/ruleset.ts';
import type { Family } from '../net/address.ts';
import { type Branch, changed, type Ending, listed } from './branch.ts';
import { bridgeCallsIptables, isBridge, isOnLink } from './bridge.ts';
import { type Choice, choose } from './choose.ts';
import type { TraceContext } from './context.ts';
import { explore } from './explore.ts';
import { listGiven } from './given.ts';
import type { Exit, Outcome, Step, Trace } from './outcome.ts';
import type { Packet } from './packet.ts';
import type { Assumption, BackendOrder, Reason } from './reason.ts';
import { routeInput, routeOutput } from './routing.ts';
import { runHook } from './run-hook.ts';
import { refusedOnArrival } from './source-check.ts';
import { initialState } from './state.ts';
import { StepBook } from './steps.ts';
import type { World } from './world.ts';

/**
 * Follows one packet through the node, as the kernel would take it, and every way it could take where the capture
 * cannot tell. Pure: nothing of its input changes.
 */
export function tracePacket(packet: Packet, world: World): Trace {
  const { ways, steps, assumptions } = followPacket(packet, world);
  const outcomes = ways.map(({ ending, order }) => outcomeOf(ending, order));
  return numbered({ packet, steps, outcomes, assumptions });
}

/** Every way a packet can go, as the walk leaves it: ways share their past. */
export interface Ways {
  /** `order` is set where two backends hold rules: a condition on all that the way did. */
  readonly ways: readonly { readonly ending: Ending; readonly order: BackendOrder | null }[];
  readonly steps: readonly Step[];
  readonly assumptions: readonly Assumption[];
}

/** What {@link tracePacket} tells, before each way's path and conditions are written out; cheap where only ends matter. */
export function followPacket(packet: Packet, world: World): Ways {
  const steps = new StepBook();
  const assumptions = new Map<string, Assumption>();
  const ways: { ending: Ending; order: BackendOrder | null }[] = [];
  for (const { rulesets, condition } of registrationOrders(world)) {
    const setting = { packet, world: { ...world, rulesets }, steps, assumptions };
    const start: Branch = {
      state: initialState(packet),
      probability: 1,
      path: null,
      given: null,
      turns: null,
    };
    const endings = explore((from, questions, budget) => {
      const context: TraceContext = { ...setting, questions, budget, ended: [] };
      if (packet.entersAt === 'OUTPUT') send(from, context);
      else receive(from, context);
      return context.ended;
    }, start);
    for (const ending of endings) ways.push({ ending, order: condition });
  }
  return { ways, steps: steps.list(), assumptions: [...assumptions.values()] };
}

/** Keeps only the steps that an outcome passed: a run that was taken back may have left others. Numbers them anew. */
function numbered(trace: Trace): Trace {
  const used = new Map<Step, Step>();
  for (const outcome of trace.outcomes) for (const { step } of outcome.path) used.set(step, step);
  if (used.size === trace.steps.length) return trace;
  let id = 0;
  for (const step of trace.steps) if (used.has(step)) used.set(step, { ...step, id: id++ });
  const renumbered = (step: Step): Step => used.get(step) ?? step;
  return {
    ...trace,
    steps: trace.steps.filter((step) => used.has(step)).map(renumbered),
    outcomes: trace.outcomes.map((outcome) => ({
      ...outcome,
      decidedBy: outcome.decidedBy === null ? null : renumbered(outcome.decidedBy),
      path: outcome.path.map((entry) => ({ ...entry, step: renumbered(entry.step) })),
    })),
  };
}

/**
 * Tables of both backends stand at the same priority, and the one registered last is asked first
 * (nf_hook_entries_grow, net/netfilter/core.c). No dump tells which that was, so both orders are followed.
 */
function registrationOrders(world: World): { rulesets: World['rulesets']; condition: BackendOrder | null }[] {
  const { rulesets } = world;
  const withRules = rulesets.filter(({ tables }) =>
    [...tables.values()].some(({ chains }) =>
      HOOK_NAMES.some((hook) => {
        const { policy = null, rules } = chains.get(hook) ?? {};
        return policy !== null && ((rules?.length ?? 0) > 0 || policy === 'DROP');
      }),
    ),
  );
  if (withRules.length < 2) return [{ rulesets, condition: null }];
  const orders = [rulesets, [...rulesets].reverse()];
  return orders.map((order) => {
    const [first, second] = order;
    const known = first !== undefined && second !== undefined;
    return { rulesets: order, condition: known ? { first: first.backend, second: second.backend } : null };
  });
}

/** A packet that came in through an interface. */
function receive(start: Branch, context: TraceContext): void {
  const branch = unseenBridge(start, context);
  if (branch === null) return;
  const refused = refusedOnArrival(branch, context);
  if (refused !== null) {
    context.ended.push(refused);
    return;
  }
  for (const way of runHook(branch, 'PREROUTING', context)) {
    for (const routed of routeInput(way, context)) {
      if (routed.kind === 'ended') context.ended.push(routed.ending);
      else if (routed.kind === 'local') arrive(routed.branch, context);
      else for (const forwarded of runHook(routed.branch, 'FORWARD', context)) leave(forwarded, context);
    }
  }
}

/** A packet that a process of the node sends. */
function send(branch: Branch, context: TraceContext): void {
  for (const routed of routeOutput(branch, context)) {
    if (routed.kind === 'ended') {
      context.ended.push(routed.ending);
      continue;
    }
    for (const way of runHook(routed.branch, 'OUTPUT', context)) leave(way, context);
  }
}

/** POSTROUTING, and then out, or round through the loopback device. */
function leave(branch: Branch, context: TraceContext): void {
  const { state } = branch;
  // Packets that the bridge itself hands on reach POSTROUTING without an input device (br_nf_post_routing).
  const inInterface = state.bridged === true || state.fromNode ? null : state.inInterface;
  // Without routes a branch may have learnt the device at FORWARD; a process's packet may have been rerouted since OUTPUT.
  const learnt = state.fromNode ? undefined : state.outInterface;
  const outInterface = state.route === null ? learnt : state.route.device;
  for (const way of runHook(changed(branch, { inInterface, outInterface }), 'POSTROUTING', context)) {
    if (way.state.route?.local === true) comeBack(confirmed(way), context);
    else
      context.ended.push({
        branch: way,
        verdict: 'accept',
        reason: null,
        rejectWith: null,
        exit: exitOf(way),
      });
  }
}

/** The last thing at POSTROUTING enters the connection into the table (nf_confirm). */
function confirmed(branch: Branch): Branch {
  const { connection } = branch.state;
  return connection === null ? branch : changed(branch, { connection: { ...connection, confirmed: true } });
}

/** Over lo the packet keeps its route and its connection: PREROUTING and INPUT see it, nat does not act again. */
function comeBack(branch: Branch, context: TraceContext): void {
  const back = changed(branch, { inInterface: 'lo', outInterface: null });
  for (const way of runHook(back, 'PREROUTING', context)) arrive(way, context);
}

function arrive(branch: Branch, context: TraceContext): void {
  for (const way of runHook(changed(branch, { outInterface: null }), 'INPUT', context)) {
    context.ended.push({
      branch: way,
      verdict: 'accept',
      reason: null,
      rejectWith: null,
      exit: { kind: 'local' },
    });
  }
}

function exitOf({ state }: Branch): Exit | null {
  const device = state.route?.device;
  return typeof device === 'string'
    ? { kind: 'interface', name: device, nextHop: state.route?.gateway ?? null }
    : null;
}

/**
 * Between two ports of a bridge and without br_netfilter, iptables never sees the packet. On a bridge that leads to
 * other machines the node may answer for more addresses than its own (a load balancer's), and then it does.
 * @returns the branch that iptables sees, if any
 */
function unseenBridge(branch: Branch, context: TraceContext): Branch | null {
  const { state } = branch;
  const { host } = context.world;
  const bridge = state.inInterface;
  if (isBridge(host, bridge) !== true || bridgeCallsIptables(host, state.family) !== false) return branch;
  if (typeof bridge !== 'string' || !isOnLink(host, bridge, state.destination)) return branch;
  const reason: Reason = { code: 'bridged-unseen', bridge, family: state.family };
  const exit: Exit = { kind: 'interface', name: bridge, nextHop: null };
  const ended = (way: Branch): Ending => ({ branch: way, verdict: 'accept', reason, rejectWith: null, exit });
  if (!leadsOut(host, state.family, bridge)) {
    context.ended.push(ended(branch));
    return null;
  }
  const choice = (own: boolean): Choice<boolean> => ({
    value: own,
    question: { code: 'bridge-frame', bridge, own },
  });
  const ways = choose(branch, [choice(false), choice(true)], context.questions);
  for (const { branch: way, value } of ways) if (!value) context.ended.push(ended(way));
  return ways.find(({ value }) => value)?.branch ?? null;
}

function leadsOut(host: Host, family: Family, device: string): boolean {
  const routes = host.routes[family] ?? [];
  return routes.some(
    ({ destination, nextHops }) => destination.mask === 0n && nextHops.some((hop) => hop.device === device),
  );
}

function outcomeOf(ending: Ending, order: BackendOrder | null): Outcome {
  const { branch } = ending;
  const { state } = branch;
  // Without the links to what came before, which are the walk's own.
  const path = listed(branch.path).map(({ step, state: met }) => ({ step, state: met }));
  const given = listGiven(branch.given);
  return {
    probability: branch.probability,
    given:
      order === null
        ? given
        : [{ question: { code: 'backend-order', ...order }, held: true, joined: null }, ...given],
    verdict: ending.verdict,
    decidedBy: ending.reason === null ? (path.at(-1)?.step ?? null) : null,
    reason: ending.reason,
    rejectWith: ending.rejectWith,
    destination: { address: state.destination, port: state.destinationPort },
    source: { sender: state.source, port: state.sourcePort, rewrite: state.sourceRewrite },
    exit: ending.exit,
    path,
    turns: listed(branch.turns).map(({ turn }) => turn),
  };
}
