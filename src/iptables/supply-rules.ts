import { ProblemList } from '../problems/problem.ts';
import { mergeRulesets } from './merge.ts';
import type { Ruleset } from './ruleset.ts';
import { parseSave } from './save/parse-save.ts';

/**
 * Adds rules to a ruleset that a dump did not show. Chains that it has keep their own.
 * @param text iptables-save spelling, tables from `*NAME` to COMMIT
 * @param name shown in place of the file that the rules would come from
 * @returns a new ruleset of the same family, backend and form
 */
export function supplyRules(ruleset: Ruleset, text: string, name: string): Ruleset {
  const hints = { family: ruleset.family, backend: ruleset.backend };
  const supplied = parseSave({ name, bytes: Buffer.from(text) }, hints, new ProblemList());
  // As a listing, so that it adds chains and replaces nothing.
  const listings = supplied.map((each): Ruleset => ({ ...each, form: 'rules-listing' }));
  const [whole] = mergeRulesets([...listings, ruleset], new ProblemList());
  return whole ?? ruleset;
}
