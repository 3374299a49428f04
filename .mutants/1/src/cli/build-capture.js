import { InputError } from '../capture/input-error.js';
import { NO_MANIFEST, parseManifest } from '../capture/manifest.js';
import { joinFlows } from '../conntrack/join-flows.js';
import { parseFlows } from '../conntrack/parse-conntrack.js';
import { IpvsTable } from '../ipvs/table.js';
import { CHAINS } from '../proxy/chains.js';
import { describeCapture, findProxyMode } from './capture-info.js';
import { loadCilium } from './load-cilium.js';
import { loadCluster } from './load-cluster.js';
import { loadHost } from './load-host.js';
import { loadIpvs } from './load-ipvs.js';
import { loadHooks, loadNft } from './load-nft.js';
import { loadRulesets } from './load-rulesets.js';
import { loadSockets } from './load-sockets.js';
import { once } from './once.js';
import { requireOneNode } from './one-node.js';
import { sortSources, textOf } from './sort-sources.js';
/**
 * Makes a capture of its sources. Rules are indexed now, the rest when asked for.
 * Throws InputError where there is nothing to answer from, or where the sources are of two nodes.
 */
export async function buildCapture(sources, origin, { problems, progress, needs }) {
    const sorted = sortSources(sources, problems, 'pastes');
    requireOneNode(sorted);
    const added = [];
    const manifest = loadManifest(sorted, problems);
    progress.begin('reading rules');
    const rulesets = await loadRulesets(sorted, manifest, problems);
    const text = (kind) => once(() => {
        const first = sorted.get(kind)?.[0];
        return first === undefined ? null : textOf(first.source, problems);
    });
    const listing = once(() => loadIpvs(sorted, problems));
    const nft = once(() => loadNft(sorted, problems));
    const nftHooks = once(() => loadHooks(sorted, problems));
    const host = loadHost(sorted, problems, nft);
    const mode = findProxyMode({
        told: manifest.proxyMode,
        rulesets,
        nftTable: () => mentionsKubeProxy(sorted) && host.nft?.kubeProxyTable === true,
        ipvsServers: (listing().servers ?? []).length > 0,
        ipvsInterface: () => host.links?.some(({ name }) => name === 'kube-ipvs0') === true,
    });
    const flowsSuffice = needs === 'rules-or-flows' && sorted.has('conntrack');
    const hasRules = rulesets.some((ruleset) => ruleset.tables.size > 0);
    // Without rules of iptables a node may have those of nft, or none at all: nft lists both of its backends. A machine that
    // nobody named and that has neither is hardly the node that is meant.
    const nftSuffices = () => {
        const listed = sorted.has('nft') && sorted.has('ip-addr') ? nft() : null;
        return listed?.cutAt === null && (!origin.live || listed.tables.size > 0);
    };
    if (!hasRules && !flowsSuffice && !nftSuffices() && mode !== 'nftables' && mode !== 'ipvs') {
        throw needs === 'rules-or-flows' ? noFlows(origin, sorted, problems) : noRules(origin, sorted, problems);
    }
    if (mode === 'nftables' && !walksKubeProxy(host))
        reportMode(problems);
    const listings = () => [...(sorted.get('conntrack') ?? []), ...added];
    const capture = {
        info: describeCapture(origin.name, manifest, mode, rulesets),
        manifest,
        rulesets,
        host,
        get nft() {
            return nft();
        },
        get nftHooks() {
            return nftHooks();
        },
        flows: once(() => {
            if (listings().length === 0)
                return null;
            return progress.during('reading flows', () => joinFlows(listings().map(({ source }) => parseFlows(source, problems))));
        }),
        get flowListings() {
            return listings().map(({ source }) => source);
        },
        cluster: once(async () => {
            const cluster = await loadCluster(sorted, problems, progress);
            if (cluster.seen === undefined)
                return cluster;
            const { nameSeenPorts } = await import('../explain/question/seen-ports.js');
            return nameSeenPorts(cluster, rulesets);
        }),
        conntrackStats: text('conntrack-stats'),
        ipvs: once(() => {
            const read = listing();
            if (read.servers !== null)
                return new IpvsTable(read);
            return mode === 'ipvs' ? 'not-captured' : null;
        }),
        sockets: once(() => loadSockets(sorted, problems)),
        cilium: once(() => loadCilium(sorted, problems)),
        expectations: text('expectations'),
        problems,
    };
    const addFlows = (more) => {
        added.push(...(sortSources(more, problems).get('conntrack') ?? []));
    };
    return { capture, addFlows };
}
function loadManifest(sorted, problems) {
    const found = sorted.get('manifest')?.[0];
    if (found === undefined)
        return NO_MANIFEST;
    const manifest = parseManifest(textOf(found.source, problems) ?? '');
    if (manifest !== null)
        return manifest;
    problems.add('unreadable-manifest', 'not readable as JSON; the node’s name and mode are not known from it', found.source.name);
    return NO_MANIFEST;
}
/** The rules that there are get their answer, but they are not the ones that carry Services. */
function reportMode(problems) {
    problems.add('mode-not-traced', 'kube-proxy runs in nftables mode on this node: its rules are in nft table kube-proxy and not in iptables; they were not captured (capture `nft -j list ruleset`)');
}
/** Whether nft listed the rules of kube-proxy, and not only that its table is there. */
function walksKubeProxy({ nft }) {
    return nft?.nativeChains.some(({ table }) => table === KUBE_PROXY_TABLE) === true;
}
const KUBE_PROXY_TABLE = 'kube-proxy';
/** Spares parsing a large listing, as JSON or text, where the table cannot be in it. */
function mentionsKubeProxy(sorted) {
    return (sorted.get('nft') ?? []).some(({ source }) => source.bytes.includes(KUBE_PROXY_TABLE));
}
/** What was found instead, so that the way out is clear. */
function noRules({ name: origin, live }, sorted, problems) {
    const { found, why } = foundInstead(sorted, problems);
    if (!live && holdsIptablesTables(sorted))
        throw new InputError('no-rules', `no iptables rules in ${origin}${found}: nft lists the tables of iptables-nft without what only iptables can print; save them as root on that node with: iptables-save > iptables-save.txt${why}`, origin);
    if (live) {
        return new InputError('no-rules', `${origin} has no iptables rules: iptables-save and ip6tables-save printed no table${why}`, null);
    }
    return new InputError('no-rules', `no iptables rules in ${origin}${found}: looked for iptables-save, iptables -S or iptables -L output, in a folder as iptables-save.txt, ip6tables-save.txt or their -legacy- forms; save them as root with: iptables-save > iptables-save.txt${why}`, origin);
}
/** Whether nft listed tables that iptables-nft made. */
function holdsIptablesTables(sorted) {
    return (sorted.get('nft') ?? []).some(({ source }) => source.bytes.includes(CHAINS.services));
}
/** The same for a question about flows, which rules alone name, but do not hold. */
function noFlows(origin, sorted, problems) {
    if (origin.live)
        return noRules(origin, sorted, problems);
    const { found, why } = foundInstead(sorted, problems);
    return new InputError('no-flows', `no flows in ${origin.name}${found}: looked for conntrack -L output in any form, or /proc/net/nf_conntrack, in a folder as conntrack.txt; save it as root with: conntrack -L > conntrack.txt${why}`, origin.name);
}
function foundInstead(sorted, problems) {
    const noted = problems.list();
    const reasons = noted.slice(0, 3).map(({ file, message }) => {
        // What would have been expected stands in this message already.
        const short = message.replace(/; expected .*$/, '');
        return file === null ? short : `${file}: ${short}`;
    });
    const others = [...sorted.keys()].filter((kind) => kind !== 'empty' && kind !== 'unknown');
    const found = others.length === 0 ? '' : ` (found ${others.join(', ')})`;
    const why = reasons.length === 0 ? '' : `\n  ${reasons.join('\n  ')}`;
    return { found, why };
}
