import { parseCiliumServices } from '../../src/cilium/parse-services.ts';
import { parseFlows } from '../../src/conntrack/parse-conntrack.ts';
import { parseConntrackStats } from '../../src/conntrack/parse-stats.ts';
import { FlowScanner } from '../../src/conntrack/scan-flows.ts';
import { parseIpsets } from '../../src/host/parse-ipsets.ts';
import { isListing, parseListing } from '../../src/iptables/listing/parse-listing.ts';
import type { Ruleset } from '../../src/iptables/ruleset.ts';
import { parseSave } from '../../src/iptables/save/parse-save.ts';
import { parseIpvs } from '../../src/ipvs/parse-ipvs.ts';
import { printIpvs } from '../../src/ipvs/print-ipvs.ts';
import { parseAddress } from '../../src/net/address.ts';
import { parseHooks } from '../../src/nftables/parse-hooks.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { printRuleset } from '../../src/nftables/print/print-ruleset.ts';
import { summaryOf } from '../../src/nftables/summary.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { KNOWN_CHAINS } from '../../src/proxy/known-chains.ts';
import type { Parser } from './parser.ts';
import * as seeds from './seeds.ts';

function readAll(rulesets: readonly Ruleset[]): void {
  const destination = parseAddress('10.96.0.1');
  for (const { tables } of rulesets) {
    for (const { chains } of tables.values()) {
      for (const { rules } of chains.values()) {
        for (const index of rules.towards(destination)) rules.targetName(index);
        for (let index = 0; index < rules.length; index++) rules.at(index);
      }
    }
  }
}

const save = (text: string): void =>
  readAll(parseSave({ name: 'x', bytes: Buffer.from(text) }, { chains: KNOWN_CHAINS }, new ProblemList()));
const listing = (text: string): void => {
  isListing(text);
  readAll(parseListing({ name: 'x', bytes: Buffer.from(text) }, { chains: KNOWN_CHAINS }, new ProblemList()));
};
const flows = (text: string): number =>
  [...parseFlows({ name: 'x', bytes: Buffer.from(text) }, new ProblemList()).all()].length;
const scanned = (text: string): Promise<unknown> =>
  new FlowScanner({ row: (_, flow) => flow(), flow: () => undefined }, null, new ProblemList()).scan({
    name: 'x',
    chunks: () => [Buffer.from(text)],
  });
const nft = (text: string): void => {
  const ruleset = parseNftables(Buffer.from(text), 'x', new ProblemList());
  if (ruleset === null) return;
  summaryOf(ruleset);
  printRuleset(ruleset);
};
const ipvs =
  (holds: 'servers' | 'connections') =>
  (text: string): void => {
    const { servers } = parseIpvs(text, 'x', new ProblemList(), holds);
    printIpvs(servers ?? []);
  };

const cilium = (text: string): unknown => parseCiliumServices(text, 'x', new ProblemList());

const lines = (name: string, seed: string, run: (text: string) => unknown): Parser => ({
  name,
  form: 'lines',
  seed,
  run,
});

/** Readers of what the kernel's tables hold. */
export const TABLES: readonly Parser[] = [
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
  lines('conntrack -S', seeds.fixture('demo/conntrack-stats.txt'), (text) =>
    parseConntrackStats(text, 'x', new ProblemList()),
  ),
  lines('ipset save', seeds.SETS, (text) => parseIpsets(text)),
  lines('ipset list', seeds.SETS_LISTED, (text) => parseIpsets(text)),
  lines('ipset save of kube-proxy', seeds.fixture('attack/ipvs/ipset.txt'), (text) => parseIpsets(text)),
  lines('ipvsadm-save', seeds.IPVS_SAVED, ipvs('servers')),
  lines('ipvsadm -Ln', seeds.IPVS_LISTED, ipvs('servers')),
  lines('/proc/net/ip_vs', seeds.IPVS_PROC, ipvs('servers')),
  lines('ipvsadm -Lnc', seeds.IPVS_FLOWS, ipvs('connections')),
  lines('/proc/net/ip_vs_conn', seeds.IPVS_PROC_FLOWS, ipvs('connections')),
  lines('cilium-dbg service list', seeds.CILIUM, cilium),
  { name: 'cilium-dbg service list -o json', form: 'json', seed: seeds.CILIUM_JSON, run: cilium },
  { name: 'cilium-dbg bpf lb list -o json', form: 'json', seed: seeds.CILIUM_MAP, run: cilium },
  lines('nft list ruleset', seeds.NATIVE, nft),
  lines('nft -a list ruleset of kube-proxy', seeds.NFT_TEXT, nft),
  { name: 'nft -j list ruleset', form: 'json', seed: seeds.NFT_ODD_JSON, run: nft },
  { name: 'nft -j list ruleset of kube-proxy', form: 'json', seed: seeds.NFT_JSON, run: nft },
  lines('nft list hooks', seeds.HOOKS, (text) => parseHooks(text, 'x', new ProblemList())),
];
