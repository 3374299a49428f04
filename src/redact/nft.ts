import { createHash } from 'node:crypto';
import type { ProblemList } from '../problems/problem.ts';
import { renameJson } from './json-values.ts';
import { noteNetwork, noteRange } from './note-rules.ts';
import { hideRawPayloads } from './raw-payloads.ts';
import type { Renamer } from './renamer.ts';

/** kube-proxy in nftables mode: `service-5FSNRGRK-shop/web/tcp/http`, for endpoints with `__10.0.0.1/80` behind. */
const SERVICE_OBJECT =
  /^(service|external|firewall|endpoint|local|affinity)-[A-Z2-7]{8}-([^/]+)\/([^/]+)\/(tcp|udp|sctp)\/([^/_]*)(?:__([0-9a-f.:]+)\/(\d+))?$/;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Words of nftables' own language (libnftables-json(5)); any other text that is no address could be somebody's name. */
const WORDS: ReadonlySet<string> = new Set(
  `ip ip6 inet arp bridge netdev ipv4_addr ipv6_addr inet_proto inet_service ifname mark verdict ether_addr
  filter nat route prerouting input forward output postrouting ingress egress accept drop reject
  in original reply state new established related invalid untracked direction status dnat snat proto-src proto-dst
  tcp udp sctp icmp icmpv6 ipv6-icmp esp ah th meta ct fib oif iif oifname iifname l4proto nfproto skuid skgid
  saddr daddr sport dport protocol nexthdr type code flags fin syn rst ack psh urg local unicast broadcast multicast
  anycast blackhole unreachable prohibit port-unreachable admin-prohibited host-unreachable net-unreachable
  no-route addr-unreachable tcp\\ reset icmpx timeout dynamic interval constant fully-random random persistent
  second minute hour day week packets bytes kbytes mbytes cpu cgroup rtclassid length priority pkttype
  address key id zone label l3proto helper expiration count packet avgpkt nftrace match target
  base ll nh ih add update delete`
    .replaceAll('\\ ', '\0')
    .split(/\s+/)
    .map((word) => word.replace('\0', ' ')),
);

/** Its field names, and those of the statements that hide bytes. */
const FIELDS: ReadonlySet<string> = new Set(
  `& | ^ << >> accept addr bytes chain comment concat continue counter ct data dnat drop elem expires expr family fib field flags goto
  handle hook json_schema_version jump key left len mangle map masquerade match meta metainfo mod mode name nftables numgen offset op
  packets payload policy port prefix prio protocol reject release_name result return right rule set size table target timeout type
  typeof val value version vmap xt limit quota log redirect snat tproxy queue notrack dup fwd flow flowtable osf socket rt ipsec exthdr
  range jhash symhash base last synproxy secmark stmt hw use dev hooks devs auto-merge gc-interval dir level group snaplen
  queue-threshold per rate rate_unit burst burst_unit inv val_unit used seed num ttl tcp option ip sctp chunk dccp module
  helper ct\\ helper ct\\ timeout ct\\ expectation ct\\ count ct_count ct_helper l3proto dport spnum
  wscale mss redacted kind desc id element reset cgroup`
    .replaceAll('\\ ', '\0')
    .split(/\s+/)
    .map((word) => word.replace('\0', ' ')),
);

const COMMON_TABLES: ReadonlySet<string> = new Set(
  'filter nat mangle raw security kube-proxy firewalld calico'.split(' '),
);
/** Objects of kube-proxy's own table that are the same everywhere (pkg/proxy/nftables/proxier.go). */
const COMMON_OBJECTS =
  /^(?:cluster-ips|nodeport-ips|no-endpoint-(?:services|nodeports)|firewall-ips|service-(?:ips|nodeports)|hairpin-connections|(?:filter|nat)-(?:prerouting|input|forward|output|postrouting)(?:-pre-dnat)?|services|masquerading|mark-for-masquerade|reject-chain|firewall-check|cluster-ips-check|(?:service|nodeport)-endpoints-check|input|forward|output|prerouting|postrouting|ct_state_invalid_dropped_pkts)$/;

