import { commentOf } from '../../iptables/ruleset.js';
import { prefixContains } from '../../net/prefix.js';
import { rangeContains } from '../../net/range.js';
import { splitChainName } from '../../proxy/chain-name.js';
import { hasRole } from '../../proxy/chains.js';
import { ownerOf, ownerOfComment } from '../../proxy/owners.js';
const TRANSLATING = new Set(['DNAT', 'REDIRECT', 'NETMAP']);
/** Rules that rewrite destinations and are not kube-proxy's: host ports, Docker, firewalls, whoever writes into nat. */
export class ForeignRules {
    #rulesets;
    #rules = new Map();
    constructor(rulesets) {
        this.#rulesets = rulesets;
    }
    /** @returns the first rule that can have made this rewrite; null for none. */
    explaining(rewrite) {
        const found = this.#of(rewrite.family).find(({ rule }) => couldMake(rule, rewrite));
        if (found === undefined)
            return null;
        const { rule, owner } = found;
        return { owner, rule: rule.text, file: rule.file, line: rule.line };
    }
    #of(family) {
        const known = this.#rules.get(family);
        if (known !== undefined)
            return known;
        const found = [];
        for (const ruleset of this.#rulesets) {
            if (ruleset.family === family)
                found.push(...foreignRules(ruleset));
        }
        this.#rules.set(family, found);
        return found;
    }
}
function* foreignRules(ruleset) {
    for (const chain of ruleset.tables.get('nat')?.chains.values() ?? []) {
        // kube-proxy's userspace mode translates in its portals; what they do is a Service's.
        if (splitChainName(chain.name) !== null || hasRole(chain.name, 'portal'))
            continue;
        for (let index = 0; index < chain.rules.length; index++) {
            if (!TRANSLATING.has(chain.rules.targetName(index) ?? ''))
                continue;
            const rule = chain.rules.at(index);
            const comment = commentOf(rule);
            const owner = ownerOf(chain.name) ?? (comment === null ? null : ownerOfComment(comment));
            yield { rule, owner };
        }
    }
}
function couldMake(rule, rewrite) {
    for (const match of rule.matches) {
        if (match.negated)
            continue;
        if (match.kind === 'destination' && !prefixContains(match.prefix, rewrite.destination))
            return false;
        if (match.kind === 'protocol' && match.number !== null && match.number !== rewrite.protocol)
            return false;
        if (match.kind === 'destination-port' && rewrite.destinationPort !== null) {
            if (!rangeContains(match.ports, rewrite.destinationPort))
                return false;
        }
    }
    return leadsTo(rule, rewrite);
}
function leadsTo({ target }, { destination, destinationPort, to, toPort, toThisNode }) {
    if (target === null)
        return false;
    switch (target.kind) {
        case 'dnat': {
            if (target.to === null)
                return false;
            const { from, to: last, ports } = target.to;
            if (from === null ? to.value !== destination.value : to.value < from || to.value > (last ?? from))
                return false;
            if (ports !== null && ports.from > 0)
                return toPort !== null && rangeContains(ports, toPort);
            return toPort === destinationPort;
        }
        case 'redirect':
            if (!toThisNode)
                return false;
            return target.ports === null
                ? toPort === destinationPort
                : toPort !== null && rangeContains(target.ports, toPort);
        case 'netmap':
            return toPort === destinationPort && (to.value & target.mask) === target.value;
        default:
            return false;
    }
}
