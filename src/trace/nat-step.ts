import { isLocalAddress } from '../host/local-addresses.ts';
import type { HookName } from '../iptables/ruleset.ts';
import { sameAddress } from '../net/address.ts';
import { ICMP, ICMPV6 } from '../net/protocol.ts';
import { unknown } from './answer.ts';
import { answered, type Branch, changed, decided as decide } from './branch.ts';
import { assume, type TraceContext } from './context.ts';
import { leavesBy, whereMasqueradeMoved } from './masquerade-moved.ts';
import { manipulates } from './nat.ts';
import { senderOf } from './packet.ts';
import { markBitsOf } from './packet-mark.ts';
import { type Ended, isNext, type NatPassage, type Next, next, type Passage } from './passage.ts';
import type { HookProgram, NatChain, Program } from './program.ts';
import { withFreePort, withTakenPorts } from './reply-clash.ts';
import { reroutedAtOutput } from './reroute-output.ts';
import type { Connection, PacketState } from './state.ts';
import { runTied } from './tied-programs.ts';
import { withDestination, withSource } from './written-ends.ts';

/**
 * The nat of a hook: one step, whoever wrote its chains (nf_nat_inet_fn, net/netfilter/nf_nat_core.c). It stands at
 * dstnat (−100) where it changes destinations and at srcnat (100) where it changes sources; at INPUT it changes sources,
 * so it runs late there. The priorities of the chains order them in the step, and nothing else.
 * @param chains all nat chains of the hook in the kernel's order; those of one priority together
 * @param isHooked null where no chain of nat is known at any hook: then it is not known whether nat is there at all
 */
export function natStep(
  hook: HookName,
  chains: readonly (readonly NatChain[])[],
  isHooked: true | null,
): HookProgram {
  return {
    hook,
    priority: manipulates(hook) === 'destination' ? -100 : 100,
    registration: { by: 'nat', rank: null },
    acts: true,
    run: (branch, context) => {
      const passages = runNat(branch, hook, chains, isHooked, context);
      if (hook === 'OUTPUT') return reroutedAtOutput(branch, passages, 'destination', context);
      return hook === 'PREROUTING' ? passages.map((passage) => withoutRoute(branch, passage)) : passages;
    },
  };
}

/**
 * What came over lo has its route already, and loses it to another destination (nf_nat_ipv4_pre_routing, nf_nat_ipv6_in). nat acts
 * there where the connection is new: raw had it untracked at OUTPUT, and `ct zone set` undid that.
 */
function withoutRoute(before: Branch, passage: Passage): Passage {
  if (passage.kind === 'ended' || before.state.route === null) return passage;
  const { branch } = passage;
  return branch.state.destination.value === before.state.destination.value
    ? passage
    : { ...passage, branch: changed(branch, { route: null }) };
}

/**
 * nat is asked once for each kind of rewrite of a connection: by its first packet only, and by the first chain that
 * rewrites. Everything after repeats what was decided then.
 */
