import { readFileSync } from 'node:fs';
import { parseManifest } from '../../src/capture/manifest.ts';
import { recognise } from '../../src/capture/recognise.ts';
import { sourceOfBytes } from '../../src/capture/source.ts';
import { splitConcatenated } from '../../src/capture/split-concatenated.ts';
import { parseExpectations } from '../../src/check/expectations/parse-expectations.ts';
import { parseFlows } from '../../src/conntrack/parse-conntrack.ts';
import { parseConntrackStats } from '../../src/conntrack/parse-stats.ts';
import { FlowScanner } from '../../src/conntrack/scan-flows.ts';
import { parseIpsets } from '../../src/host/parse-ipsets.ts';
import { parseLinks } from '../../src/host/parse-links.ts';
import { parsePolicyRules } from '../../src/host/parse-policy-rules.ts';
import { parseRecent } from '../../src/host/parse-recent.ts';
import { parseRoutes } from '../../src/host/parse-routes.ts';
import { parseSysctls } from '../../src/host/parse-sysctls.ts';
import { isListing, parseListing } from '../../src/iptables/listing/parse-listing.ts';
import type { Ruleset } from '../../src/iptables/ruleset.ts';
import { parseSave } from '../../src/iptables/save/parse-save.ts';
import { isKubernetes, parseObjects } from '../../src/kubernetes/parse-objects.ts';
import { parseAddress } from '../../src/net/address.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { parseServiceComment } from '../../src/proxy/comments.ts';
import { KNOWN_CHAINS } from '../../src/proxy/known-chains.ts';
import { redact } from '../../src/redact/redact.ts';
import type { RedactInput } from '../../src/redact/redact-input.ts';
import { nftFacts } from '../support/nft-facts.ts';

/** A reader of untrusted text, with a text that it reads whole. */
export interface Parser {
  readonly name: string;
  readonly seed: string;
  /** Reads everything that the reader would ever read of this text. */
  readonly run: (text: string) => unknown;
}

const fixture = (path: string): string =>
  readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8');

/** The beginning of a file: short texts are read often. */
const head = (path: string, lines: number): string => fixture(path).split('\n').slice(0, lines).join('\n');

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
const objects = (text: string): Promise<unknown> => {
  isKubernetes(text);
  return parseObjects({ name: 'x', bytes: Buffer.from(text) }, new ProblemList());
};
const redacted =
  (kind: RedactInput['kind']) =>
  (text: string): Promise<unknown> =>
    redact([{ path: 'x', name: 'x', kind, bytes: Buffer.from(text) }], new ProblemList(), 'key');

const FLOWS = `${head('demo/conntrack.txt', 12)}
    [NEW] udp      17 30 src=10.1.0.1 dst=10.1.0.2 sport=1 dport=2 [UNREPLIED] src=10.1.0.2 dst=10.1.0.1 sport=2 dport=1
[1699999999.123456]	 [DESTROY] tcp      6 src=10.1.0.1 dst=10.1.0.2 sport=1 dport=2 src=10.1.0.2 dst=10.1.0.1 sport=2 dport=1
`;
const FLOWS_XML =
  '<?xml version="1.0"?>\n<conntrack>\n<flow><meta direction="original"><layer3 protonum="2" protoname="ipv4"><src>10.0.0.1</src><dst>10.0.0.2</dst></layer3><layer4 protonum="6" protoname="tcp"><sport>1</sport><dport>2</dport></layer4></meta><meta direction="reply"><layer3 protonum="2" protoname="ipv4"><src>10.0.0.2</src><dst>10.0.0.1</dst></layer3><layer4 protonum="6" protoname="tcp"><sport>2</sport><dport>1</dport></layer4></meta><meta direction="independent"><state>ESTABLISHED</state><timeout>5</timeout><mark>0</mark><use>1</use></meta></flow>\n</conntrack>\n';
const SETS =
  'create a hash:ip,port family inet hashsize 1024 maxelem 65536 comment\nadd a 10.0.0.1,tcp:80 comment "x y"\ncreate b hash:net family inet6\nadd b fd00::/64 nomatch\ncreate c bitmap:ip range 10.0.0.0-10.0.0.255\nadd c 10.0.0.4\n';
const SETS_LISTED =
  'Name: a\nType: hash:net\nRevision: 7\nHeader: family inet hashsize 1024 maxelem 65536\nSize in memory: 504\nReferences: 1\nNumber of entries: 2\nMembers:\n10.0.0.0/8\n10.1.0.0/16 nomatch\n';
const ADDRESSES =
  '1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n2: eth0@if3: <BROADCAST,UP> mtu 1500 state UP master cni0\n    link/ether 02:42:ac:11:00:02 brd ff:ff:ff:ff:ff:ff\n    inet 10.0.0.1 peer 10.0.0.2/32 scope global eth0\n    inet6 fd00::1/64 scope global dynamic\n';
const ROUTES =
  'default via 10.0.0.1 dev eth0 proto dhcp src 10.0.0.5 metric 100\n10.244.1.0/24 via inet6 fe80::1 dev eth0 onlink\nblackhole 10.9.0.0/16\n10.8.0.0/16 proto static\n\tnexthop via 10.0.0.2 dev eth0 weight 1\n\tnexthop via 10.0.0.3 dev eth1 weight 2\n';
const POLICY =
  '0:\tfrom all lookup local\n100:\tnot from 10.0.0.0/8 to 10.1.0.0/16 iif eth0 fwmark 0x4000/0x4000 ipproto tcp sport 1-5 lookup 100\n32766:\tfrom all lookup main suppress_prefixlength 0\n';
