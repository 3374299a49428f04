import type { Chain, Rule, Ruleset } from '../iptables/ruleset.ts';
import type { Outcome, Step } from '../trace/outcome.ts';
import { isInIptables, stepText } from '../trace/place.ts';
import { counted } from '../words/numbers.ts';
import type { Evidence } from './finding.ts';

/** @returns the rule as the dump spells it, with what its counters say. */
export function ruleEvidence(rule: Pick<Rule, 'file' | 'line' | 'text' | 'counters'>): Evidence {
  const packets = rule.counters?.packets;
  const seen = packets === undefined ? '' : `  [${counted(packets, 'packet')}]`;
  return { file: rule.file, line: rule.line, text: rule.text + seen };
}

/** @returns a chain's declaration: its policy and how many rules it holds. */
export function chainEvidence(chain: Chain): Evidence {
  const packets =
    chain.counters === null || chain.policy === null ? '' : `, ${counted(chain.counters.packets, 'packet')}`;
  const what =
    chain.policy === null ? counted(chain.rules.length, 'rule') : `policy ${chain.policy}${packets}`;
  return { file: chain.file, line: chain.line, text: `${chain.table} ${chain.name}: ${what}` };
}

/** @returns what decided at a step: its rule, or the policy of its chain. */
export function stepEvidence(step: Step, rulesets: readonly Ruleset[], outcome?: Outcome): Evidence {
  if (step.program === 'nft') {
    const { rule } = step;
    if (rule === null) return { file: null, line: null, text: stepText(step) };
    return { file: rule.file, line: rule.line, text: rule.text };
  }
  if (step.rule !== null) return ruleEvidence(step.rule);
  if (!isInIptables(step)) return { file: null, line: null, text: stepText(step) };
  const family = outcome?.destination.address.family;
  const ruleset = rulesets.find(
    (one) => one.backend === step.backend && (family === undefined || one.family === family),
  );
  const chain = ruleset?.tables.get(step.table)?.chains.get(step.chain);
  if (chain !== undefined) return chainEvidence(chain);
  return { file: null, line: null, text: stepText(step) };
}

export { stepText as placeOf };

/** @returns a fact about an object of the API, the node or a setting. */
export function factEvidence(text: string): Evidence {
  return { file: null, line: null, text };
}
