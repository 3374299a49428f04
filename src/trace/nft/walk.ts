import type { HookName } from '../../iptables/ruleset.ts';
import type { NftChain, NftRule, NftTable } from '../../nftables/ruleset.ts';
import type { Rewrite } from '../../rules/effect.ts';
import { type Branch, costOf, type Ending, passed } from '../branch.ts';
import type { TraceContext } from '../context.ts';
import type { Reason } from '../reason.ts';
import { runRule } from './run-rule.ts';
import { endStep, policyStep, ruleStep } from './steps.ts';

/** What walking one base chain leaves. */
export interface NftWalk {
  readonly passed: Branch[];
  readonly translated: { readonly branch: Branch; readonly target: Rewrite; readonly rule: NftRule }[];
  readonly ended: Ending[];
}

/** A place in a chain, and where to go on once the chain ends. Immutable, so branches share their callers. */
interface Frame {
  readonly chain: NftChain;
  readonly position: number;
  /** Null in a base chain and in what was gone to from there: then the policy is next. */
  readonly caller: Frame | null;
  /** Jumps on the way into this one: the kernel allows 16. */
  readonly depth: number;
  /** Chains left by goto on the way into this one. */
  readonly left: readonly NftChain[];
}

interface Task {
  branch: Branch;
  frame: Frame | null;
  jumps: number;
}

/** The kernel refuses to load deeper ones (NFT_JUMP_STACK_SIZE). */
const DEEPEST = 16;

/** As of a walk of iptables: what jumps on twice in each of 60 chains would never end. */
const MAX_JUMPS = 20_000;

/** Walks a base chain (nft_do_chain, net/netfilter/nf_tables_core.c). */
export function walkBaseChain(
  start: Branch,
  table: NftTable,
  base: NftChain,
  hook: HookName,
  trace: TraceContext,
): NftWalk {
  const result: NftWalk = { passed: [], translated: [], ended: [] };
  const first: Frame = { chain: base, position: 0, caller: null, depth: 0, left: [] };
  const work: Task[] = [{ branch: start, frame: first, jumps: 0 }];
  const at = { table, base, hook, trace, result };
  for (let task = work.pop(); task !== undefined; task = work.pop()) {
    // Later branches first, so that outcomes come in the order of the rules.
    for (const next of advance(task, at).toReversed()) work.push(next);
  }
  return result;
}

interface At {
  readonly table: NftTable;
  readonly base: NftChain;
  readonly hook: HookName;
  readonly trace: TraceContext;
  readonly result: NftWalk;
}

/** Goes on until the branch splits or ends. @returns what it splits into. */
function advance(task: Task, at: At): Task[] {
  const { table, base, hook, trace, result } = at;
  let { branch, frame, jumps } = task;
  for (;;) {
    if (frame === null) {
      atPolicy(branch, at);
      return [];
    }
    const { chain, position }: Frame = frame;
    if (position >= chain.rules.length) {
      if (chain.cut) {
        result.ended.push(ended(branch, 'unknown', cutReason(chain, position)));
        return [];
      }
      if (chain !== base) branch = passed(branch, endStep(chain, hook, trace.steps));
      frame = frame.caller;
      continue;
    }
    const rule = chain.rules.at(position);
    const next: Frame = { ...frame, position: position + 1 };
    const ways = runRule(branch, { table, chain, rule, hook }, trace);
    const [only] = ways;
    if (only?.kind === 'broken' && ways.length === 1) {
      branch = only.branch;
      frame = next;
      continue;
    }
    if (!trace.budget.take(1 + (ways.length - 1) * costOf(branch))) {
      result.ended.push(ended(branch, 'unknown', trace.budget.exhausted()));
      return [];
    }
    const tasks: Task[] = [];
    for (const way of ways) {
      if (way.kind === 'broken') {
        tasks.push({ branch: way.branch, frame: next, jumps });
        continue;
      }
      const verdict = way.kind === 'matched' ? way.verdict : null;
      const stepped = passed(way.branch, ruleStep(chain, rule, way, hook, trace.steps));
      if (way.kind === 'translated') result.translated.push({ branch: stepped, target: way.target, rule });
      else if (way.kind === 'ended')
        result.ended.push({
          branch: stepped,
          verdict: way.verdict,
          reason: way.reason,
          rejectWith: way.rejectWith,
          exit: null,
        });
      else if (verdict === null) tasks.push({ branch: stepped, frame: next, jumps });
      else {
        const to = follow(stepped, verdict.verdict, verdict.chain, next, rule, at);
        if (to !== 'done') tasks.push({ branch: stepped, frame: to, jumps: jumps + 1 });
      }
    }
    const [single] = tasks;
    if (single === undefined || tasks.length > 1) return tasks;
    if (single.jumps > MAX_JUMPS) {
      result.ended.push(ended(single.branch, 'unknown', { code: 'walk-too-long', jumps: MAX_JUMPS }));
      return [];
    }
    ({ branch, frame, jumps } = single);
  }
}

/** @returns where the walk goes on; null: with the policy. */
function follow(
  branch: Branch,
  verdict: string,
  target: string | null,
  next: Frame,
  rule: NftRule,
  { table, base, result }: At,
): Frame | null | 'done' {
  switch (verdict) {
    case 'accept':
      result.passed.push(branch);
      return 'done';
    case 'drop':
      result.ended.push(ended(branch, 'drop', null));
      return 'done';
    case 'return':
      return next.caller;
    default: {
      const chain = table.chains.get(target ?? '');
      const placed = { chain: rule.chain, number: rule.number };
      if (chain === undefined) {
        const inTable = { ...placed, table: `${table.family} ${table.name}` };
        result.ended.push(
          ended(branch, 'unknown', { code: 'nft-chain-missing', rule: inTable, target: target ?? '' }),
        );
        return 'done';
      }
      if (isOnTheWay(chain, next) || next.depth >= DEEPEST) {
        result.ended.push(ended(branch, 'unknown', { code: 'chain-loop', rule: placed }));
        return 'done';
      }
      if (verdict === 'jump') return { chain, position: 0, caller: next, depth: next.depth + 1, left: [] };
      // What is gone to forgets the place: a base chain's goto ends in its policy.
      const caller = next.chain === base ? null : next.caller;
      return { chain, position: 0, caller, depth: next.depth, left: [...next.left, next.chain] };
    }
  }
}

/** The kernel refuses rule sets that lead back into a chain still being walked; a doctored listing can have them. */
function isOnTheWay(chain: NftChain, from: Frame): boolean {
  for (let frame: Frame | null = from; frame !== null; frame = frame.caller)
    if (frame.chain === chain || frame.left.includes(chain)) return true;
  return false;
}

function atPolicy(branch: Branch, { base, hook, trace, result }: At): void {
  const stepped = passed(branch, policyStep(base, hook, trace.steps));
  if (base.base?.policy === 'drop') result.ended.push(ended(stepped, 'drop', null));
  else result.passed.push(stepped);
}

function cutReason({ family, table, name, line, unlisted }: NftChain, position: number): Reason {
  if (unlisted !== undefined)
    return { code: 'nft-rules-unknown', table: `${family} ${table}`, chain: name, why: unlisted };
  return {
    code: 'nft-cut',
    file: '',
    line,
    rule: { table: `${family} ${table}`, chain: name, number: position },
  };
}

function ended(branch: Branch, verdict: Ending['verdict'], reason: Reason | null): Ending {
  return { branch, verdict, reason, rejectWith: null, exit: null };
}
