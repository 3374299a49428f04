import { parseFlows } from '../../src/conntrack/parse-conntrack.js';
import { parseConntrackStats } from '../../src/conntrack/parse-stats.js';
import { FlowScanner } from '../../src/conntrack/scan-flows.js';
import { parseIpsets } from '../../src/host/parse-ipsets.js';
import { isListing, parseListing } from '../../src/iptables/listing/parse-listing.js';
import { parseSave } from '../../src/iptables/save/parse-save.js';
import { parseIpvs } from '../../src/ipvs/parse-ipvs.js';
import { printIpvs } from '../../src/ipvs/print-ipvs.js';
import { parseAddress } from '../../src/net/address.js';
import { parseHooks } from '../../src/nftables/parse-hooks.js';
import { parseNftables } from '../../src/nftables/parse-nft.js';
import { printRuleset } from '../../src/nftables/print/print-ruleset.js';
import { summaryOf } from '../../src/nftables/summary.js';
import { ProblemList } from '../../src/problems/problem.js';
import { KNOWN_CHAINS } from '../../src/proxy/known-chains.js';
import * as seeds from './seeds.js';
function readAll(rulesets) {
    const destination = parseAddress('10.96.0.1');
    for (const { tables } of rulesets) {
        for (const { chains } of tables.values()) {
            for (const { rules } of chains.values()) {
                for (const index of rules.towards(destination))
                    rules.targetName(index);
                for (let index = 0; index < rules.length; index++)
                    rules.at(index);
            }
        }
    }
}
const save = (text) => readAll(parseSave({ name: 'x', bytes: Buffer.from(text) }, { chains: KNOWN_CHAINS }, new ProblemList()));
const listing = (text) => {
    isListing(text);
    readAll(parseListing({ name: 'x', bytes: Buffer.from(text) }, { chains: KNOWN_CHAINS }, new ProblemList()));
};
const flows = (text) => [...parseFlows({ name: 'x', bytes: Buffer.from(text) }, new ProblemList()).all()].length;
const scanned = (text) => new FlowScanner({ row: (_, flow) => flow(), flow: () => undefined }, null, new ProblemList()).scan({
    name: 'x',
    chunks: () => [Buffer.from(text)],
});
const nft = (text) => {
    const ruleset = parseNftables(Buffer.from(text), 'x', new ProblemList());
    if (ruleset === null)
        return;
    summaryOf(ruleset);
    printRuleset(ruleset);
};
const ipvs = (holds) => (text) => {
    const { servers } = parseIpvs(text, 'x', new ProblemList(), holds);
    printIpvs(servers ?? []);
};
const lines = (name, seed, run) => ({
    name,
    form: 'lines',
    seed,
    run,
});
/** Readers of what the kernel's tables hold. */
export const TABLES = [
    lines('iptables-save', seeds.fixture('iptables/extensions-v4-nft.txt'), save),
    lines('iptables-save, IPv6', seeds.fixture('iptables/extensions-v6-nft.txt'), save),
    lines('iptables-save of kube-proxy', seeds.fixture('attack/iptables/iptables-save.txt'), save),
    lines('iptables-save -c', seeds.fixture('iptables/extensions-v4-legacy-counters.txt'), save),
    lines('iptables -S', seeds.fixture('iptables/nat-S-v.txt'), save),
    lines('iptables -L -n -v', seeds.fixture('listings/ipv4-filter-L-n-v-line-numbers.txt'), listing),
    lines('iptables -L -n -v -t nat', seeds.fixture('listings/ipv4-nat-L-n-v-line-numbers.txt'), listing),
    lines('iptables -L', seeds.fixture('listings/ipv4-nat-L.txt'), listing),
    lines('ip6tables -L', seeds.fixture('listings/ipv6-filter-L.txt'), listing),
    lines('conntrack -L', seeds.FLOWS, flows),
    lines('conntrack -L, row by row', seeds.FLOWS, scanned),
    lines('conntrack -L -o xml', seeds.FLOWS_XML, flows),
    lines('conntrack -S', seeds.fixture('demo/conntrack-stats.txt'), (text) => parseConntrackStats(text, 'x', new ProblemList())),
    lines('ipset save', seeds.SETS, (text) => parseIpsets(text)),
    lines('ipset list', seeds.SETS_LISTED, (text) => parseIpsets(text)),
    lines('ipset save of kube-proxy', seeds.fixture('attack/ipvs/ipset.txt'), (text) => parseIpsets(text)),
    lines('ipvsadm-save', seeds.IPVS_SAVED, ipvs('servers')),
    lines('ipvsadm -Ln', seeds.IPVS_LISTED, ipvs('servers')),
    lines('/proc/net/ip_vs', seeds.IPVS_PROC, ipvs('servers')),
    lines('ipvsadm -Lnc', seeds.IPVS_FLOWS, ipvs('connections')),
    lines('/proc/net/ip_vs_conn', seeds.IPVS_PROC_FLOWS, ipvs('connections')),
    lines('nft list ruleset', seeds.NATIVE, nft),
    lines('nft -a list ruleset of kube-proxy', seeds.NFT_TEXT, nft),
    { name: 'nft -j list ruleset', form: 'json', seed: seeds.NFT_ODD_JSON, run: nft },
    { name: 'nft -j list ruleset of kube-proxy', form: 'json', seed: seeds.NFT_JSON, run: nft },
    lines('nft list hooks', seeds.HOOKS, (text) => parseHooks(text, 'x', new ProblemList())),
];