const NATIVE =
  'table inet filter { # handle 1\n\tset s {\n\t\ttype ipv4_addr\n\t\telements = { 10.0.0.1 }\n\t}\n\tchain input { # handle 2\n\t\ttype filter hook input priority filter - 10; policy drop;\n\t\tip saddr @s tcp dport { 80, 443 } accept comment "a { b" # handle 3\n\t}\n}\n';
const RECENT =
  'src=10.0.0.1 ttl: 64 last_seen: 4296863134 oldest_pkt: 2 4296863134, 4296863135\nsrc=fd00::1 ttl: 0 last_seen: 1 oldest_pkt: 1 1\n';
const EXPECTATIONS =
  'apiVersion: kp-explain/v1\nkind: Expectations\npackets:\n  - name: web\n    to: shop/web:80\n    from: pod:shop/client\n    expect: accept\nconntrack:\n  - service: shop/web\n    stale: false\nfindings:\n  allow:\n    - code: KP101\n      reason: known\n';
const YAML =
  'apiVersion: v1\nkind: Service\nmetadata:\n  name: &n web\n  namespace: shop\nspec:\n  clusterIP: 10.96.0.1\n  ports:\n    - {name: http, port: 80, protocol: TCP}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: *n, namespace: shop}\n';

/** Every reader of text that comes from files, nodes and clusters. */
export const PARSERS: readonly Parser[] = [
  { name: 'iptables-save', seed: head('iptables/extensions-v4-nft.txt', 60), run: save },
  { name: 'iptables-save -c', seed: head('iptables/extensions-v4-legacy-counters.txt', 60), run: save },
  { name: 'iptables -S', seed: head('iptables/nat-S-v.txt', 40), run: save },
  {
    name: 'iptables -L -n -v',
    seed: head('listings/ipv4-filter-L-n-v-line-numbers.txt', 60),
    run: listing,
  },
  { name: 'iptables -L', seed: head('listings/ipv4-nat-L.txt', 60), run: listing },
  { name: 'conntrack -L', seed: FLOWS, run: flows },
  { name: 'conntrack -L, row by row', seed: FLOWS, run: scanned },
  { name: 'conntrack -L -o xml', seed: FLOWS_XML, run: flows },
  {
    name: 'conntrack -S',
    seed: fixture('demo/conntrack-stats.txt'),
    run: (text) => parseConntrackStats(text, 'x', new ProblemList()),
  },
  { name: 'ipset save', seed: SETS, run: (text) => parseIpsets(text) },
  { name: 'ipset list', seed: SETS_LISTED, run: (text) => parseIpsets(text) },
  { name: 'ip addr', seed: ADDRESSES, run: (text) => parseLinks(text, 'x', new ProblemList()) },
  { name: 'ip route', seed: ROUTES, run: (text) => parseRoutes(text, 'ipv4', 'x', new ProblemList()) },
  {
    name: 'ip -j route',
    seed: fixture('demo/ip-route.json'),
    run: (text) => parseRoutes(text, 'ipv4', 'x', new ProblemList()),
  },
  { name: 'ip rule', seed: POLICY, run: (text) => parsePolicyRules(text, 'ipv4', 'x', new ProblemList()) },
  { name: 'nft list ruleset', seed: NATIVE, run: (text) => nftFacts(text) },
  { name: 'sysctl', seed: head('demo/sysctl.txt', 20), run: parseSysctls },
  { name: 'xt_recent', seed: RECENT, run: (text) => parseRecent(text, 'x', new ProblemList()) },
  { name: 'a manifest', seed: fixture('demo/capture.json'), run: parseManifest },
  {
    name: 'expectations',
    seed: EXPECTATIONS,
    run: (text) => parseExpectations(text, 'x', new Set(['KP101'])),
  },
  { name: 'objects in YAML', seed: YAML, run: objects },
  { name: 'objects in JSON', seed: fixture('demo/services.json').slice(0, 4_000), run: objects },
  { name: 'a comment', seed: 'shop/web:http has no local endpoints', run: parseServiceComment },
  ...[FLOWS, SETS, NATIVE, ROUTES, YAML].map((seed, index) => ({
    name: `what is it? (${index + 1})`,
    seed,
    run: (text: string) => recognise(Buffer.from(text)),
  })),
  {
    name: 'several outputs in one',
    seed: `${head('iptables/nat-S-v.txt', 10)}\nCOMMIT\n${SETS}${FLOWS}`,
    run: (text) => splitConcatenated(sourceOfBytes('x', Buffer.from(text), null), 'iptables-save'),
  },
  {
    name: 'iptables-save, to be redacted',
    seed: head('iptables/extensions-v4-nft.txt', 40),
    run: redacted('iptables-save'),
  },
  { name: 'flows, to be redacted', seed: FLOWS, run: redacted('conntrack') },
  { name: 'sets, to be redacted', seed: SETS, run: redacted('ipset') },
  { name: 'links, to be redacted', seed: fixture('demo/ip-route.json'), run: redacted('ip-route') },
  { name: 'nft, to be redacted', seed: fixture('demo/nft.json').slice(0, 4_000), run: redacted('nft') },
  { name: 'sysctl, to be redacted', seed: head('demo/sysctl.txt', 20), run: redacted('sysctl') },
  { name: 'objects, to be redacted', seed: YAML, run: redacted('kubernetes') },
];
