import type { Host } from '../host/facts.ts';
import type { Backend, Chain, HookName, Rule, Table } from '../iptables/ruleset.ts';
import type { EffectOf, Rewrite } from '../rules/effect.ts';
import { type LoweredRule, lowered } from '../rules/lowered-rule.ts';
import { unknown } from './answer.ts';
import { applyChange } from './apply-change.ts';
import { type Branch, costOf, type Ending, passed } from './branch.ts';
import type { Budget } from './budget.ts';
import { eitherWay } from './choose.ts';
import { cutHere } from './cut.ts';
import { decide } from './decide.ts';
import { behind, enter, type Frame, isOnTheWay, type Place } from './frame.ts';
import { endStep, ruleStep } from './iptables-steps.ts';
import { leftOut, unreadTarget } from './left-out.ts';
import type { Observer } from './observer.ts';
import { markBitsOf, withMark, xsetBits } from './packet-mark.ts';
import type { Questions } from './questions.ts';
import { queued } from './queued.ts';
import { remembered } from './remembered.ts';
import type { StepBook } from './steps.ts';
import type { TwinBook } from './twin-jumps.ts';
import { ending, loop, missing, tooLong } from './walk-endings.ts';
import { waysOfChange } from './ways-of-change.ts';

/** What walking one table at one hook leaves: branches that go on, branches that NAT has to act on, and ended ones. */
export interface WalkResult {
  readonly passed: Branch[];
  readonly translated: { readonly branch: Branch; readonly effect: Rewrite; readonly rule: Rule }[];
  readonly ended: Ending[];
}

/** Where and with what a table is walked. */
export interface Walk {
  readonly table: Table;
  readonly backend: Backend;
  readonly hook: HookName;
  readonly host: Host;
  readonly steps: StepBook;
  readonly budget: Budget;
  readonly questions: Questions;
  readonly observer: Observer | undefined;
  /** What a rule of nft's own makes of the packet, where one stands at this index; null where the rule is iptables'. */
  readonly native: ((branch: Branch, chain: Chain, index: number) => NativeResult | null) | undefined;
  /** Notes jumps to endpoints that are twins; null: every jump is followed. */
  readonly twins: TwinBook | null;
}

/** A rule that nft added to a table of iptables, and what it does. */
export interface NativeResult {
  /** Ways on which it broke off, so that the next rule is asked. */
  readonly missed: readonly Branch[];
  /** Ways on which it held, its step told. */
  readonly held: readonly {
    readonly branch: Branch;
    readonly effect: LoweredRule['effect'] | { readonly ended: Ending };
  }[];
}

/**
 * Walks a built-in chain as ipt_do_table and nft_do_chain do: rules in order, a jump remembers its place, a goto does
 * not, RETURN and a chain's end go back to the last place remembered, and the built-in chain's end is its policy.
 */
export function walkChain(start: Branch, chain: Chain, walk: Walk): WalkResult {
  const result: WalkResult = { passed: [], translated: [], ended: [] };
  // The place is told beside the frame: a new frame behind each rule would be garbage.
  const work: (Place & { jumps: number })[] = [
    { branch: start, frame: enter(chain, start, null, null, walk), position: 0, jumps: 0 },
  ];
  for (let task = work.pop(); task !== undefined; task = work.pop()) {
    let { branch, frame, position, jumps } = task;
    while (frame !== null) {
      const index: number | undefined = frame.candidates[position];
      const open = position === 0 && !frame.returned ? leftOut(branch, frame.chain, walk.questions) : null;
      if (open !== null) {
        result.ended.push(...open.ended);
        if (open.on === null) break;
        branch = open.on;
      }
      const cut = frame.returned ? null : cutHere(frame.chain, position, index === undefined);
      if (cut !== null) {
        result.ended.push(ending(branch, 'unknown', cut));
        break;
      }
      if (index === undefined) {
        branch = passed(branch, endStep(frame.chain, walk));
        if (frame.chain.policy !== null) {
          if (frame.chain.policy === 'DROP') result.ended.push(ending(branch, 'drop'));
          else result.passed.push(branch);
          break;
        }
        frame = frame.caller;
        position = frame?.position ?? 0;
        continue;
      }
      const rule = frame.chain.rules.at(index);
      const native = walk.native?.(branch, frame.chain, index) ?? null;
      if (native !== null) {
        const next = position + 1;
        const ways = native.missed.length + native.held.length;
        if (!walk.budget.take(1 + (ways - 1) * costOf(branch))) {
          result.ended.push(ending(branch, 'unknown', walk.budget.exhausted()));
          break;
        }
        for (const other of native.missed.toReversed())
          work.push({ branch: other, frame, position: next, jumps });
        for (const { branch: way, effect } of native.held) {
          if (effect !== null && 'ended' in effect) result.ended.push(effect.ended);
          else {
            const after = follow(way, rule, effect, frame, next, walk, result);
            if (after !== null && jumps >= MAX_JUMPS) result.ended.push(tooLong(after.branch, MAX_JUMPS));
            else if (after !== null) work.push({ ...after, jumps: jumps + (after.jumped ? 1 : 0) });
          }
        }
        break;
      }
      const { tests, effect } = lowered(rule);
      const { matched, missed } = decide(branch, rule, tests, walk);
      if (matched.length === 0 && missed.length === 1 && missed[0] !== undefined) {
        branch = missed[0];
        position++;
        continue;
      }
      const next = position + 1;
      const forks = matched.length + missed.length - 1;
      if (!walk.budget.take(1 + forks * costOf(branch))) {
        result.ended.push(ending(branch, 'unknown', walk.budget.exhausted()));
        break;
      }
      // Later branches first: what is pushed last is walked first, so outcomes come in the order of the rules.
      for (const other of missed.toReversed()) work.push({ branch: other, frame, position: next, jumps });
      const hit = matched[0];
      if (hit === undefined) break;
      const met = remembered(passed(hit, ruleStep(frame.chain, rule, walk)), tests);
      const goesOn = frame.twins === null ? met : frame.twins.jumped(met, effect, walk, result);
      if (goesOn === null) break;
      branch = goesOn;
      const ways = waysOfChange(branch, rule, effect, walk);
      if (ways !== null) {
        if (!walk.budget.take((ways.on.length - 1) * costOf(branch))) {
          result.ended.push(ending(branch, 'unknown', walk.budget.exhausted()));
          break;
        }
        result.ended.push(...ways.ended);
        for (const way of ways.on.toReversed()) work.push({ branch: way, frame, position: next, jumps });
        break;
      }
      const after = follow(branch, rule, effect, frame, next, walk, result);
      if (after === null) break;
      ({ branch, frame, position } = after);
      if (after.jumped && ++jumps > MAX_JUMPS) {
        result.ended.push(tooLong(branch, MAX_JUMPS));
        break;
      }
    }
    // The top chain of a partial listing has no policy: its end lets the packet go on.
    if (frame === null) result.passed.push(branch);
  }
  return result;
}

