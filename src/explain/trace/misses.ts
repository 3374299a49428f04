import { command } from '../../command/command.ts';
import { printCommand } from '../../command/quote.ts';
import type { Host } from '../../host/facts.ts';
import type { Chain, Rule, Ruleset } from '../../iptables/ruleset.ts';
import { lowered } from '../../rules/lowered-rule.ts';
import { turn } from '../../rules/test.ts';
import { answerTest } from '../../trace/fields/answer-test.ts';
import type { IptablesStep, Outcome, PathEntry } from '../../trace/outcome.ts';
import { isInIptables } from '../../trace/place.ts';
import type { MissItem } from '../trace-list.ts';
import { answerText } from '../words/question-words.ts';
import { whyNot } from './why-not.ts';

/** Rules listed for one visit to a chain; a CHAINS.services of 30,000 rules would drown the rest. */
const SHOWN = 40;

/** A chain being read, and the next rule in it. */
interface Visit {
  readonly chain: Chain;
  next: number;
}

/**
 * Goes over an outcome's path again and lists the rules between its steps: those that the packet met and that did not
 * match, each with the first thing that does not fit.
 */
export function listMisses(outcome: Outcome, rulesets: readonly Ruleset[], host: Host): MissItem[] {
  const misses: MissItem[] = [];
  let visits: Visit[] = [];
  outcome.path.forEach((entry, before) => {
    const { step } = entry;
    if (!isInIptables(step)) return;
    const table = rulesets.find(({ backend }) => backend === step.backend)?.tables.get(step.table);
    const chain = table?.chains.get(step.chain);
    if (table === undefined || chain === undefined) return;
    if (visits.at(-1)?.chain !== chain) {
      const known = visits.findLastIndex((visit) => visit.chain === chain);
      visits = known >= 0 ? visits.slice(0, known + 1) : [{ chain, next: 0 }];
    }
    const visit = visits.at(-1);
    if (visit === undefined) return;
    const until = step.rule === null ? chain.rules.length : step.rule.number - 1;
    misses.push(...between(visit, until, { ...entry, step }, before, host));
    visit.next = until + 1;
    const target = step.rule?.target;
    if (target?.kind === 'jump' || target?.kind === 'goto') {
      const into = table.chains.get(target.chain);
      if (target.kind === 'goto') visits.pop();
      if (into !== undefined) visits.push({ chain: into, next: 0 });
    } else if (step.rule === null || target?.kind === 'return') visits.pop();
  });
  return misses;
}

/** An entry in rules of iptables. */
type IptablesEntry = PathEntry & { readonly step: IptablesStep };

function between(visit: Visit, until: number, entry: IptablesEntry, before: number, host: Host): MissItem[] {
  const first = Math.max(visit.next, until - SHOWN);
  const items: MissItem[] = [];
  if (first > visit.next) items.push(summary(visit, first - visit.next, entry, before));
  for (let index = first; index < until; index++) {
    const rule = visit.chain.rules.at(index);
    const { table, chain } = entry.step;
    const why = reasonOf(rule, entry, host);
    items.push({ before, table, chain, rule: rule.number, line: rule.line, text: rule.text, why });
  }
  return items;
}

function summary(visit: Visit, count: number, { step }: PathEntry, before: number): MissItem {
  const rule = visit.chain.rules.at(visit.next);
  const list = printCommand(command('kp-explain', 'chain', step.chain));
  const why = `it does not fit, nor do the next ${count - 1} rules (\`${list}\` lists them)`;
  return {
    before,
    table: step.table,
    chain: step.chain,
    rule: rule.number,
    line: rule.line,
    text: rule.text,
    why,
  };
}

function reasonOf(rule: Rule, entry: IptablesEntry, host: Host): string {
  const { hook, backend, table } = entry.step;
  const context = { state: entry.state, host, hook, backend, table, rule };
  for (const test of lowered(rule).tests) {
    const answer = answerTest(test, context);
    if (typeof answer === 'string') {
      if (turn(answer, test) === 'no') return whyNot(test, entry.state);
    } else if (answer.kind === 'chance') return 'chance went on to the next rule';
    else return answerText(answer.question, test.negated);
  }
  return 'it does not fit';
}
