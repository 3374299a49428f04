import { commentOf } from '../../../iptables/ruleset.js';
import { formatAddress } from '../../../net/address.js';
import { formatPrefix, prefixContains } from '../../../net/prefix.js';
import { CHAINS, hasRole } from '../../../proxy/chains.js';
import { parseServiceComment } from '../../../proxy/comments.js';
import { iptablesRule } from '../../../trace/outcome.js';
import { remark } from './context.js';
/**
 * kube-proxy tells pods from others by the network it was told (--cluster-cidr or the node's podCIDR). A pod of this node
 * outside of it is treated as a stranger: masqueraded, and not exempt from external traffic policy Local.
 */
export function outsidePodNetwork(outcome, context) {
    const { client, trace } = context;
    const { address } = trace.packet.source;
    if (!client.localPod || address === null)
        return [];
    for (const { step } of outcome.path) {
        const found = masqueradedAsStranger(iptablesRule(step)) ?? podTrafficOf(step.target, step.table, context);
        if (found === null || prefixContains(found.prefix, address))
            continue;
        const { rule, prefix } = found;
        const text = `kube-proxy treats ${client.label} as a client from outside: it takes ${formatPrefix(prefix)} for the pods' network (--cluster-cidr; nat ${rule.chain} rule ${rule.number}), and ${formatAddress(address)} is not in it`;
        return remark('pod-outside-cluster-cidr', 'may-break', text);
    }
    return [];
}
/** `! -s CIDR … -j CHAINS.markMasquerade`, which matched. */
function masqueradedAsStranger(rule) {
    if (rule?.target?.kind !== 'jump' || rule.target.chain !== CHAINS.markMasquerade)
        return null;
    for (const match of rule.matches) {
        if (match.kind === 'source' && match.negated)
            return { rule, prefix: match.prefix };
    }
    return null;
}
/** `-s CIDR … "pod traffic for … external destinations"` in an EXT (up to 1.24 XLB) chain on the way. */
function podTrafficOf(target, table, { rulesets }) {
    if (table !== 'nat' || target === null || !hasRole(target, 'external', 'external-local'))
        return null;
    for (const ruleset of rulesets) {
        const chain = ruleset.tables.get('nat')?.chains.get(target);
        const told = chain === undefined ? null : podTrafficRule(chain);
        if (told !== null)
            return told;
    }
    return null;
}
/** The rule stands before the endpoints; in XLB these follow in the same chain. */
function podTrafficRule({ rules }) {
    for (let index = 0; index < Math.min(rules.length, 4); index++) {
        const rule = rules.at(index);
        const comment = commentOf(rule);
        const isPodTraffic = comment !== null &&
            (parseServiceComment(comment)?.phrase === 'pod-traffic' || comment.startsWith('Redirect pods '));
        const source = rule.matches.find((match) => match.kind === 'source');
        if (isPodTraffic && source?.kind === 'source' && !source.negated)
            return { rule, prefix: source.prefix };
    }
    return null;
}