function runNat(
  start: Branch,
  hook: HookName,
  chains: readonly (readonly NatChain[])[],
  isHooked: true | null,
  context: TraceContext,
): Passage[] {
  const side = manipulates(hook);
  const { connection } = start.state;
  if (connection === null) return [next(start)];
  const decided = side === 'destination' ? connection.destinationDecided : connection.sourceDecided;
  if (mayBeBeforeNat(start) && !decidedBefore(start)) {
    const ways = beforeNat(start, chains, context);
    if (ways !== null) return ways;
  }
  if (decided || connection.state === 'ESTABLISHED') {
    const going = hook === 'POSTROUTING' ? whereMasqueradeMoved(start, context) : [next(start)];
    return going.map((passage) =>
      isNext(passage) ? next(repeated(passage.branch, side, context)) : passage,
    );
  }
  // An ICMP error about a flow is rewritten as the flow was, without asking rules (nf_nat_ipv4_fn).
  if (connection.state === 'RELATED' && isIcmp(start)) return [next(unasked(start, context))];
  // br_netfilter confirms what came for many before it goes up.
  if (connection.confirmed && !connection.fromCapture) return unwritten(start, chains, context);
  let passages: readonly NatPassage[] = [next(start)];
  for (const group of chains)
    passages = passages.flatMap((passage) =>
      isNext(passage) ? runTied(passage.branch, group, context) : [passage],
    );
  const chosen = (branch: Branch): Branch[] =>
    side === 'destination'
      ? [decidedBy(isHooked, side, branch)]
      : withFreePort(branch, isHooked, context).map((way) => decidedBy(way.isHooked, side, way.branch));
  const ends = passages.filter((passage) => passage.kind === 'ended');
  const mapped = passages.flatMap((passage): Branch[] => {
    if (passage.kind !== 'mapped') return [];
    const { branch, ports } = passage;
    const taken = side === 'source' && ports !== null ? withTakenPorts(branch, ports, context.world) : branch;
    const isFixed = ports !== null && ports.from === ports.to;
    return (isFixed ? [decidedBy(isHooked, side, taken)] : chosen(taken)).map(masquerading);
  });
  // No rule rewrote it: a null binding, so that nat is not asked again.
  const open = passages.flatMap((passage) => (passage.kind === 'next' ? chosen(passage.branch) : []));
  return [...ends, ...[...mapped, ...open].map(next)];
}

/** A flow of the capture that no answer came to, and that nothing was rewritten of. */
function mayBeBeforeNat({ state: { connection } }: Branch): boolean {
  return (
    connection?.fromCapture === true && connection.state === 'NEW' && !connection.dnat && !connection.snat
  );
}

const BEFORE_NAT = unknown({ code: 'flow-before-nat' });

function decidedBefore(branch: Branch): boolean {
  return answered(branch, BEFORE_NAT) === false;
}

/**
 * nat has not decided about a flow that is older than its first chain: while it is NEW its packets go through the chains, and
 * what rules do there counts, but a confirmed flow is not rewritten (nf_nat_inet_fn, nf_nat_setup_info: nf_ct_is_confirmed).
 * @returns the ways; null where it makes no difference
 */
function beforeNat(
  start: Branch,
  chains: readonly (readonly NatChain[])[],
  context: TraceContext,
): Passage[] | null {
  const known = answered(start, BEFORE_NAT);
  const asked = known === null ? decide(start, BEFORE_NAT, true) : start;
  const walked = unwritten(asked, chains, context);
  const same = walked.every(
    (passage) =>
      passage.kind === 'next' &&
      sameMark(passage.branch.state, start.state) &&
      sameMark(passage.branch.state.connection, start.state.connection),
  );
  if (same && known === null) return null;
  if (known === true) return walked;
  context.questions.met(BEFORE_NAT, start.probability);
  return [next(decide(start, BEFORE_NAT, false)), ...walked];
}

function sameMark(a: PacketState | Connection | null, b: PacketState | Connection | null): boolean {
  if (a === null || b === null) return a === b;
  const [one, other] = [markBitsOf(a), markBitsOf(b)];
  return one.bits === other.bits && one.known === other.known;
}

/**
 * A flow that is confirmed is not rewritten: what rules do goes on, but none of it is written (nf_nat_setup_info: nf_ct_is_confirmed).
 * As nothing is decided, the chain after one that would rewrite is asked too (nf_nat_inet_fn: nf_nat_initialized).
 */
function unwritten(
  start: Branch,
  chains: readonly (readonly NatChain[])[],
  context: TraceContext,
): Passage[] {
  let passages: readonly (Next | Ended)[] = [next(start)];
  for (const group of chains) {
    const idle = group.map(writingNothing);
    passages = passages.flatMap((passage) =>
      isNext(passage) ? runTied(passage.branch, idle, context) : [passage],
    );
  }
  return [...passages];
}

