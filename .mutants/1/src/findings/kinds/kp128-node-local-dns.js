import { isLocalAddress } from '../../host/local-addresses.js';
import { commentOf } from '../../iptables/ruleset.js';
import { formatAddress, parseAddress, sameAddress } from '../../net/address.js';
import { TCP, UDP } from '../../net/protocol.js';
import { ownerOfComment } from '../../proxy/owners.js';
import { iptablesRule } from '../../trace/outcome.js';
import { counted } from '../../words/numbers.js';
import { deleteSuchRule, listChain } from '../commands.js';
import { factEvidence, ruleEvidence } from '../evidence.js';
import { groupBy } from '../group.js';
import { wholeRulesets } from '../rule-list.js';
import { clientsOf } from '../survey/senders.js';
/** node-local-dns adds its rules again at every start, its NOTRACK rules are not reached, or it is gone and they are not. */
export const nodeLocalDns = {
    code: 'KP128',
    title: 'node-local-dns and its rules do not fit together',
    find(context) {
        return wholeRulesets(context.known.rulesets).flatMap((ruleset) => {
            const rules = rulesOfCache(ruleset);
            if (rules.length === 0)
                return [];
            return [
                ...repeated(rules, ruleset, context),
                ...unused(rules, ruleset, context),
                ...shadowed(rules, ruleset, context),
            ];
        });
    },
};
function rulesOfCache({ tables }) {
    const found = [];
    for (const { name, chains } of tables.values()) {
        for (const { policy, rules } of chains.values()) {
            if (policy === null)
                continue;
            for (let index = 0; index < rules.length; index++) {
                const rule = rules.at(index);
                const comment = commentOf(rule);
                if (comment !== null && ownerOfComment(comment) === 'node-local-dns')
                    found.push({ rule, table: name });
            }
        }
    }
    return found;
}
function repeated(rules, ruleset, context) {
    const groups = [...groupBy(rules, ({ rule, table }) => `${table} ${rule.text}`).values()];
    const copies = groups.filter((group) => group.length > 1);
    const [worst] = [...copies].sort((a, b) => b.length - a.length);
    const [first] = worst ?? [];
    if (worst === undefined || first === undefined)
        return [];
    const service = dnsService(rules, context);
    const name = service === null ? null : `${service.namespace}/${service.name}`;
    return [
        {
            code: 'KP128',
            severity: 'warning',
            message: `node-local-dns has its rules ${worst.length} times: ${counted(copies.length, 'rule')} for ${name ?? 'cluster DNS'} repeat, and more come at every restart`,
            service: service === null ? null : { ...service, port: null },
            objects: [...(name === null ? [] : [name]), `chain ${first.rule.chain}`],
            hits: 'nobody yet: queries are answered; thousands of copies cost CPU on every packet',
            evidence: worst.slice(0, 4).map(({ rule }) => ruleEvidence(rule)),
            advice: 'update node-local-dns (it failed to see its own rules with the iptables it carries), and delete the copies',
            command: deleteSuchRule(context.tool(ruleset), first.table, first.rule),
            certainty: 'certain',
        },
    ];
}
/** NOTRACK rules for an address that nobody has any more take DNS away: nat never sees the queries. */
function unused(rules, ruleset, context) {
    const notrack = rules.filter(({ rule, table }) => table === 'raw' && rule.chain === 'PREROUTING' && rule.target?.kind !== 'accept');
    const byAddress = groupBy(notrack, ({ rule }) => destinationOf(rule));
    return [...byAddress].flatMap(([text, [first]]) => {
        const address = text === null ? null : parseAddress(text);
        if (address === null || first === undefined || context.known.host.links === null)
            return [];
        if (isLocalAddress(context.known.host, address) !== false || hasAddress(context.known.host, address))
            return [];
        const service = dnsService([first], context);
        const name = service === null ? null : `${service.namespace}/${service.name}`;
        return [
            {
                code: 'KP128',
                severity: name === null ? 'warning' : 'error',
                message: `node-local-dns is gone and its rules are not: no interface of the node has ${text}, and NOTRACK keeps queries for ${name ?? 'it'} from being sent to an endpoint`,
                service: service === null ? null : { ...service, port: null },
                objects: [...(name === null ? [] : [name]), `chain ${first.rule.chain}`],
                hits: `pods and processes of this node that ask ${text}`,
                evidence: [ruleEvidence(first.rule), factEvidence(`no captured interface has ${text}`)],
                advice: 'start node-local-dns on this node again, or delete its rules in raw and filter',
                command: deleteSuchRule(context.tool(ruleset), 'raw', first.rule),
                certainty: 'certain',
            },
        ];
    });
}
/** A rule of raw that ends the table before: the packets are tracked, and those for the cluster IP go past the cache. */
function shadowed(rules, ruleset, context) {
    const raw = ruleset.tables.get('raw');
    return ['PREROUTING', 'OUTPUT'].flatMap((hook) => {
        const notrack = rules.filter(({ rule, table }) => table === 'raw' && rule.chain === hook && asksFor(rule) !== null);
        const client = clientsOf(context.known, ruleset.family).find(({ side }) => side === (hook === 'OUTPUT' ? 'node' : 'pod'));
        if (client === undefined)
            return [];
        const hidden = notrack.flatMap(({ rule }) => {
            const target = asksFor(rule);
            const shadow = target === null ? null : shadowOf(context.follower.follow(client, target));
            return target === null || shadow === null ? [] : [{ rule, shadow, target }];
        });
        const [first] = hidden;
        if (first === undefined || raw === undefined)
            return [];
        const { rule, shadow, target } = first;
        const place = formatAddress(target.address);
        const service = dnsService([{ rule, table: 'raw' }], context);
        const name = service === null ? null : `${service.namespace}/${service.name}`;
        const effect = name === null
            ? 'queries to the cache are tracked, and may be lost where conntrack is full or races'
            : `queries for ${name} are translated by kube-proxy, and go past the cache`;
        return [
            {
                code: 'KP128',
                severity: 'warning',
                message: `raw ${shadow.chain} rule ${shadow.number} ends the table before node-local-dns' NOTRACK rule for ${place} in ${hook}: ${effect}`,
                service: service === null ? null : { ...service, port: null },
                objects: [...(name === null ? [] : [name]), `chain ${shadow.chain}`],
                hits: `${hook === 'OUTPUT' ? 'processes' : 'pods'} of this node that ask ${place}`,
                evidence: [ruleEvidence(shadow), ruleEvidence(rule)],
                advice: 'put the rule behind those of node-local-dns, or let it ask for what it is meant for',
                command: listChain(context.tool(ruleset), 'raw', hook),
                certainty: 'certain',
            },
        ];
    });
}
/** @returns the query that a NOTRACK rule is for: to port 53 of an address; null for answers, and other rules. */
function asksFor(rule) {
    const text = destinationOf(rule);
    const address = text === null ? null : parseAddress(text);
    const port = rule.matches.find(({ kind, negated }) => kind === 'destination-port' && !negated);
    const protocol = rule.matches.find(({ kind, negated }) => kind === 'protocol' && !negated);
    const isNotrack = rule.target?.kind === 'notrack' || rule.target?.kind === 'ct';
    if (!isNotrack || address === null || port?.kind !== 'destination-port' || port.ports.from !== 53)
        return null;
    return {
        address,
        port: 53,
        protocol: protocol?.kind === 'protocol' ? (protocol.number ?? UDP) : UDP,
    };
}
/** @returns the rule of raw by which every such packet leaves the table before it comes to NOTRACK; null: it comes there. */
function shadowOf({ outcomes }) {
    const [first] = outcomes;
    if (first === undefined || outcomes.some(({ path }) => path.some(({ step }) => step.action === 'notrack')))
        return null;
    const step = first.path.find(({ step: { table, event, action, chain, hook } }) => table === 'raw' &&
        event === 'rule' &&
        (action === 'accept' || action === 'drop' || (action === 'return' && chain === hook)))?.step;
    return step === undefined ? null : iptablesRule(step);
}
/** A dump of routes may lack the table local. */
function hasAddress({ links }, address) {
    return (links ?? []).some(({ addresses }) => addresses.some((own) => sameAddress(own.address, address)));
}
function destinationOf({ matches }) {
    const match = matches.find(({ kind, negated }) => kind === 'destination' && !negated);
    if (match?.kind !== 'destination')
        return null;
    return formatAddress({ family: match.prefix.family, value: match.prefix.value });
}
/** The Service whose cluster IP the cache has taken over. */
function dnsService(rules, { known }) {
    for (const { rule } of rules) {
        for (const match of rule.matches) {
            if (match.kind !== 'destination' || match.negated)
                continue;
            const address = { family: match.prefix.family, value: match.prefix.value };
            const found = known.book.serviceAt(UDP, address, 53) ?? known.book.serviceAt(TCP, address, 53);
            if (found !== null)
                return { namespace: found.service.namespace, name: found.service.name };
        }
    }
    return null;
}
