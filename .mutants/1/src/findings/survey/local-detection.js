import { chainsBeginning, commentOf } from '../../iptables/ruleset.js';
import { beginningsOf, CHAINS, ipvsSetIn } from '../../proxy/chains.js';
import { addressKindIn } from '../../proxy/comments.js';
import { detectInNft } from './nft/detect-nft.js';
/**
 * Reads how the rules tell pods from others: `! -s CIDR … -j CHAINS.markMasquerade` for cluster IPs, in CHAINS.services up to 1.20, in
 * the chain of the Service since. What most of the Services have is what kube-proxy was told: one that differs is wrong.
 */
export function detectPods(known, family) {
    const networks = new Map();
    let [some, none, all] = [0, 0, 0];
    const inNft = known.proxyMode === 'nftables' ? detectInNft(known, family) : null;
    if (inNft !== null)
        return inNft;
    const inIpvs = known.proxyMode === 'ipvs' ? detectInIpvs(known, family) : null;
    if (inIpvs !== null)
        return inIpvs;
    for (const ruleset of known.rulesets) {
        const nat = ruleset.family === family ? ruleset.tables.get('nat') : undefined;
        if (nat === undefined)
            continue;
        const inServices = clusterIpMarks(nat, CHAINS.services);
        for (const name of sampled(nat)) {
            const marks = clusterIpMarks(nat, name);
            if (marks.length === 0)
                none++;
            for (const rule of marks) {
                const exception = rule.matches.find((match) => match.negated && (match.kind === 'source' || match.kind === 'in-interface'));
                if (exception === undefined)
                    all++;
                else
                    some++;
                if (exception?.kind === 'source')
                    networks.set(`${exception.prefix.value}`, { prefix: exception.prefix, rule });
            }
        }
        for (const rule of inServices) {
            const exception = rule.matches.find((match) => match.negated && (match.kind === 'source' || match.kind === 'in-interface'));
            if (exception === undefined)
                all += LARGE;
            else
                some += LARGE;
            if (exception?.kind === 'source')
                networks.set(`${exception.prefix.value}`, { prefix: exception.prefix, rule });
        }
    }
    const kind = some === 0 && all === 0 ? 'none' : some >= all ? (some >= none ? 'some' : 'none') : 'all';
    return { kind, networks: [...networks.values()] };
}
/** One rule in CHAINS.services outweighs the chains of the Services, which then have none. */
const LARGE = 1_000;
/** As many chains as it takes to know: reading 12,000 would cost a second. */
const SAMPLE = 200;
function sampled(nat) {
    const found = [];
    for (const { name, rules } of chainsBeginning(nat, beginningsOf('service', 'local'))) {
        if (rules.length === 0)
            continue;
        found.push(name);
        if (found.length === SAMPLE)
            break;
    }
    return found;
}
function clusterIpMarks(nat, chain) {
    const rules = nat.chains.get(chain)?.rules;
    const found = [];
    for (let index = 0; rules !== undefined && index < rules.length && found.length < SAMPLE; index++) {
        if (rules.targetName(index) !== CHAINS.markMasquerade)
            continue;
        const rule = rules.at(index);
        const comment = commentOf(rule);
        if (chain === CHAINS.services && comment !== null && addressKindIn(comment) !== 'clusterIP')
            continue;
        if (rule.matches.some(({ kind }) => kind === 'destination'))
            found.push(rule);
    }
    return found;
}
/** IPVS mode has one rule for all cluster IPs, on their set; told no pod network it asks for the node's own packets alone (`src,dst`). */
function detectInIpvs(known, family) {
    for (const ruleset of known.rulesets) {
        const nat = ruleset.family === family ? ruleset.tables.get('nat') : undefined;
        const rules = nat?.chains.get(CHAINS.services)?.rules;
        for (let index = 0; rules !== undefined && index < rules.length; index++) {
            if (rules.targetName(index) !== CHAINS.markMasquerade)
                continue;
            const rule = rules.at(index);
            const set = rule.matches.find((match) => match.kind === 'set');
            if (set?.kind !== 'set' || ipvsSetIn(set.name) !== 'CLUSTER-IP')
                continue;
            const pods = rule.matches.find((match) => match.kind === 'source' && match.negated);
            if (pods?.kind === 'source')
                return { kind: 'some', networks: [{ prefix: pods.prefix, rule }] };
            const exception = rule.matches.some((match) => match.kind === 'in-interface' && match.negated);
            const kind = exception ? 'some' : set.directions[0] === 'src' ? 'none' : 'all';
            return { kind, networks: [] };
        }
    }
    return null;
}
