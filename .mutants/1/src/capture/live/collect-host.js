import { ADDRESSES, FLOW_STATS, FLOWS, flowsOf, HOST, IPSETS, IPVS, IPVS_CONNECTIONS, NFT_RULESET, } from './probes.js';
import { collectRecent } from './recent.js';
import { keepSysctls } from './sysctls.js';
/** Dumps (bytes) beyond which nf_tables is not asked for JSON: it would need gigabytes of the node's memory for it. */
const LARGE_DUMP = 48 * 1024 * 1024;
/**
 * Asks for addresses, and for what else the rules and the question need. Call it after `collectRules`.
 * @param modeMark shows kube-proxy's mode where the rules hold it; nf_tables need not be asked for it then
 */
export async function collectHost(collector, needs, modeMark) {
    const rules = [...RULE_FILES].map((file) => collector.bytesOf(file));
    const mention = (text) => rules.some((bytes) => bytes?.includes(text) === true);
    const probes = [ADDRESSES];
    if (needs.packets) {
        probes.push(...HOST);
        if (mention('--match-set '))
            probes.push(IPSETS);
    }
    await collector.runAll(probes);
    trimSysctls(collector);
    if (needs.packets || !mention(modeMark))
        await collectNft(collector, rules);
    await collectIpvs(collector, needs.packets);
    if (needs.packets && mention('-m recent '))
        await collectRecent(collector, rules);
}
/** Every flow and the counters. */
export async function collectFlows(collector) {
    await collector.runAll([...FLOWS, FLOW_STATS]);
}
/** Only the flows to some addresses: conntrack chooses, so that a table of a million flows is neither copied nor sent. */
export async function collectFlowsTo(collector, filter) {
    const directions = filter.replies ? ['--orig-dst', '--reply-dst'] : ['--orig-dst'];
    for (const family of ['ipv4', 'ipv6']) {
        const addresses = filter.addresses.filter((address) => address.includes(':') === (family === 'ipv6'));
        const asked = addresses.flatMap((address) => directions.map((direction) => ({ address, direction })));
        const probes = asked.map(({ address, direction }) => flowsOf(family, [direction, address]));
        const pieces = [];
        for (const [index, probe] of probes.entries()) {
            const bytes = await collector.output(probe);
            const { address, direction } = asked[index] ?? {};
            if (bytes === null || address === undefined)
                continue;
            pieces.push(direction === '--reply-dst' ? withoutFlowsTo(bytes, address) : bytes);
        }
        const [first] = probes;
        if (first === undefined || pieces.length === 0)
            continue;
        collector.add({ path: first.file, bytes: Buffer.concat(pieces), origin: collector.originOf(first.argv) });
    }
}
/** What a node says to its own address is in both listings: it must not be counted twice. */
function withoutFlowsTo(bytes, address) {
    const lines = bytes.toString('utf8').split('\n');
    return Buffer.from(lines.filter((line) => / dst=(\S+)/.exec(line)?.[1] !== address).join('\n'));
}
const RULE_FILES = [
    'iptables-save.txt',
    'ip6tables-save.txt',
    'iptables-legacy-save.txt',
    'ip6tables-legacy-save.txt',
];
async function collectNft(collector, rules) {
    if (collector.bytesOf(NFT_RULESET.file) !== null)
        return;
    const size = rules.reduce((sum, bytes) => sum + (bytes?.length ?? 0), 0);
    if (size > LARGE_DUMP) {
        collector.report('not-asked', `\`nft -j list ruleset\` was not run, because with so many rules it takes gigabytes of memory; ${NFT_RULESET.lost}`);
        return;
    }
    await collector.run(NFT_RULESET);
}
/** kube-proxy's image has no ipvsadm: what the kernel lists by itself is taken then, though it may leave virtual servers out. */
async function collectIpvs(collector, connections) {
    const listed = await collector.place.read(KERNEL_IPVS);
    if (listed.kind !== 'text')
        return;
    await collector.runAll(connections ? [IPVS, IPVS_CONNECTIONS] : [IPVS]);
    // Where it lists nothing, nothing is balanced.
    if (collector.bytesOf(IPVS.file) === null && /^(?:TCP|UDP|SCTP|FWM) /m.test(listed.text))
        collector.add({
            path: IPVS.file,
            bytes: Buffer.from(listed.text),
            origin: `${collector.place.prefix}${KERNEL_IPVS}`,
        });
}
const KERNEL_IPVS = '/proc/net/ip_vs';
function trimSysctls(collector) {
    const bytes = collector.bytesOf('sysctl.txt');
    if (bytes === null)
        return;
    const origin = collector.files().find(({ path }) => path === 'sysctl.txt')?.origin ?? 'sysctl';
    collector.add({ path: 'sysctl.txt', bytes: Buffer.from(keepSysctls(bytes.toString('utf8'))), origin });
}
