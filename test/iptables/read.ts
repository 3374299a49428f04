import type { Rule, Ruleset } from '../../src/iptables/ruleset.ts';
import { parseSave } from '../../src/iptables/save/parse-save.ts';
import type { Family } from '../../src/net/address.ts';
import { type Problem, ProblemList } from '../../src/problems/problem.ts';
import { KNOWN_CHAINS } from '../../src/proxy/known-chains.ts';

/** Parses text as one file named `dump`. */
export function read(
  text: string | Buffer,
  hints: Parameters<typeof parseSave>[1] = {},
): { rulesets: Ruleset[]; problems: Problem[]; codes: string[] } {
  const problems = new ProblemList();
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const rulesets = parseSave({ name: 'dump', bytes }, { chains: KNOWN_CHAINS, ...hints }, problems);
  const list = problems.list();
  return { rulesets, problems: list, codes: list.map((problem) => problem.code) };
}

/** Parses one rule of a filter table, given without `-A X`. */
export function readOne(options: string, family: Family = 'ipv4'): Rule {
  const { rulesets } = read(`*filter\n:X - [0:0]\n-A X ${options}\nCOMMIT\n`, { family });
  const rule = rulesets[0]?.tables.get('filter')?.chains.get('X')?.rules.at(0);
  if (rule === undefined) throw new Error(`no rule was read from ${options}`);
  return rule;
}

/** All rules of a ruleset, in the order of its tables and chains. */
export function allRules(ruleset: Ruleset | undefined): Rule[] {
  const rules: Rule[] = [];
  for (const table of ruleset?.tables.values() ?? []) {
    for (const chain of table.chains.values()) {
      for (let index = 0; index < chain.rules.length; index++) rules.push(chain.rules.at(index));
    }
  }
  return rules;
}