/** @returns the chain, which goes on where it would rewrite, and leaves the ends as they came to it. */
function writingNothing(chain: NatChain): Program<Next | Ended> {
  const { hook, priority, registration, acts } = chain;
  return {
    ...{ hook, priority, registration, acts },
    run: (branch, context) =>
      chain.run(branch, context).map((passage) => {
        if (passage.kind !== 'mapped') return passage;
        const { source, sourcePort, destination, destinationPort, destinationLocal, sourceRewrite } =
          branch.state;
        const { connection } = passage.branch.state;
        const was = branch.state.connection;
        return next(
          changed(passage.branch, {
            ...{ source, sourcePort, destination, destinationPort, destinationLocal, sourceRewrite },
            connection: connection === null || was === null ? was : { ...was, mark: connection.mark },
          }),
        );
      }),
  };
}

/** MASQUERADE notes the interface that the packet leaves by (nf_nat_masquerade_ipv4: masq_index). */
function masquerading(branch: Branch): Branch {
  const { connection, sourceRewrite } = branch.state;
  const by = leavesBy(branch.state);
  if (connection === null || sourceRewrite !== 'masquerade' || by === null) return branch;
  return changed(branch, { connection: { ...connection, masqueradedBy: by } });
}

function decidedBy(isHooked: boolean | null, side: 'source' | 'destination', branch: Branch): Branch {
  const { connection } = branch.state;
  if (connection === null) return branch;
  const flag = side === 'destination' ? { destinationDecided: isHooked } : { sourceDecided: isHooked };
  return changed(branch, { connection: { ...connection, ...flag } });
}

/** Applies what the connection already decided (nf_nat_packet); answers are rewritten the other way round. */
function repeated(branch: Branch, side: 'source' | 'destination', context: TraceContext): Branch {
  const { state } = branch;
  const { connection } = state;
  if (connection === null) return branch;
  if (!connection.fromCapture) {
    if (connection.state === 'ESTABLISHED') return unasked(branch, context);
    return side === 'source' ? sourceAgain(branch, connection) : destinationAgain(branch, connection);
  }
  if (connection.direction === 'ORIGINAL') {
    if (side === 'destination') {
      return connection.dnat
        ? withDestination(branch, connection.replySource, connection.replySourcePort)
        : branch;
    }
    if (!connection.snat) return branch;
    const address = connection.replyDestination.address;
    const own = address !== null && isLocalAddress(context.world.host, address) !== false;
    return withSource(
      branch,
      connection.replyDestination,
      connection.replyDestinationPort,
      own ? 'masquerade' : 'snat',
    );
  }
  if (side === 'destination') {
    const client = connection.originalSource.address;
    if (!connection.snat || client === null) return branch;
    return changed(branch, { destination: client, destinationPort: connection.originalSourcePort });
  }
  if (!connection.dnat) return branch;
  return changed(branch, {
    source: senderOf(connection.originalDestination),
    sourcePort: connection.originalDestinationPort,
    sourceRewrite: 'snat',
  });
}

/**
 * What comes back in over lo gets its connection's source again (nf_nat_packet), also where a rule has put something else into
 * the header meanwhile.
 */
function sourceAgain(branch: Branch, { snat, replyDestination, replyDestinationPort }: Connection): Branch {
  const { source, sourcePort, sourceRewrite } = branch.state;
  if (!snat || sourceRewrite === 'none') return branch;
  if (replyDestination === source && replyDestinationPort === sourcePort) return branch;
  return withSource(branch, replyDestination, replyDestinationPort, sourceRewrite);
}

/** The same of its destination, at PREROUTING. */
function destinationAgain(branch: Branch, { dnat, replySource, replySourcePort }: Connection): Branch {
  const { destination, destinationPort } = branch.state;
  if (!dnat || (sameAddress(destination, replySource) && destinationPort === replySourcePort)) return branch;
  return withDestination(branch, replySource, replySourcePort);
}

function isIcmp({ state: { protocol } }: Branch): boolean {
  return protocol === ICMP || protocol === ICMPV6;
}

function unasked(branch: Branch, context: TraceContext): Branch {
  assume(context, { code: 'flow-not-rewritten' });
  return branch;
}
