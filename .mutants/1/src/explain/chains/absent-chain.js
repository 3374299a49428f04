import { commentOf } from '../../iptables/ruleset.js';
import { splitChainName } from '../../proxy/chain-name.js';
import { hasRole } from '../../proxy/chains.js';
import { parseServiceComment } from '../../proxy/comments.js';
import { factsOf } from '../services/rule-facts.js';
import { draftServices } from '../services/service-draft.js';
import { labelOf, nameDraft } from '../services/service-name.js';
/**
 * Says why there is no chain of a name: rules jump to it and the capture lacks it; or it would belong to a Service without
 * endpoints, for which kube-proxy writes a refusal and no chain; or the Service has no rule at all.
 * @param name as for `describeChain`, which found nothing
 * @returns null where nothing is known of the name
 */
export function explainAbsence(name, input) {
    if (name.includes('/'))
        return absentService(name, input);
    const jumps = rulesThatJumpTo((target) => isMeant(name, target), input.rulesets);
    if (jumps.length > 0)
        return { text: jumpText(jumps, input.rulesets), rules: jumps };
    const known = input.naming.byChain(name.toUpperCase());
    if (known === null)
        return null;
    const service = `${known.name.namespace}/${known.name.service}`;
    const found = absentService(labelOf(known.name), input);
    const prefix = splitChainName(name.toUpperCase())?.prefix ?? '';
    const rest = found === null ? 'the rules have nothing of it' : found.text;
    return {
        text: `by its hash this would be a ${prefix === 'SEP' ? 'chain of an endpoint' : 'chain'} of ${service}; ${rest}`,
        rules: found?.rules ?? [],
    };
}
function isMeant(name, target) {
    const wanted = name.toUpperCase();
    const upper = target.toUpperCase();
    return upper === wanted || (/^[A-Z2-7]{16}$/.test(wanted) && upper.endsWith(`-${wanted}`));
}
function jumpText(jumps, rulesets) {
    const tables = new Set(jumps.map(({ table }) => table));
    const where = `it does not exist in table ${[...tables].join(' or ')} of this capture, but rules lead to it`;
    const partial = rulesets.some(({ form, tables: all }) => form !== 'save' || [...all.values()].some(({ name, cut }) => tables.has(name) && cut !== undefined));
    return partial
        ? `${where}: the capture lacks the chain`
        : `${where}; a kernel takes no such rule, so the dump was changed or is not whole`;
}
/** A Service of which there is no chain: refusals, jumps to chains that the capture lacks, or nothing. */
function absentService(wanted, { rulesets, cluster, naming }) {
    const [, namespace = '', service = '', port = ''] = /^([^/]+)\/([^:]+)(?::(.*))?$/.exec(wanted) ?? [];
    const label = `${namespace}/${service}`;
    const rules = [];
    const lacking = new Set();
    for (const ruleset of rulesets) {
        for (const draft of draftServices(ruleset, naming)) {
            if (!isOf(draft, namespace, service, port, naming))
                continue;
            for (const chain of draft.chains)
                lacking.add(chain);
            rules.push(...refusalsOf(draft, ruleset));
        }
    }
    if (lacking.size > 0) {
        const names = [...lacking].join(', ');
        const text = `rules lead to ${names} of ${label}, which the capture lacks`;
        return { text, rules: rulesThatJumpTo((target) => lacking.has(target), rulesets) };
    }
    if (rules.length > 0) {
        const text = `${label} has no chain: for a Service port without endpoints that it may use, kube-proxy writes a rule that refuses instead`;
        return { text, rules };
    }
    const portals = rulesets.flatMap((ruleset) => portalsOf(ruleset, namespace, service, port));
    if (portals.length > 0) {
        const text = `${label} has no chain: kube-proxy in userspace mode writes rules that lead to a port of its own instead`;
        return { text, rules: portals };
    }
    const known = (cluster.services ?? []).find((each) => each.namespace === namespace && each.name === service);
    if (known === undefined)
        return null;
    if (known.type === 'ExternalName')
        return { text: `${label} is an ExternalName Service, a DNS alias without rules`, rules };
    const ports = known.ports.map((each) => each.name === '' ? String(each.port) : `${each.name} (${each.port})`);
    if (port !== '' && !known.ports.some((each) => each.name === port || String(each.port) === port))
        return { text: `${label} has no port ${port} in the API; it has ${ports.join(', ')}`, rules };
    const headless = known.clusterIPs.length === 0;
    const why = headless
        ? `${label} is headless: kube-proxy writes no rules for it`
        : `${label} is in the API, but no iptables rule is for ${port === '' ? 'it' : `its port ${port}`}`;
    return { text: why, rules };
}
function isOf(draft, namespace, service, port, naming) {
    const protocol = draft.entries[0]?.protocol ?? draft.refusals[0]?.protocol ?? null;
    const name = nameDraft(draft, protocol, null, naming);
    if (name.namespace !== namespace || name.name !== service)
        return false;
    const numbers = [...draft.entries, ...draft.refusals].map((each) => String(each.port));
    return port === '' || port === name.port || numbers.includes(port);
}
function refusalsOf(draft, ruleset) {
    const filter = ruleset.tables.get('filter');
    return draft.refusals.flatMap(({ chain, line, file }) => {
        const rules = filter?.chains.get(chain)?.rules;
        for (let index = 0; rules !== undefined && index < rules.length; index++) {
            const rule = rules.at(index);
            if (rule.line === line && rule.file === file)
                return [itemOf(rule, 'filter', ruleset)];
        }
        return [];
    });
}
/** Rules of userspace mode, which name the Service in their comments. */
function portalsOf(ruleset, namespace, service, port) {
    const found = [];
    for (const { name, rules } of ruleset.tables.get('nat')?.chains.values() ?? []) {
        if (!hasRole(name, 'portal'))
            continue;
        for (let index = 0; index < rules.length; index++) {
            const rule = rules.at(index);
            const said = parseServiceComment(commentOf(rule) ?? '');
            if (said?.namespace !== namespace || said.name !== service)
                continue;
            if (port === '' || port === said.port || port === String(factsOf(rule).port))
                found.push(itemOf(rule, 'nat', ruleset));
        }
    }
    return found;
}
function rulesThatJumpTo(isTarget, rulesets) {
    const found = [];
    for (const ruleset of rulesets) {
        for (const table of ruleset.tables.values())
            found.push(...jumpsIn(table, ruleset, isTarget));
    }
    return found;
}
function jumpsIn(table, ruleset, isTarget) {
    const found = [];
    for (const { rules } of table.chains.values()) {
        for (let index = 0; index < rules.length; index++) {
            const target = rules.targetName(index);
            if (target === null || !isTarget(target))
                continue;
            const rule = rules.at(index);
            const kind = rule.target?.kind;
            if (kind === 'jump' || kind === 'goto' || kind === 'unrecognised')
                found.push(itemOf(rule, table.name, ruleset));
        }
    }
    return found;
}
function itemOf(rule, table, { family, backend }) {
    const { chain, number, file, line, text } = rule;
    return { family, backend, table, chain, rule: number, file, line, text };
}
