import { hasRole } from '../proxy/chains.js';
import { ownerOf, purposeOf } from '../proxy/owners.js';
import { explainAbsence } from './chains/absent-chain.js';
import { graphOf, isBuiltIn } from './chains/chain-graph.js';
import { identifyChain } from './chains/chain-identity.js';
import { chainsOfService } from './chains/chains-of-service.js';
import { findChains, findNamed } from './chains/find-chains.js';
import { leadsTo } from './chains/leads-to.js';
import { noteRule } from './chains/rule-note.js';
import { nameServices } from './services/cluster-naming.js';
export { suggestChains } from './chains/find-chains.js';
/**
 * Describes a chain wherever it stands: every family, backend and table.
 * @param name a chain's name in any case, its unique beginning, the 16 characters of kube-proxy's hash, or a Service port as
 *   `namespace/service` or `namespace/service:port`, which stands for all its chains
 * @returns one item for each place, IPv4 before IPv6; empty where nothing is found, see `suggestChains`. Throws nothing.
 */
export function describeChain(name, input) {
    const naming = nameServices(input);
    const rulesets = [...input.rulesets].sort((a, b) => rank(a) - rank(b));
    const found = name.includes('/')
        ? findNamed(chainsOfService(name, rulesets, naming), rulesets)
        : findChains(name, rulesets);
    const graphs = new Map();
    return found.map((each) => {
        const graph = graphs.get(each.table) ?? graphOf(each.table);
        graphs.set(each.table, graph);
        return describe(each, graph, naming);
    });
}
function rank({ family }) {
    return family === 'ipv4' ? 0 : 1;
}
/** @returns what is known of a name for which {@link describeChain} found nothing; null for nothing. */
export function describeAbsence(name, input) {
    return explainAbsence(name, { ...input, naming: nameServices(input) });
}
function describe(found, graph, naming) {
    const { ruleset, table, chain } = found;
    const { service, endpoint, misdirected } = identifyChain(found, graph, naming);
    return {
        kind: 'chain',
        family: ruleset.family,
        backend: ruleset.backend,
        table: table.name,
        name: chain.name,
        file: chain.file,
        line: chain.line,
        cut: cutText(found),
        policy: chain.policy,
        owner: ownerOf(chain.name),
        purpose: purposeText(chain.name),
        service,
        endpoint,
        misdirected,
        rules: rulesOf(found, naming),
        jumpedFrom: graph.callersOf(chain.name).map(({ chain: caller, index }) => {
            const rule = caller.rules.at(index);
            return { chain: caller.name, rule: rule.number, line: rule.line, text: rule.text };
        }),
        leadsTo: leadsTo(ruleset, table, chain.name),
        reach: reachOf(found, graph),
    };
}
function rulesOf({ ruleset, table, chain }, naming) {
    const items = [];
    for (let index = 0; index < chain.rules.length; index++) {
        const rule = chain.rules.at(index);
        const { number, line, text } = rule;
        const note = noteRule(rule, { ruleset, table, naming });
        items.push({ number, line, text, packets: rule.counters?.packets ?? null, note });
    }
    return items;
}
function cutText({ table, chain }) {
    const { cut } = table;
    const at = chain.cut ?? cut;
    if (at === undefined)
        return null;
    const what = chain.cut === undefined
        ? 'rules that jump here may be missing'
        : chain.cut.side === 'start'
            ? 'rules at the start of this chain may be missing'
            : chain.rules.length === 0
                ? 'whatever rules this chain has are missing'
                : 'rules at the end of this chain may be missing';
    return `the dump breaks off at ${at.file}:${at.line}: ${what}`;
}
function reachOf({ chain }, graph) {
    if (isBuiltIn(chain))
        return 'built-in';
    if (graph.reached.has(chain.name))
        return 'hooked';
    return graph.complete ? 'dead' : 'unknown';
}
/** A chain without a jump looks like a fault; for these it is none. */
function purposeText(name) {
    const purpose = purposeOf(name);
    if (purpose === null || !hasRole(name, 'canary'))
        return purpose;
    return `${purpose} Nothing ever jumps to it, by design.`;
}
