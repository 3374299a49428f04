import { command } from '../../command/command.ts';
import { jumpsOf } from '../../iptables/jumps.ts';
import { hasPrefixOfProgram } from '../../proxy/owners.ts';
import { counted } from '../../words/numbers.ts';
import type { CheckContext } from '../context.ts';
import { ruleEvidence } from '../evidence.ts';
import type { Finding, FindingKind } from '../finding.ts';
import { wholeRulesets } from '../rule-list.ts';

/** A rule jumps to a chain that the table does not have: the kernel takes no such rule, so the dump is cut or made by hand. */
export const missingChain: FindingKind<CheckContext> = {
  code: 'KP201',
  title: 'jump to a chain that is not there',
  find(context): Finding[] {
    return wholeRulesets(context.known.rulesets).flatMap((ruleset) =>
      [...ruleset.tables.values()].flatMap((table): Finding[] => {
        const jumps = jumpsOf(table);
        const missing = jumps.others.filter(isChainName);
        const [first] = missing;
        if (first === undefined) return [];
        const found = jumps.to(missing.slice(0, MOST)).slice(0, 5);
        return [
          {
            code: 'KP201',
            severity: 'warning',
            message: `${ruleset.family} ${table.name} has rules that jump to ${counted(missing.length, 'chain')} that it does not have (${first}): the dump is cut, or was edited, and iptables-restore refuses it`,
            service: null,
            objects: missing.slice(0, MOST).map((name) => `chain ${name}`),
            hits: 'whatever the missing chains were for; this answer as well',
            evidence: found.map(({ chain, index }) => ruleEvidence(chain.rules.at(index))),
            advice: 'take the dump again, as root, in one run of iptables-save',
            command: command(`${context.tool(ruleset)}-save`, '-c'),
            certainty: 'certain',
          },
        ];
      }),
    );
  },
};

/** As many missing chains as are named. */
const MOST = 20;

/** Targets of extensions are words in capitals; chains of known programs are told by their form. */
function isChainName(target: string): boolean {
  return hasPrefixOfProgram(target);
}
