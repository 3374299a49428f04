import { command } from '../../command/command.js';
import { thisNodeName } from '../../explain/question/this-node.js';
import { parseAddress } from '../../net/address.js';
import { prefixContains } from '../../net/prefix.js';
import { socketText } from '../../net/socket.js';
import { CHAINS, hasRole } from '../../proxy/chains.js';
import { listed } from '../../words/numbers.js';
import { chainEvidence, ruleEvidence } from '../evidence.js';
import { rulesOf } from '../rule-list.js';
/** An endpoint's chain without the rule that masquerades what the endpoint sends to itself. */
export const hairpinNotMasqueraded = {
    code: 'KP114',
    title: 'a pod cannot reach itself through its Service',
    find(context) {
        if (context.known.proxyMode !== 'iptables')
            return [];
        const node = thisNodeName(context.known);
        return context.programmed.flatMap((item) => {
            const ruleset = context.known.rulesets.find(({ family, backend, form }) => family === item.family && backend === item.backend && form === 'save');
            const nat = ruleset?.tables.get('nat');
            if (ruleset === undefined || nat === undefined || item.namespace === null || item.name === null)
                return [];
            // A chain that was changed masquerades for the endpoint that it was written for: KP207 tells.
            const changed = new Set(item.misdirected.map(({ chain }) => chain));
            const bare = item.endpoints.filter(({ chain, address }) => {
                if (changed.has(chain))
                    return false;
                const rules = nat.chains.get(chain)?.rules;
                return (hasRole(chain, 'endpoint') && rules !== undefined && rules.length > 0 && !marks(rules, address));
            });
            const here = bare.filter(({ endpoint }) => endpoint?.thisNode !== false);
            const [first] = here;
            if (first === undefined)
                return [];
            const places = listed(here.map(({ address, port }) => socketText(address, port)));
            const pods = here.flatMap(({ endpoint }) => endpoint?.pod ? [`${endpoint.namespace}/${endpoint.pod}`] : []);
            const chain = nat.chains.get(first.chain);
            return [
                {
                    code: 'KP114',
                    severity: 'error',
                    message: `${labelOf(item)}: endpoint ${places}${pods.length === 0 ? '' : ` (${listed(pods)})`} cannot reach itself through the Service: ${first.chain} has no rule that masquerades its own packets`,
                    service: { namespace: item.namespace, name: item.name, port: item.port },
                    objects: [
                        `${item.namespace}/${item.name}`,
                        ...pods.map((pod) => `pod ${pod}`),
                        `chain ${first.chain}`,
                    ],
                    hits: `the endpoint${here.length === 1 ? '' : 's'} on ${node ?? 'this node'} as a client of ${item.namespace}/${item.name}; others are not affected`,
                    evidence: [
                        ...(chain === undefined ? [] : [chainEvidence(chain)]),
                        ...[...rulesOf(nat, first.chain)].slice(0, 3).map(ruleEvidence),
                    ],
                    advice: 'restart kube-proxy on this node: it writes the chain anew; then find what deleted the rule',
                    command: command(context.tool(ruleset), '-t', 'nat', '-I', first.chain, '1', '-s', first.address, '-j', CHAINS.markMasquerade),
                    certainty: 'certain',
                },
            ];
        });
    },
};
function marks(rules, text) {
    const address = parseAddress(text);
    for (let index = 0; index < rules.length; index++) {
        if (rules.targetName(index) !== CHAINS.markMasquerade)
            continue;
        const source = rules.at(index).matches.find(({ kind }) => kind === 'source');
        if (source?.kind !== 'source' || address === null)
            return true;
        if (prefixContains(source.prefix, address) !== source.negated)
            return true;
    }
    return false;
}
function labelOf({ namespace, name, port }) {
    return `${namespace}/${name}${port === null ? '' : `:${port}`}`;
}
