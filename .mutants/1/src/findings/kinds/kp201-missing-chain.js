import { command } from '../../command/command.js';
import { hasPrefixOfProgram } from '../../proxy/owners.js';
import { counted } from '../../words/numbers.js';
import { ruleEvidence } from '../evidence.js';
import { wholeRulesets } from '../rule-list.js';
/** A rule jumps to a chain that the table does not have: the kernel takes no such rule, so the dump is cut or made by hand. */
export const missingChain = {
    code: 'KP201',
    title: 'jump to a chain that is not there',
    find(context) {
        return wholeRulesets(context.known.rulesets).flatMap((ruleset) => [...ruleset.tables.values()].flatMap((table) => {
            const found = [];
            const missing = new Set();
            for (const chain of table.chains.values()) {
                for (let index = 0; index < chain.rules.length; index++) {
                    const target = chain.rules.targetName(index);
                    if (target === null || table.chains.has(target) || !isChainName(target))
                        continue;
                    missing.add(target);
                    if (found.length < 5)
                        found.push(chain.rules.at(index));
                }
            }
            const [first] = missing;
            if (first === undefined)
                return [];
            return [
                {
                    code: 'KP201',
                    severity: 'warning',
                    message: `${ruleset.family} ${table.name} has rules that jump to ${counted(missing.size, 'chain')} that it does not have (${first}): the dump is cut, or was edited, and iptables-restore refuses it`,
                    service: null,
                    objects: [...missing].slice(0, 20).map((name) => `chain ${name}`),
                    hits: 'whatever the missing chains were for; this answer as well',
                    evidence: found.map(ruleEvidence),
                    advice: 'take the dump again, as root, in one run of iptables-save',
                    command: command(`${context.tool(ruleset)}-save`, '-c'),
                    certainty: 'certain',
                },
            ];
        }));
    },
};
/** Targets of extensions are words in capitals; chains of known programs are told by their form. */
function isChainName(target) {
    return hasPrefixOfProgram(target);
}
