import type { Host } from '../host/facts.ts';
import type { Backend, HookName, Table } from '../iptables/ruleset.ts';
import { type Test, turn } from '../rules/test.ts';
import type { Answer } from './answer.ts';
import { answered, answeredBy, type Branch, weighed } from './branch.ts';
import { bucketOf, type RuleOfTest, taken, tookFromBucket } from './buckets.ts';
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
  readonly backend: Backend;
  readonly table: Pick<Table, 'name'>;
  readonly questions: Questions;
  readonly observer?: Observer | undefined;
}

/**
 * Asks every test of a rule, in the kernel's order: the first no ends it.
 *
 * A definite no anywhere decides before anything forks, so an unknown in a rule for another packet costs nothing.
 * Otherwise each unknown splits the branch, and the part for which it fails goes on to the next rule.
 */
export function decide(branch: Branch, rule: QuotedRule, tests: readonly Test[], where: Asker): Decision {
  const open: Open[] = [];
  const { host, hook, backend, table, observer } = where;
  const at = { host, hook, backend, table: table.name, rule, state: branch.state };
  for (let i = 0; i < tests.length; i++) {
    const test = tests[i];
    if (test === undefined) break;
    observer?.asked(test, branch.state);
    const { state } = askedUpTo(branch, tests, i);
    const answer = settle(answerTest(test, state === at.state ? at : { ...at, state }), branch);
    const held = typeof answer === 'object' ? null : turn(answer, test);
    // What a bucket lets through it lacks then, whether that was asked before or not.
    if (held === null || (held === 'yes' && tookFromBucket(test, answer === 'yes')))
      open.push({ index: i, answer });
    else if (held === 'no') {
      const first = open[0]?.index ?? i + 1;
      // Whether the kernel gets to a list depends on what is open before it.
      if (!tests.slice(first, i + 1).some(isRemembered))
        return {
          matched: [],
          missed: [spent(remembered(branch, tests, first), answer === 'yes', test, at)],
        };
      const { matched, missed } = fork(branch, rule, tests, open, where);
      return { matched: [], missed: [...missed, ...matched.map((one) => remembered(one, tests, i + 1))] };
    }
  }
  if (open.length === 0) return { matched: [branch], missed: [] };
  return fork(branch, rule, tests, open, where);
}

/** A test that may split the branch, at its place in the rule. */
interface Open {
  readonly index: number;
  /** Of the branch as it came. */
  readonly answer: Answer;
}

function fork(
  branch: Branch,
  rule: QuotedRule,
  tests: readonly Test[],
  open: readonly Open[],
  { host, hook, backend, table, questions, observer }: Asker,
): Decision {
  const at = { host, hook, backend, table: table.name, rule };
  let current: Branch = branch;
  const missed: Branch[] = [];
  for (const { index, answer: asItCame } of open) {
    const test = tests[index];
    if (test === undefined) continue;
    observer?.asked(test, current.state);
    // Asked again: what an earlier question of this rule settled may settle this one too.
    const answer =
      current === branch
        ? asItCame
        : settle(answerTest(test, { ...at, state: askedUpTo(current, tests, index).state }), current);
    if (typeof answer === 'string') {
      if (turn(answer, test) === 'yes') {
        current = spent(current, answer === 'yes', test, at);
        continue;
      }
      return { matched: [], missed: [...missed, remembered(current, tests, index + 1)] };
    }
    if (answer.kind === 'chance') {
      const chance = test.negated ? 1 - answer.probability : answer.probability;
      const other = weighed(current, current.probability * (1 - chance));
      if (chance < 1) missed.push(remembered(other, tests, index + 1));
      if (chance <= 0) return { matched: [], missed };
      current = weighed(current, current.probability * chance);
      continue;
    }
    questions.met(answer, current.probability);
    const without = spent(answeredBy(current, answer, test.negated), test.negated, test, at);
    missed.push(remembered(without, tests, index + 1));
    current = spent(answeredBy(current, answer, !test.negated), !test.negated, test, at);
  }
  return { matched: [current], missed };
}

function spent(branch: Branch, held: boolean, test: Test, place: RuleOfTest): Branch {
  return tookFromBucket(test, held) ? taken(branch, bucketOf(test, place)) : branch;
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
  return ASKED_AGAIN.has(tests[index]?.field) ? remembered(branch, tests, index) : branch;
}
