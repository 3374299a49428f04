import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SHARED_FILES } from '../../src/capture/demo.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { printRuleset } from '../../src/nftables/print/print-ruleset.ts';
import { ProblemList } from '../../src/problems/problem.ts';

/**
 * Nodes in nftables mode that are broken on purpose: kube-proxy's own table of fixtures/demo-nftables is loaded into the kernel, in
 * a network namespace of its own, changed by nft, and listed by nft.
 */
export interface BrokenNode {
  /** What was done to it. */
  readonly done: string;
  /** Commands for `nft -f`. */
  readonly nft: string;
  /** The first alarm, as `KP102 message`. */
  readonly says: RegExp;
}

const WEB = 'service-452DNVGS-shop/web/tcp/';
const IN = 'ip kube-proxy';

const choice = (chain: string, protocol: string, sockets: readonly string[]): string =>
  `flush chain ${IN} ${chain}
add rule ${IN} ${chain} meta l4proto ${protocol} dnat ip to numgen random mod ${sockets.length} map { ${sockets.map((socket, index) => `${index} : ${socket}`).join(', ')} }`;

/** Chains of Services whose endpoints changed while kube-proxy was paused: as it would have written them. */
const HEALED = [
  choice('service-L3STJDHV-shop/udp-stale/udp/echo', 'udp', ['10.244.2.11 . 5353']),
  choice('service-QIBPX644-shop/udp-stale-np/udp/echo', 'udp', ['10.244.2.12 . 5353']),
].join('\n');

export const BROKEN_NODES: readonly BrokenNode[] = [
  {
    done: 'a map has lost the element of a cluster IP',
    nft: `delete element ${IN} service-ips { 10.96.10.1 . tcp . 80 }`,
    says: /^KP102 shop\/web: the rules refuse cluster IP 10\.96\.10\.1:80/,
  },
  {
    done: 'a map has lost the element of a node port',
    nft: `delete element ${IN} service-nodeports { tcp . 30080 }`,
    says: /^KP102 shop\/np-cluster: node port 192\.168\.100\.11:30080 passes untranslated/,
  },
  {
    done: 'an element still leads to the chain of a Service that is deleted',
    nft: `add chain ${IN} service-GM2UEMXE-shop/gone/tcp/
add rule ${IN} service-GM2UEMXE-shop/gone/tcp/ meta l4proto tcp dnat ip to 10.244.1.11:8080
add element ${IN} cluster-ips { 10.96.10.99 }
add element ${IN} service-ips { 10.96.10.99 . tcp . 80 : goto service-GM2UEMXE-shop/gone/tcp/ }`,
    says: /^KP102 the rules for shop\/gone are not what the API says/,
  },
  {
    done: 'a chain leaves an endpoint out',
    nft: choice(WEB, 'tcp', ['10.244.1.11 . 8080', '10.244.2.11 . 8080']),
    says: /^KP102 shop\/web: the rules leave out 10\.244\.1\.12:8080/,
  },
  {
    done: 'a chain sends to a pod that is gone',
    nft: choice(WEB, 'tcp', ['10.244.1.11 . 8080', '10.244.1.99 . 8080', '10.244.2.11 . 8080']),
    says: /^KP102 shop\/web: the rules send cluster IP 10\.96\.10\.1:80 to 10\.244\.1\.99:8080, which the API does not name, and leave out 10\.244\.1\.12:8080|^KP102 shop\/web: the rules send cluster IP 10\.96\.10\.1:80 to 10\.244\.1\.99:8080, which the API does not name and leave out 10\.244\.1\.12:8080/,
  },
  {
    done: 'a chain has one endpoint twice',
    nft: choice(WEB, 'tcp', [
      '10.244.1.11 . 8080',
      '10.244.1.11 . 8080',
      '10.244.1.12 . 8080',
      '10.244.2.11 . 8080',
    ]),
    says: /^KP102 shop\/web: the rules do not spread cluster IP 10\.96\.10\.1:80 evenly/,
  },
  {
    done: 'source ranges of a load balancer are those of yesterday',
    nft: `flush chain ${IN} firewall-VG4DSY5R-shop/lb-ranges/tcp/
add rule ${IN} firewall-VG4DSY5R-shop/lb-ranges/tcp/ ip saddr != 10.1.2.3 drop`,
    says: /^KP102 shop\/lb-ranges: at load balancer IP 198\.51\.100\.11:80 the rules let in 10\.1\.2\.3\/32 and refuse 172\.16\.0\.0\/12 and 192\.168\.100\.50\/32; the API admits /,
  },
  {
    done: 'masquerading asks for another mark',
    nft: `flush chain ${IN} masquerading
add rule ${IN} masquerading meta mark & 0x8000 != 0 meta mark set meta mark ^ 0x8000 masquerade fully-random
add rule ${IN} masquerading ct status dnat ip saddr . ip daddr . meta l4proto . th dport @hairpin-connections masquerade fully-random`,
    says: /^KP402 packets for .*: they carry kube-proxy’s mark, and nothing masquerades them/,
  },
  {
    done: 'a foreign chain writes the whole mark',
    nft: `add table inet route-marks
add chain inet route-marks forward { type filter hook forward priority mangle; }
add rule inet route-marks forward meta mark set 0x1
add chain inet route-marks out { type route hook output priority 50; }
add rule inet route-marks out meta mark set 0x1`,
    says: /^KP402 packets for .*: inet route-marks (?:forward|out) rule 1 takes the mark away/,
  },
  {
    done: 'a foreign base chain drops what is forwarded',
    nft: `add table inet hostfw
add chain inet hostfw forward { type filter hook forward priority filter; policy drop; }
add rule inet hostfw forward ct state established,related accept`,
    says: /^KP401 inet hostfw forward policy drops packets for/,
  },
  {
    done: 'a foreign chain translates a cluster IP first',
    nft: `add table ip proxy2
add chain ip proxy2 pre { type nat hook prerouting priority -110; }
add rule ip proxy2 pre ip daddr 10.96.10.1 tcp dport 80 dnat to 10.9.9.9:80`,
    says: /^KP401 ip proxy2 pre rule 1 sends elsewhere packets for shop\/web/,
  },
  {
    done: 'a foreign chain takes Services out of conntrack',
    nft: `add table ip raw2
add chain ip raw2 pre { type filter hook prerouting priority raw; }
add rule ip raw2 pre ip daddr 10.96.10.1 notrack`,
    says: /^KP401 ip raw2 pre rule 1 keeps conntrack, and so kube-proxy, from packets for shop\/web/,
  },
  {
    done: 'the base chain for packets from pods is gone',
    nft: `flush chain ${IN} nat-prerouting
delete chain ${IN} nat-prerouting`,
    says: /^KP403 packets for .* do not come to kube-proxy’s chain of Services: no base chain/,
  },
  {
    done: 'a flush of the ruleset took the table',
    nft: `delete table ${IN}`,
    says: /^KP403 there is no table ip kube-proxy, though kube-proxy works in nftables mode/,
  },
];

