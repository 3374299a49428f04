import { isLocalAddress } from '../host/local-addresses.ts';
import type { HookName, Rule, Ruleset, TableName } from '../iptables/ruleset.ts';
import { sameAddress } from '../net/address.ts';
import { ICMP, ICMPV6 } from '../net/protocol.ts';
import { unknown } from './answer.ts';
import { answered, type Branch, changed, decided } from './branch.ts';
import { whereTableIsFull } from './conntrack-full.ts';
import { trackConnection } from './conntrack-step.ts';
import { assume, type TraceContext } from './context.ts';
import { cutTable, isSeldom, seldomTableAssumed } from './cut.ts';
import { HOOKS } from './hooks.ts';
import { whereMasqueradeMoved } from './masquerade-moved.ts';
import { manipulates, translate, withDestination, withSource } from './nat.ts';
import { senderOf } from './packet.ts';
import { withFreePort } from './reply-clash.ts';
import { reroute } from './routing.ts';
import { type NatTarget, type WalkResult, walkChain } from './walk-chain.ts';
import { baseChain, type World } from './world.ts';

/**
 * Runs everything that stands at one hook, in order of priority.
 * @returns the branches that came through; those that ended are in the context.
 */
export function runHook(start: Branch, hook: HookName, context: TraceContext): Branch[] {
  let branches = [start];
  for (const entry of HOOKS[hook]) {
    branches = branches.flatMap((branch) => {
      if (entry.kind === 'conntrack')
        return whereTableIsFull(branch, trackConnection(branch, context.packet, context.world), context);
      const rulesets = context.world.rulesets.filter(({ backend }) => (entry.backend ?? backend) === backend);
      const after =
        entry.table === 'nat'
          ? runNat(branch, hook, context)
          : runTable(branch, hook, entry.table, rulesets, context);
      return hook === 'OUTPUT' ? after.flatMap((way) => rerouted(branch, way, entry.table, context)) : after;
    });
  }
  return branches;
}

function runTable(
  start: Branch,
  hook: HookName,
  table: TableName,
  rulesets: readonly Ruleset[],
  context: TraceContext,
): Branch[] {
  let branches = [start];
  for (const ruleset of rulesets) {
    // NAT targets load in the nat table only; a dump that has one elsewhere is not a kernel's.
    branches = branches.flatMap((branch) => {
      const walked = walkTable(branch, ruleset, table, hook, context);
      return [...walked.passed, ...walked.translated.map(({ branch: way }) => way)];
    });
  }
  return branches;
}

/** Walks the built-in chain of one backend's table, where there is one. What ended is in the context. */
function walkTable(
  branch: Branch,
  ruleset: Ruleset,
  name: TableName,
  hook: HookName,
  context: TraceContext,
): Pick<WalkResult, 'passed' | 'translated'> {
  const chain = baseChain(context.world, ruleset, name, hook);
  const table = ruleset.tables.get(name);
  if (name === 'nat' && table === undefined && ruleset.form !== 'save')
    return { passed: withoutNatListing(branch, context), translated: [] };
  if (chain === null || table === undefined) {
    const ends = endsAtCut(branch, ruleset, name, hook, context);
    return { passed: ends ? [] : [branch], translated: [] };
  }
  const { backend } = ruleset;
  const walked = walkChain(branch, chain, { ...context, ...context.world, table, backend, hook });
  context.ended.push(...walked.ended);
  return walked;
}

/**
 * nat is asked once for each kind of rewrite of a connection (nf_nat_inet_fn): by its first packet only, and where two
 * backends hold nat tables, by the first of them that rewrites. Everything after repeats what was decided then.
 */
