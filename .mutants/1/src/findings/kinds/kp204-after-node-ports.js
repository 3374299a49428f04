import { splitChainName } from '../../proxy/chain-name.js';
import { CHAINS } from '../../proxy/chains.js';
import { counted, listed } from '../../words/numbers.js';
import { deleteRule } from '../commands.js';
import { ruleEvidence } from '../evidence.js';
import { wholeRulesets } from '../rule-list.js';
/** CHAINS.services must end with the jump to CHAINS.nodePorts: what stands behind it sees no packet for an address of the node. */
export const afterNodePorts = {
    code: 'KP204',
    title: `${CHAINS.nodePorts} is not the last rule of ${CHAINS.services}`,
    find(context) {
        return wholeRulesets(context.known.rulesets).flatMap((ruleset) => findIn(ruleset, context));
    },
};
function findIn(ruleset, context) {
    const chain = ruleset.tables.get('nat')?.chains.get(CHAINS.services);
    if (chain === undefined)
        return [];
    let jump = -1;
    const behind = [];
    for (let index = 0; index < chain.rules.length; index++) {
        const target = chain.rules.targetName(index);
        if (target === CHAINS.nodePorts)
            jump = jump < 0 ? index : jump;
        else if (jump >= 0 && behind.length < 1000)
            behind.push(chain.rules.at(index));
    }
    const [first] = behind;
    if (first === undefined || jump < 0)
        return [];
    const services = behind.flatMap((rule) => servicesOf(rule, context));
    const names = [...new Set(services)];
    const idle = behind.every(({ counters }) => counters === null || counters.packets === 0);
    return [
        {
            code: 'KP204',
            severity: 'warning',
            message: `${counted(behind.length, 'rule')} of ${CHAINS.services} ${behind.length === 1 ? 'stands' : 'stand'} behind the jump to ${CHAINS.nodePorts}${names.length === 0 ? '' : ` (${listed(names)})`}: for addresses of this node ${CHAINS.nodePorts} decides first`,
            service: null,
            objects: [...names, `chain ${CHAINS.services}`],
            hits: `${idle ? 'nobody: the rules have seen no packet' : 'clients of node ports that the rules speak of'}; what they should do does not happen`,
            evidence: [...behind.slice(0, 5), chain.rules.at(jump)].map(ruleEvidence),
            advice: 'kube-proxy writes the jump last; find who appended to its chain, and delete the rule',
            command: deleteRule(context.tool(ruleset), 'nat', CHAINS.services, first.number),
            certainty: 'certain',
        },
    ];
}
/** Whose port the rule asks for, and whose chain it leads to. */
function servicesOf({ matches, target }, context) {
    const protocol = matches.find((match) => match.kind === 'protocol' && !match.negated);
    const port = matches.find((match) => match.kind === 'destination-port' && !match.negated);
    const destination = matches.find((match) => match.kind === 'destination' && !match.negated);
    const number = protocol?.kind === 'protocol' ? (protocol.number ?? 6) : 6;
    const asked = port?.kind === 'destination-port' ? port.ports.from : null;
    const { book } = context.known;
    const address = destination?.kind === 'destination' ? destination.prefix : null;
    const owner = asked === null
        ? null
        : ((address === null
            ? null
            : book.serviceAt(number, { family: address.family, value: address.value }, asked)) ??
            book.serviceAtNodePort(number, asked));
    const chain = target?.kind === 'jump' && splitChainName(target.chain) !== null ? target.chain : null;
    const led = chain === null ? null : context.namer.naming.byChain(chain);
    return [
        ...(owner === null ? [] : [`${owner.service.namespace}/${owner.service.name}`]),
        ...(led === null ? [] : [`${led.name.namespace}/${led.name.service}`]),
    ];
}
