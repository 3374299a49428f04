import type { Host } from '../host/facts.ts';
import type { HookName } from '../iptables/ruleset.ts';
import { type Test, turn } from '../rules/test.ts';
import type { Answer } from './answer.ts';
import { answered, answeredBy, type Branch } from './branch.ts';
import { answerTest } from './fields/answer-test.ts';
import type { Observer } from './observer.ts';
import type { Questions } from './questions.ts';
import type { QuotedRule } from './reason.ts';
import { isRemembered, remembered } from './remembered.ts';

/** The branches into which one rule splits a packet: those it matches, and those that go on to the next rule. */
export interface Decision {
  readonly matched: readonly Branch[];
  readonly missed: readonly Branch[];
}

/** Where a rule is asked, and who is told. */
export interface Asker {
  readonly host: Host;
  readonly hook: HookName;
  readonly questions: Questions;
  readonly observer?: Observer;
}

/**
 * Asks every test of a rule, in the kernel's order: the first no ends it.
 *
 * A definite no anywhere decides before anything forks, so an unknown in a rule for another packet costs nothing.
 * Otherwise each unknown splits the branch, and the part for which it fails goes on to the next rule.
 */
export function decide(branch: Branch, rule: QuotedRule, tests: readonly Test[], where: Asker): Decision {
  const open: number[] = [];
  const { host, hook, observer } = where;
  for (const [i, test] of tests.entries()) {
    observer?.asked(test, branch.state);
    const { state } = askedUpTo(branch, tests, i);
    const answer = settle(answerTest(test, { state, host, hook, rule }), branch);
    if (typeof answer === 'object') open.push(i);
    else if (turn(answer, test) === 'no') {
      const first = open[0] ?? i + 1;
      // Whether the kernel gets to a list depends on what is open before it.
      if (!tests.slice(first, i + 1).some(isRemembered))
        return { matched: [], missed: [remembered(branch, tests.slice(0, first))] };
      const { matched, missed } = fork(branch, rule, tests, open, where);
      const asked = tests.slice(0, i + 1);
      return { matched: [], missed: [...missed, ...matched.map((one) => remembered(one, asked))] };
    }
  }
  if (open.length === 0) return { matched: [branch], missed: [] };
  return fork(branch, rule, tests, open, where);
}

function fork(
  branch: Branch,
  rule: QuotedRule,
  tests: readonly Test[],
  open: readonly number[],
  { host, hook, questions, observer }: Asker,
): Decision {
  let current: Branch = branch;
  const missed: Branch[] = [];
  for (const index of open) {
    const test = tests[index];
    if (test === undefined) continue;
    observer?.asked(test, current.state);
    const passed = (one: Branch): Branch => remembered(one, tests.slice(0, index + 1));
    // Asked again: what an earlier question of this rule settled may settle this one too.
    const { state } = askedUpTo(current, tests, index);
    const answer = settle(answerTest(test, { state, host, hook, rule }), current);
    if (typeof answer === 'string') {
      if (turn(answer, test) === 'yes') continue;
      return { matched: [], missed: [...missed, passed(current)] };
    }
    if (answer.kind === 'chance') {
      const chance = test.negated ? 1 - answer.probability : answer.probability;
      if (chance < 1) missed.push(passed({ ...current, probability: current.probability * (1 - chance) }));
      if (chance <= 0) return { matched: [], missed };
      current = { ...current, probability: current.probability * chance };
      continue;
    }
    questions.met(answer, current.probability);
    missed.push(passed(answeredBy(current, answer, test.negated)));
    current = answeredBy(current, answer, !test.negated);
  }
  return { matched: [current], missed };
}

/** Replaces a question that this branch has answered before by its answer. */
function settle(answer: Answer, branch: Branch): Answer {
  if (typeof answer === 'string' || answer.kind === 'chance') return answer;
  const held = answered(branch, answer);
  return held === null ? answer : held ? 'yes' : 'no';
}

/** What an earlier test of the same rule may have changed. */
const ASKED_AGAIN: ReadonlySet<unknown> = new Set(['recent', 'ct.label']);

/** The branch as the test at this place of a rule finds it: an earlier one of the same rule may have entered the client in its list. */
function askedUpTo(branch: Branch, tests: readonly Test[], index: number): Branch {
  return ASKED_AGAIN.has(tests[index]?.field) ? remembered(branch, tests.slice(0, index)) : branch;
}
