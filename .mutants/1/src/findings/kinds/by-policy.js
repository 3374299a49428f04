import { commentOf } from '../../iptables/ruleset.js';
import { listed } from '../../words/numbers.js';
import { ruleEvidence } from '../evidence.js';
import { behavioursOf } from '../expected/behaviour.js';
import { labelOfPort } from '../expected/expected-port.js';
import { pickUsable } from '../expected/usable-endpoints.js';
import { rulesTo, wholeRulesets } from '../rule-list.js';
/** @returns the ports that have endpoints, none of them on this node; empty where the node's name is not known. */
export function withoutLocalEndpoint(context, wanted) {
    const { node, minor } = context;
    const [behaviour] = behavioursOf(minor);
    if (node.name === null || behaviour === undefined)
        return [];
    return (context.expected ?? []).filter((port) => {
        if (!wanted(port))
            return false;
        const { any, local } = pickUsable(port.endpoints, port.service, node, behaviour);
        return any && local.length === 0;
    });
}
/** @returns the nodes that have a ready endpoint of the port, as text. */
export function nodesWithEndpoint({ endpoints }) {
    const nodes = endpoints.flatMap(({ ready, node }) => (ready && node !== null ? [node] : []));
    return nodes.length === 0 ? 'no node' : listed(nodes.sort());
}
/** @returns the rules of the filter table that drop for want of a local endpoint. */
export function refusalsOf(ports, context, chain) {
    const names = new Set(ports.map(labelOfPort));
    return wholeRulesets(context.known.rulesets)
        .flatMap(({ tables }) => [...rulesTo(tables.get('filter'), chain, (target) => target === 'DROP')])
        .filter((rule) => {
        const said = /^(\S+) has no local endpoints$/.exec(commentOf(rule) ?? '')?.[1];
        return said !== undefined && names.has(said);
    })
        .map(ruleEvidence);
}
/** Evidence is shown for this many ports. */
export const SHOWN = 12;