/** Fields that hold the name of a chain, a set or another object, whatever it looks like. */
const NAMED: ReadonlySet<string> = new Set(['chain', 'target', 'name']);

/** @returns `nft -j list ruleset` in the new names; comments are dropped, and so is what may be an address as a number. */
export function renameNft(value: unknown, renamer: Renamer, file: string, problems: ProblemList): unknown {
  const { value: shown, statements, sets } = hideRawPayloads(value);
  if (statements + sets > 0) problems.add('not-redactable', { what: 'payload', statements, sets }, file);
  // Others call a table by its name under `table`.
  return renameJson(
    shown,
    '',
    (key, text, of) => renameText(of === 'table' && key === 'name' ? of : key, text, renamer),
    (key) => (FIELDS.has(key) ? key : renamer.name('name', key)),
  );
}

function renameText(key: string, text: string, renamer: Renamer): string | undefined {
  if (key === 'comment' || key === 'release_name') return undefined;
  if (key === 'version') return /^[\d.]+$/.test(text) ? text : undefined;
  // A set is asked for by its name.
  if (text.startsWith('@')) return `@${renameText('name', text.slice(1), renamer)}`;
  if (WORDS.has(text) || COMMON_OBJECTS.test(text)) return text;
  if (key === 'table') return COMMON_TABLES.has(text) ? text : renamer.name('table', text);
  if (COMMON_TABLES.has(text)) return text;
  const service = renameServiceObject(text.replace(/^[@*]/, ''), renamer);
  if (service !== null) return (/^[@*]/.exec(text)?.[0] ?? '') + service;
  const place = renamer.range(text) ?? renamer.mac(text);
  if (place !== null) return place;
  if (NAMED.has(key)) return renamer.chains.rename(text);
  if (/^(?:0x[\da-f]+|\d+(?:[.-]\d+)?)$/.test(text) || /^[=!<>&|^]{1,2}$/.test(text)) return text;
  if (key === 'dev' || key === 'right') return renamer.interfaces.rename(text);
  return `x-${renamer.name('name', text)}`;
}

/** The hash is the beginning of the base32 of the SHA-256 of what follows it (`hashAndTruncate`). */
function renameServiceObject(text: string, renamer: Renamer): string | null {
  const match = SERVICE_OBJECT.exec(text);
  if (match === null) return null;
  const [, kind = '', namespace = '', name = '', protocol = '', port = '', address, number] = match;
  const renamedAddress = address === undefined ? '' : renamer.address(address);
  if (renamedAddress === null) return null;
  const service = `${renamer.name('namespace', namespace)}/${renamer.name('service', name)}/${protocol}/${renamer.name('port', port)}`;
  const whole = address === undefined ? service : `${service}__${renamedAddress}/${number}`;
  return `${kind}-${hashOf(whole)}-${whole}`;
}

function hashOf(text: string): string {
  const bits = BigInt(`0x${createHash('sha256').update(text).digest('hex').slice(0, 10)}`);
  return Array.from({ length: 8 }, (_, index) => BASE32[Number((bits >> BigInt(35 - index * 5)) & 31n)]).join(
    '',
  );
}

/** Notes names and networks, before any is renamed. The text may be large: it is not parsed for this. */
export function noteNft(text: string, renamer: Renamer): void {
  for (const [, name = ''] of text.matchAll(/"name": ?"([^"]+)"/g)) {
    const [, , namespace = '', service = '', , port = ''] = SERVICE_OBJECT.exec(name) ?? [];
    renamer.aliases.note('namespace', namespace);
    renamer.aliases.note('service', service);
    renamer.aliases.note('port', port);
  }
  for (const [, address, length] of text.matchAll(/"addr": ?"([^"]+)", ?"len": ?(\d+)/g)) {
    noteNetwork(`${address}/${length}`, renamer);
  }
  for (const [, from, to] of text.matchAll(/"range": ?\["([^"]+)", ?"([^"]+)"\]/g))
    noteRange(`${from}-${to}`, renamer);
}