const FIXTURES = join(import.meta.dirname, '../../fixtures');
const OWN = ['capture.json', 'ip-addr.json', 'ip-route.json', 'ip6-route.json', 'sysctl.txt'] as const;

/** Writes the capture of a broken node, or of the healthy one where nothing is broken. Needs root. Throws where nft refuses. */
export function makeNode(folder: string, broken: BrokenNode | null): void {
  mkdirSync(folder, { recursive: true });
  for (const file of SHARED_FILES) copyFileSync(join(FIXTURES, 'demo', file), join(folder, file));
  for (const file of OWN) copyFileSync(join(FIXTURES, 'demo-nftables', file), join(folder, file));
  const bytes = readFileSync(join(FIXTURES, 'demo-nftables/nft.json'));
  const ruleset = parseNftables(bytes, 'nft.json', new ProblemList());
  if (ruleset === null) throw new Error('the fixture is no rule set');
  const script = join(folder, 'load.nft');
  writeFileSync(script, `${printRuleset(ruleset)}\n${HEALED}\n${broken?.nft ?? ''}\n`);
  const listing = execFileSync('unshare', [
    '-n',
    'sh',
    '-c',
    'nft -f "$1" && nft -j list ruleset',
    'sh',
    script,
  ]);
  writeFileSync(join(folder, 'nft.json'), listing);
}

/** @returns whether nft can be asked in a network namespace of its own: it takes root, and the tools. */
export function canLoad(): boolean {
  try {
    execFileSync('unshare', ['-n', 'nft', 'list', 'ruleset'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
