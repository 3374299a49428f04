import { hasRole, isOfOneService } from '../../proxy/chains.js';
import { ownerOf } from '../../proxy/owners.js';
import { counted, listed } from '../../words/numbers.js';
import { chainEvidence } from '../evidence.js';
import { wholeRulesets } from '../rule-list.js';
/** Chains with rules to which nothing leads. */
export const deadChains = {
    code: 'KP209',
    title: 'chains that nothing leads to',
    find(context) {
        // No packet that somebody asks about meets them.
        if (context.input.focus !== undefined)
            return [];
        return wholeRulesets(context.known.rulesets).flatMap(({ tables, family }) => [...tables.values()].flatMap((table) => {
            if (![...table.chains.values()].some(({ policy }) => policy !== null))
                return [];
            // Without any Service rule nothing leads anywhere: KP103 says so.
            if (table.name === 'nat' && context.flushed(family))
                return [];
            const dead = unreached(table);
            const leftovers = dead.filter(({ name }) => isOfOneService(name));
            // kubelet writes CHAINS.markDrop and CHAINS.markMasquerade whether anybody uses them or not (until 1.28).
            const others = dead.filter(({ name }) => !leftovers.some((chain) => chain.name === name) &&
                ownerOf(name) !== 'kubelet' &&
                !hasRole(name, 'mark-masquerade', 'mark-drop'));
            const harmless = leftovers.length === 0
                ? ''
                : ` (${counted(leftovers.length, 'chain')} of Services among them: kube-proxy lets those stand until its next full sync, and they do no harm)`;
            const shown = others.length > 0 ? others : leftovers;
            if (shown.length === 0)
                return [];
            return [
                {
                    code: 'KP209',
                    severity: 'info',
                    message: `${family} ${table.name}: nothing leads to ${counted(dead.length, 'chain')} with rules, ${listed(shown.map(({ name }) => name), 3)}${harmless}`,
                    service: null,
                    objects: shown.slice(0, 20).map(({ name }) => `chain ${name}`),
                    hits: 'nobody: these rules see no packet',
                    evidence: shown.slice(0, 5).map(chainEvidence),
                    advice: others.length > 0
                        ? 'see whether a jump was lost, or the chains are left over and can go'
                        : 'nothing needs doing',
                    command: null,
                    certainty: 'certain',
                },
            ];
        }));
    },
};
function unreached(table) {
    const reached = new Set();
    const open = [...table.chains.values()].filter(({ policy }) => policy !== null).map(({ name }) => name);
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
        if (reached.has(name))
            continue;
        reached.add(name);
        const rules = table.chains.get(name)?.rules;
        for (let index = 0; rules !== undefined && index < rules.length; index++) {
            const target = rules.targetName(index);
            if (target !== null && table.chains.has(target) && !reached.has(target))
                open.push(target);
        }
    }
    return [...table.chains.values()].filter(({ name, rules, policy }) => policy === null && rules.length > 0 && !reached.has(name));
}
