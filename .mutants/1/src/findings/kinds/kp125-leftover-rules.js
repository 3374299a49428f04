import { command, joined } from '../../command/command.js';
import { printCommand } from '../../command/quote.js';
import { entersServices } from '../../explain/proxies/enters-services.js';
import { socketText } from '../../net/socket.js';
import { CHAINS, hasRole, KUBE } from '../../proxy/chains.js';
import { counted, listed } from '../../words/numbers.js';
import { factEvidence, ruleEvidence } from '../evidence.js';
import { rulesTo } from '../rule-list.js';
/** Rules of iptables mode are still hooked although kube-proxy now works in another mode. */
export const leftoverRules = {
    code: 'KP125',
    title: 'iptables rules left over from another proxy mode',
    find(context) {
        const { proxyMode, host } = context.known;
        const now = proxyMode === 'iptables' ? (host.nft?.kubeProxyTable === true ? 'nftables' : null) : proxyMode;
        if (now === null || now === 'none')
            return [];
        return context.whole.rulesets.flatMap((ruleset) => findIn(ruleset, now, context));
    },
};
function findIn(ruleset, now, context) {
    const { tables, family, backend, form } = ruleset;
    const nat = tables.get('nat');
    if (form !== 'save' || nat === undefined)
        return [];
    const chains = [...nat.chains.values()].filter(({ name, rules }) => hasRole(name, 'service', 'endpoint') && rules.length > 0);
    const hooks = ['PREROUTING', 'OUTPUT'].flatMap((chain) => [
        ...rulesTo(nat, chain, (name) => name === CHAINS.services),
    ]);
    // IPVS mode has its own CHAINS.services: its jump is no sign that the old chains are asked.
    if (chains.length === 0 || hooks.length === 0 || !entersServices(ruleset))
        return [];
    const items = context.programmed.filter((item) => item.family === family && item.backend === backend);
    const old = items.filter((item) => item.clusterIPs.length > 0 && isOld(item, context));
    const names = [...new Set(old.map(({ namespace, name }) => `${namespace}/${name}`))];
    const tool = context.tool(ruleset);
    const withoutKube = joined('pipe', command(`${tool}-save`), command('grep', '-v', KUBE), command(`${tool}-restore`));
    const rules = chains.reduce((sum, chain) => sum + chain.rules.length, 0);
    return [
        {
            code: 'KP125',
            severity: names.length > 0 ? 'error' : 'warning',
            message: `kube-proxy works in ${now} mode, and ${counted(rules, 'rule')} of its ${family} iptables mode are still hooked${names.length > 0 ? `: they send ${listed(names, 3)} to endpoints of the past` : ''}`,
            service: null,
            objects: names.length > 0 ? names : ['all Services'],
            hits: 'clients of these Services: which of the two rule sets is asked first depends on which was written last',
            evidence: [
                ...hooks.slice(0, 2).map(ruleEvidence),
                ...old.slice(0, 5).map((item) => oldEvidence(item, context)),
            ],
            advice: `remove the old rules on this node, and what brings them back at boot (iptables-persistent, a saved rules file); --cleanup takes away the rules of every mode, so restart kube-proxy right behind it; or without it: \`${printCommand(withoutKube)}\``,
            command: command('kube-proxy', '--cleanup'),
            certainty: context.known.proxyMode === 'iptables' ? 'probable' : 'certain',
        },
    ];
}
/** Endpoints in the rules that the API does not have for the Service. */
function strangersOf(item, { known }) {
    const { endpoints } = known.cluster;
    if (endpoints === null)
        return [];
    const own = new Set(endpoints
        .filter(({ namespace, service }) => namespace === item.namespace && service === item.name)
        .map(({ address, port }) => socketText(address, port)));
    return item.endpoints
        .map(({ address, port }) => socketText(address, port))
        .filter((place) => !own.has(place));
}
function isOld(item, context) {
    return item.namespace !== null && strangersOf(item, context).length > 0;
}
function oldEvidence(item, context) {
    return factEvidence(`${item.namespace}/${item.name}: the rules send to ${listed([...new Set(strangersOf(item, context))])}, which the API no longer has`);
}
