import { command, joined } from '../../command/command.js';
import { socketText } from '../../net/socket.js';
import { CHAINS, hasRole, OF_SERVICE } from '../../proxy/chains.js';
import { listed } from '../../words/numbers.js';
import { chainEvidence, factEvidence, ruleEvidence } from '../evidence.js';
import { groupBy } from '../group.js';
import { rulesTo } from '../rule-list.js';
/** kube-proxy's rules stand in iptables-legacy and in nf_tables: one of the two copies is old, and may be the one that acts. */
export const twoBackends = {
    code: 'KP109',
    title: 'kube-proxy rules in both iptables backends',
    find(context) {
        return ['ipv4', 'ipv6'].flatMap((family) => {
            const having = context.known.rulesets.filter((ruleset) => ruleset.family === family && hasServiceRules(ruleset));
            if (new Set(having.map(({ backend }) => backend)).size < 2)
                return [];
            const different = differing(context.programmed.filter((item) => item.family === family && item.backend !== 'nft'));
            const names = [...new Set(different.map(([item]) => `${item?.namespace}/${item?.name}`))];
            const first = different[0];
            const jumpsIn = (backend) => joined('pipe', command(`${context.tool({ family, backend })}-save`, '-c'), command('grep', CHAINS.services));
            return [
                {
                    code: 'KP109',
                    severity: different.length > 0 ? 'error' : 'warning',
                    message: different.length > 0
                        ? `kube-proxy's ${family} rules are in iptables-legacy and in iptables-nft, and the two do not agree on ${listed(names)}`
                        : `kube-proxy's ${family} rules are in iptables-legacy and in iptables-nft: one copy is left over and will grow old`,
                    service: null,
                    objects: names.length > 0 ? names : ['all Services'],
                    hits: 'every client of these Services through this node: the tables registered last are asked first, and no capture tells which those are',
                    evidence: [
                        ...(first === undefined ? [] : first.map(describeItem)),
                        ...having.flatMap((ruleset) => usage(ruleset)),
                    ],
                    advice: 'find which of the two kube-proxy writes now (its log names the backend); the counters of the other stand still. Remove the old copy, and what restores it at boot',
                    command: joined('next', jumpsIn('iptables-legacy'), jumpsIn('iptables-nft')),
                    certainty: 'certain',
                },
            ];
        });
    },
};
function hasServiceRules({ tables }) {
    return !rulesTo(tables.get('nat'), CHAINS.services, (name) => hasRole(name, ...OF_SERVICE)).next().done;
}
/** Items of one Service port that lead elsewhere in the other backend, or are missing there. */
function differing(items) {
    const groups = groupBy(items, ({ namespace, name, port, protocol }) => `${namespace}/${name}:${port} ${protocol}`);
    return [...groups.values()].filter((group) => {
        const [one, other] = group;
        return (one !== undefined &&
            other !== undefined &&
            one.backend !== other.backend &&
            places(one) !== places(other));
    });
}
function places({ endpoints }) {
    return endpoints
        .map(({ address, port, scope }) => `${scope} ${socketText(address, port)}`)
        .sort()
        .join(' ');
}
function describeItem(item) {
    const to = item.endpoints
        .filter(({ scope }) => scope === 'cluster')
        .map(({ address, port }) => socketText(address, port));
    return factEvidence(`${item.backend}: ${item.namespace}/${item.name} goes to ${to.length === 0 ? 'no endpoint' : listed(to)}`);
}
function usage({ tables, backend }) {
    const nat = tables.get('nat');
    const jump = rulesTo(nat, 'PREROUTING', (name) => name === CHAINS.services).next().value;
    const chain = nat?.chains.get(CHAINS.services);
    const found = jump !== undefined ? ruleEvidence(jump) : chain === undefined ? null : chainEvidence(chain);
    return found === null ? [] : [{ ...found, text: `${backend}: ${found.text}` }];
}
