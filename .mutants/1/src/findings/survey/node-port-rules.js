import { sameAddress } from '../../net/address.js';
import { prefixContains } from '../../net/prefix.js';
import { CHAINS } from '../../proxy/chains.js';
/** @returns the jumps from nat CHAINS.services to CHAINS.nodePorts: one, or one for each address of `--nodeport-addresses`. */
export function nodePortJumps(known, family) {
    return known.rulesets
        .filter((ruleset) => ruleset.family === family)
        .flatMap((ruleset) => {
        const rules = ruleset.tables.get('nat')?.chains.get(CHAINS.services)?.rules;
        const found = [];
        for (let index = 0; rules !== undefined && index < rules.length; index++)
            if (rules.targetName(index) === CHAINS.nodePorts)
                found.push({ ruleset, rule: rules.at(index) });
        return found;
    });
}
/**
 * @returns whether node ports are meant to be reached at this address: not where kube-proxy was told other
 *   `--nodeport-addresses`. Without any jump to CHAINS.nodePorts they are: that is a fault, and no choice.
 */
export function takesNodePorts(jumps, address) {
    if (jumps.length === 0)
        return true;
    return jumps.some(({ rule }) => rule.matches.every((match) => match.kind !== 'destination' || prefixContains(match.prefix, address) !== match.negated));
}
/** @returns true where IPVS takes something at this address of the node: its node ports, unless `--nodeport-addresses` says otherwise. */
export function balancesAt({ ipvs }, address) {
    if (ipvs === undefined || ipvs === null || ipvs === 'not-captured')
        return false;
    return ipvs.servers.some(({ takes }) => takes.by === 'socket' && sameAddress(takes.address, address));
}
