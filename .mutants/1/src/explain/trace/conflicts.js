import { commentOf } from '../../iptables/ruleset.js';
import { parseServiceComment } from '../../proxy/comments.js';
import { iptablesRule } from '../../trace/outcome.js';
/** @returns a note for each rule on the way whose comment names another Service port than the API or the chain's hash does. */
export function commentConflicts(trace, service) {
    if (service === null || service.namedBy === 'comment')
        return [];
    const named = labelOf(service);
    const notes = new Map();
    for (const step of trace.steps) {
        const rule = iptablesRule(step);
        const comment = rule === null ? null : commentOf(rule);
        const said = comment === null ? null : parseServiceComment(comment);
        // Old kube-proxy wrote an unnamed port with a trailing colon; the parser reads both alike.
        if (rule === null || said === null || labelOf(said) === named)
            continue;
        const text = `the comment of ${rule.chain} rule ${rule.number} says ${labelOf(said)}, the API says ${named}`;
        notes.set(labelOf(said), { code: 'comment-conflict', text, settle: null });
    }
    return [...notes.values()];
}
function labelOf(name) {
    return name.port === '' ? `${name.namespace}/${name.name}` : `${name.namespace}/${name.name}:${name.port}`;
}