/** Chains that jump on twice each double the way 60 times over; the kernel would walk it, and be busy for ages. */
const MAX_JUMPS = 20_000;

function follow(
  branch: Branch,
  rule: Rule,
  effect: LoweredRule['effect'],
  frame: Frame,
  next: number,
  walk: Walk,
  result: WalkResult,
): (Place & { jumped: boolean }) | null {
  if (effect === null) return { branch, frame, position: next, jumped: false };
  switch (effect.kind) {
    case 'accept':
      result.passed.push(branch);
      return null;
    case 'drop':
      result.ended.push(ending(branch, 'drop'));
      return null;
    case 'synproxy':
      result.ended.push(ending(branch, 'unknown', { code: 'synproxy' }));
      return null;
    case 'reject':
      result.ended.push({ branch, verdict: 'reject', reason: null, rejectWith: effect.with, exit: null });
      return null;
    case 'queue': {
      const ways = queued(branch, effect.text, effect.bypass, walk.questions);
      result.passed.push(...ways.passed);
      result.ended.push(...ways.ended);
      return null;
    }
    case 'tproxy':
      takenOver(branch, effect, walk, result);
      return null;
    case 'jump':
    case 'goto': {
      const chain = walk.table.chains.get(effect.chain);
      if (chain === undefined) {
        result.ended.push(missing(branch, rule, effect.chain));
        return null;
      }
      if (isOnTheWay(chain, frame)) {
        result.ended.push(loop(branch, rule));
        return null;
      }
      if (effect.kind === 'jump') {
        const back = { ...frame, position: next };
        return { branch, frame: enter(chain, branch, back, null, walk), position: 0, jumped: true };
      }
      const left = { chain: frame.chain, before: frame.left };
      return { branch, frame: enter(chain, branch, behind(frame), left, walk), position: 0, jumped: true };
    }
    case 'return': {
      const back = behind(frame);
      return { branch, frame: back, position: back?.position ?? 0, jumped: false };
    }
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
    case 'netmap':
      result.translated.push({ branch, effect, rule });
      return null;
    case 'unrecognised':
      result.ended.push(ending(branch, 'unknown', unreadTarget(effect)));
      return null;
    default:
      return { branch: applyChange(branch, effect), frame, position: next, jumped: false };
  }
}

/** TPROXY drops what no socket of the node takes; for a socket it marks the packet, ends the table and leaves the way to routing. */
function takenOver(branch: Branch, effect: EffectOf<'tproxy'>, walk: Walk, result: WalkResult): void {
  const { onIp, onPort } = effect;
  const question = unknown({ code: 'tproxy-socket', onIp, onPort });
  for (const { branch: way, held } of eitherWay(branch, question, walk.questions)) {
    if (!held) result.ended.push(ending(way, 'drop'));
    else {
      const marked = withMark(way.state, xsetBits(markBitsOf(way.state), effect.mark, effect.mask));
      result.passed.push({ ...way, state: { ...marked, takenOver: true } });
    }
  }
}
