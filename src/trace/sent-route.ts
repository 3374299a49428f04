import type { NextHop } from '../host/facts.ts';
import type { FoundRoute, RouteAnswer } from '../host/find-route.ts';
import { isOwnSource } from '../host/local-addresses.ts';
import { sourceForOutput } from '../host/source-address.ts';
import { type Address, sameAddress } from '../net/address.ts';
import { DCCP, TCP, UDP, UDPLITE } from '../net/protocol.ts';
import type { Branch } from './branch.ts';
import { choose } from './choose.ts';
import type { TraceContext } from './context.ts';
import { lookUp, lookUpWays, UNBOUND, type Way } from './look-up-route.ts';

/** The route of a packet of a process, and the source that came with it; null where none was chosen or it is not known. */
export interface SentRoute {
  readonly branch: Branch;
  readonly answer: RouteAnswer;
  readonly source: Address | null;
  /** connect() fails: a source is chosen that is no address of table local (ip_route_output_key_hash_rcu: __ip_dev_find). */
  readonly foreign?: boolean;
}

/** @returns the route of a packet as it is, as the second decision after OUTPUT asks for it. */
export function asSent(branch: Branch, context: TraceContext): Way[] {
  const { source, family } = branch.state;
  return lookUpWays(branch, context, source.address ?? UNBOUND[family], 'lo');
}

/**
 * The first route of a packet of a process, whose socket may not be bound. The source is that of the next hop taken
 * (fib_select_path and then fib_result_prefsrc; ip6_route_get_saddr of the sibling that was picked).
 *
 * connect() on IPv4 asks once more, with the source just chosen (ip_route_connect), so that policy rules for that source
 * count; sendto() and a raw socket (ping) ask once. IPv6 keeps the first answer (ip6_dst_lookup_tail).
 */
export function sentRoutes(branch: Branch, context: TraceContext): SentRoute[] {
  return asSent(branch, context).flatMap((way) => sentAlong(way, context));
}

function sentAlong({ branch, answer: first }: Way, context: TraceContext): SentRoute[] {
  const { state } = branch;
  if (first.kind !== 'route' || state.source.address !== null)
    return [{ branch, answer: first, source: state.source.address }];
  return alongHops(branch, first, context).flatMap(({ branch: way, answer }) => {
    const source = sourceForOutput(context.world.host, answer, state.destination);
    const once: SentRoute = { branch: way, answer, source };
    const datagrams = state.protocol === UDP || state.protocol === UDPLITE;
    const connects = state.protocol === TCP || state.protocol === DCCP || datagrams;
    if (state.family === 'ipv6' || source === null || !connects) return [once];
    const again = lookUp(way, context, source, 'lo');
    const twice: SentRoute = {
      branch: way,
      answer: again.kind === 'route' ? fromSource(again, source, way, context) : again,
      source,
      foreign: isOwnSource(context.world.host, source) === false,
    };
    return datagrams ? connectedOrNot(once, twice, context) : [twice];
  });
}

/** A process that sends datagrams may have connected its socket: where that makes a difference, both ways. */
function connectedOrNot(once: SentRoute, twice: SentRoute, { questions }: TraceContext): SentRoute[] {
  if (shape(once.answer) === shape(twice.answer) && twice.foreign !== true) return [twice];
  const choices = [true, false].map((connected) => ({
    value: connected ? twice : once,
    question: { code: 'socket-connected', connected } as const,
  }));
  return choose(once.branch, choices, questions).map(({ branch, value }) => ({ ...value, branch }));
}

function shape(answer: RouteAnswer): string {
  if (answer.kind !== 'route') return answer.kind;
  const hops = hopsOf(answer).map(({ device, gateway }) => `${device} ${gateway?.value ?? ''}`);
  return `${answer.type} ${hops.join()}`;
}

/** One way for each next hop, whose source it is that counts. */
function alongHops(
  branch: Branch,
  answer: FoundRoute,
  { questions }: TraceContext,
): (Way & { readonly answer: FoundRoute })[] {
  if (answer.alternatives.length === 0) return [{ branch, answer }];
  const { destination } = branch.state;
  const choices = hopsOf(answer).map((hop) => {
    const route = { destination, device: hop.device, gateway: hop.gateway, table: answer.table };
    const question = { code: 'multipath', route, weights: weightsOf(answer) } as const;
    return { value: only(answer, hop), question };
  });
  return choose(branch, choices, questions).map(({ branch: way, value }) => ({ branch: way, answer: value }));
}

/** Of several next hops one is preferred whose own address the source is (fib_select_multipath, since Linux 6.14). */
function fromSource(
  answer: FoundRoute,
  source: Address,
  { state: { destination } }: Branch,
  { world: { host } }: TraceContext,
): FoundRoute {
  if (answer.alternatives.length === 0) return answer;
  const own = hopsOf(answer).filter((hop) => {
    const address = sourceForOutput(host, only({ ...answer, preferredSource: null }, hop), destination);
    return address !== null && sameAddress(address, source);
  });
  const [first, ...others] = own;
  return first === undefined
    ? answer
    : { ...answer, device: first.device, gateway: first.gateway, alternatives: others };
}

/** @returns the weights of all next hops of the route, in its order. */
export function weightsOf({ route }: FoundRoute): number[] {
  return (route?.nextHops ?? []).map(({ weight }) => weight);
}

function hopsOf({ device, gateway, alternatives }: FoundRoute): NextHop[] {
  return [{ device, gateway, weight: 1, usable: true }, ...alternatives];
}

function only(answer: FoundRoute, hop: NextHop): FoundRoute {
  const { device, gateway } = hop;
  const route = answer.route === null ? null : { ...answer.route, nextHops: [hop] };
  return { ...answer, device, gateway, route, alternatives: [] };
}