function runNat(start: Branch, hook: HookName, context: TraceContext): Branch[] {
  const side = manipulates(hook);
  const { connection } = start.state;
  if (connection === null) return [start];
  const decided = side === 'destination' ? connection.destinationDecided : connection.sourceDecided;
  if (decided || connection.state === 'ESTABLISHED') {
    const going = hook === 'POSTROUTING' ? whereMasqueradeMoved(start, context) : [start];
    return going.map((branch) => repeated(branch, side, context));
  }
  // An ICMP error about a flow is rewritten as the flow was, without asking rules (nf_nat_ipv4_fn).
  if (connection.state === 'RELATED' && isIcmp(start)) return [unasked(start, context)];
  const done: Branch[] = [];
  let open = [start];
  for (const ruleset of context.world.rulesets) {
    open = open.flatMap((branch) => {
      const walked = walkTable(branch, ruleset, 'nat', hook, context);
      for (const { branch: way, target, rule } of walked.translated) {
        const known =
          target.kind === 'dnat' && target.to === null
            ? { ...target, to: context.world.recoverDestination(rule, jumpTo(rule.chain, way)) }
            : target;
        const result = translate(way, known, rule, hook, context.world.host, context.questions);
        context.ended.push(...result.ended);
        done.push(...result.branches.map((branch) => settled(branch, side, known, context.world)));
      }
      return walked.passed;
    });
  }
  // No rule rewrote it: a null binding, so that nat is not asked again.
  return [...done, ...open.map((branch) => settled(branch, side, null, context.world))];
}

const NAT_NOT_LISTED = unknown({ code: 'nat-not-listed' });

/** `iptables -L` and `-S` print one table. What nat does to a packet decides all that follows, so both ways are given. */
function withoutNatListing(branch: Branch, context: TraceContext): Branch[] {
  if (answered(branch, NAT_NOT_LISTED.key) === false) return [branch];
  context.questions.met(NAT_NOT_LISTED, branch.probability);
  context.ended.push({
    branch: decided(branch, NAT_NOT_LISTED, true),
    verdict: 'unknown',
    reason: { code: 'nat-not-listed' },
    rejectWith: null,
    exit: null,
  });
  return [decided(branch, NAT_NOT_LISTED, false)];
}

/** A table that may stand behind the place where the dump broke off: the walk ends, or is told to rest on its absence. */
function endsAtCut(
  branch: Branch,
  ruleset: Ruleset,
  table: TableName,
  hook: HookName,
  context: TraceContext,
): boolean {
  const assumed = isSeldom(table) ? seldomTableAssumed(ruleset, table) : null;
  if (assumed !== null) assume(context, assumed);
  const reason = assumed === null ? cutTable(ruleset, table, hook) : null;
  if (reason === null) return false;
  context.ended.push({ branch, verdict: 'unknown', reason, rejectWith: null, exit: null });
  return true;
}

/** The rule by which a branch came to a chain. */
function jumpTo(chain: string, branch: Branch): Rule | null {
  for (let node = branch.path; node !== null; node = node.before) {
    const { rule } = node.step;
    if ((rule?.target?.kind === 'jump' || rule?.target?.kind === 'goto') && rule.target.chain === chain)
      return rule;
  }
  return null;
}

function settled(
  decided: Branch,
  side: 'source' | 'destination',
  target: NatTarget | null,
  world: World,
): Branch {
  const branch = side === 'destination' ? decided : withFreePort(decided, target, world);
  const { connection } = branch.state;
  if (connection === null) return branch;
  const flag = side === 'destination' ? { destinationDecided: true } : { sourceDecided: true };
  return changed(branch, { connection: { ...connection, ...flag } });
}

/** Applies what the connection already decided (nf_nat_packet); answers are rewritten the other way round. */
function repeated(branch: Branch, side: 'source' | 'destination', context: TraceContext): Branch {
  const { state } = branch;
  const { connection } = state;
  if (connection === null) return branch;
  if (!connection.fromCapture) return connection.state === 'ESTABLISHED' ? unasked(branch, context) : branch;
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

function isIcmp({ state: { protocol } }: Branch): boolean {
  return protocol === ICMP || protocol === ICMPV6;
}

function unasked(branch: Branch, context: TraceContext): Branch {
  assume(context, { code: 'flow-not-rewritten' });
  return branch;
}

/** mangle OUTPUT reroutes when it changed mark, TOS or addresses (ipt_mangle_out), nat OUTPUT when it changed the destination. */
function rerouted(before: Branch, after: Branch, table: TableName, context: TraceContext): Branch[] {
  const was = before.state;
  const is = after.state;
  const moved = !sameAddress(was.destination, is.destination);
  const needed =
    table === 'mangle'
      ? moved || was.mark !== is.mark || was.tos.bits !== is.tos.bits
      : table === 'nat'
        ? moved
        : false;
  if (!needed) return [after];
  return reroute(after, context).flatMap((routed) => {
    if (routed.kind !== 'ended') return [routed.branch];
    context.ended.push(routed.ending);
    return [];
  });
}
