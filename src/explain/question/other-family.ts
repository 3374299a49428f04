import { ruleListOf } from '../../iptables/array-rules.ts';
import type { Chain, HookName, Rule, Ruleset } from '../../iptables/ruleset.ts';
import type { Family } from '../../net/address.ts';
import type { Known } from './question.ts';

/**
 * @returns the captured rules of one family. Where only rules of the other one were captured, a ruleset in their place whose
 *   first rule is not known: what it does with a packet is open. Where no rules were captured at all, none.
 */
export function rulesOfFamily({ rulesets }: Pick<Known, 'rulesets'>, family: Family): readonly Ruleset[] {
  const own = rulesets.filter((ruleset) => ruleset.family === family);
  const [other] = rulesets;
  return own.length > 0 || other === undefined ? own : [standIn(family, other)];
}

/** @returns true for a ruleset of {@link rulesOfFamily} of which nothing was captured. */
export function isStandIn(ruleset: Ruleset): boolean {
  return STAND_INS.has(ruleset);
}

const STAND_INS = new WeakSet<Ruleset>();

/** Nothing comes before table raw. */
function standIn(family: Family, { backend }: Ruleset): Ruleset {
  const chains = (['PREROUTING', 'OUTPUT'] as const).map(
    (name) => [name, unknownChain(name, family)] as const,
  );
  const raw = { name: 'raw', chains: new Map(chains) } as const;
  const tables = new Map([['raw', raw] as const]);
  const ruleset: Ruleset = { family, backend, backendAssumed: true, form: 'save', tables };
  STAND_INS.add(ruleset);
  return ruleset;
}

function unknownChain(name: HookName, family: Family): Chain {
  const text = `an ${family} rule that was not captured`;
  const rule: Rule = {
    chain: name,
    number: 1,
    file: '',
    line: 0,
    text,
    counters: null,
    matches: [{ kind: 'lost', negated: false, what: 'family', text: family }],
    target: { kind: 'unrecognised', name: '', text, family },
  };
  return {
    table: 'raw',
    name,
    policy: 'ACCEPT',
    counters: null,
    file: null,
    line: null,
    rules: ruleListOf([rule]),
  };
}
