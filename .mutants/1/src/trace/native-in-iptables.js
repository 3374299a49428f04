import { nativeRuleAt } from '../nftables/native-rules.js';
import { passed } from './branch.js';
import { runRule } from './nft/run-rule.js';
import { ruleStep } from './nft/steps.js';
/**
 * Rules that somebody added with nft to a table of iptables: where nft's listing was captured it has the truth about them, and
 * iptables-save prints them with what it does not know left out.
 * @returns what a walk of the table asks; undefined where nft lists no such table
 */
export function nativeRules({ backend, family }, table, hook, context) {
    if (backend !== 'iptables-nft')
        return undefined;
    const listed = context.world.nft?.tables.get(`${family === 'ipv4' ? 'ip' : 'ip6'} ${table}`);
    if (listed === undefined)
        return undefined;
    return (branch, { name, rules }, index) => {
        const chain = listed.chains.get(name);
        const rule = nativeRuleAt(chain, index, rules.length);
        if (chain === undefined || rule === null)
            return null;
        const ways = runRule(branch, { table: listed, chain, rule, hook }, context);
        return {
            missed: ways.flatMap((way) => (way.kind === 'broken' ? [way.branch] : [])),
            held: ways.flatMap((way) => {
                if (way.kind === 'broken')
                    return [];
                const stepped = passed(way.branch, ruleStep(chain, rule, way, hook, context.steps));
                return [{ branch: stepped, effect: effectOf(way, stepped) }];
            }),
        };
    };
}
function effectOf(way, branch) {
    switch (way.kind) {
        case 'translated':
            return way.target;
        case 'ended': {
            const { verdict, reason, rejectWith } = way;
            const ended = { branch, verdict, reason, rejectWith, exit: null };
            return { ended };
        }
        case 'matched': {
            if (way.verdict === null)
                return null;
            const { verdict, chain } = way.verdict;
            switch (verdict) {
                case 'accept':
                case 'drop':
                case 'return':
                    return { kind: verdict };
                case 'jump':
                case 'goto':
                    return { kind: verdict, chain: chain ?? '' };
                default:
                    return null;
            }
        }
    }
}
