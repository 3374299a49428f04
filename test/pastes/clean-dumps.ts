import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { printRuleset } from '../../src/nftables/print/print-ruleset.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Clean } from './judge-pastes.ts';
import * as tools from './printed-tools.ts';

const CAPTURES = '../shared/captures';

/** Outputs that people put behind one another, with the command of each, and where each is: a file, or what a tool would print. */
type Transcript = readonly (readonly [string, string | tools.Print])[];

const SAVE: Transcript = [['iptables-save -c', 'iptables-save.txt']];

/** What else a capture tells in the way of other tools. */
const TRANSCRIPTS: Readonly<Record<string, Transcript>> = {
  'listed by number': [
    ['iptables -t nat -L -n', 'formats/iptables-nat-L-n.txt'],
    ['iptables -L -n', 'formats/iptables-filter-L-n.txt'],
  ],
  'listed with names': [
    ['iptables -t nat -L', 'formats/iptables-nat-L.txt'],
    ['iptables -L', 'formats/iptables-filter-L.txt'],
  ],
  'listed with counters': [
    ['iptables -t nat -L -n -v -x', 'formats/iptables-nat-L-n-v-x.txt'],
    ['iptables -t filter -L -n -v -x', 'formats/iptables-filter-L-n-v-x.txt'],
    ['ip addr', 'formats/ip-addr.txt'],
    ['ip route show table all', 'formats/ip-route.txt'],
  ],
  'as -S': [
    ['iptables -t nat -S', 'formats/iptables-nat-S.txt'],
    ['iptables -S', 'formats/iptables-filter-S.txt'],
  ],
  'IPVS listed': [
    ['ipvsadm -Ln', 'extra/ipvsadm-Ln.txt'],
    ['ipset list', 'extra/ipset-list.txt'],
    ['iptables-save', 'iptables-save.txt'],
  ],
  'with addresses, a line each': [
    ['ip -o addr', tools.addressLines],
    ['iptables-save', 'iptables-save.txt'],
    ['route -n', tools.routeTable],
  ],
  'with ifconfig and kubectl': [
    ['iptables-save', 'iptables-save.txt'],
    ['ifconfig', tools.ifconfig],
    ['kubectl get svc -A', tools.services],
    ['kubectl get endpointslices -A', tools.slices],
    ['kubectl describe svc', tools.described],
  ],
  'with rules of routing': [
    ['ip rule', tools.ruleLines],
    ['ip route show table all', 'formats/ip-route.txt'],
    ['iptables-save', 'iptables-save.txt'],
    ['ip -o addr', tools.addressLines],
  ],
  'with flows': [
    ['conntrack -L', 'conntrack.txt'],
    ['iptables-save', 'iptables-save.txt'],
  ],
  'IPVS counted': [
    ['ipvsadm -Ln --stats', 'extra/ipvsadm-Ln-stats.txt'],
    ['iptables-save', 'iptables-save.txt'],
    ['ipset save', 'ipset.txt'],
    ['ipvsadm -Lnc', 'extra/ipvsadm-Lnc.txt'],
    ['ip -o addr', tools.addressLines],
  ],
  'IPVS saved': [
    ['iptables-save', 'iptables-save.txt'],
    ['ipset save', 'ipset.txt'],
    ['ipvsadm-save -n', 'ipvsadm.txt'],
  ],
};

/** @returns the dumps of the fixtures, and those of the captures beside the repository where they are there. */
export function cleanDumps(root: string): Clean[] {
  const folders = ['fixtures/demo', 'fixtures/kube-proxy-1.20-legacy'];
  const captures = existsSync(join(root, CAPTURES)) ? readdirSync(join(root, CAPTURES)) : [];
  const saves = captures.filter((name) => name.includes('iptables')).map((name) => join(CAPTURES, name));
  const six: Transcript = [['ip6tables-save -c', 'ip6tables-save.txt']];
  return [
    ...[...folders, ...saves].flatMap((folder) => read(root, folder, SAVE, 'rules')),
    ...read(root, 'fixtures/demo', six, 'rules'),
    ...captures.flatMap((name) =>
      Object.values(TRANSCRIPTS).flatMap((parts) => read(root, join(CAPTURES, name), parts, 'transcript')),
    ),
    ...captures
      .filter((name) => name.includes('nftables'))
      .map((name) => printed(root, join(CAPTURES, name))),
  ];
}

/** @returns the outputs in one text; none where one of them is not there. */
function read(root: string, folder: string, parts: Transcript, kind: Clean['kind']): Clean[] {
  const isThere = (file: string | tools.Print): boolean =>
    typeof file === 'string' ? existsSync(join(root, folder, file)) : true;
  if (!parts.every(([, file]) => isThere(file))) return [];
  const [[command = ''] = []] = parts;
  const text = parts
    .map(([typed, file], index) => {
      const own =
        typeof file === 'string'
          ? readFileSync(join(root, folder, file), 'utf8').trimEnd()
          : file(join(root, folder));
      return kind === 'rules' ? own : `${index === 0 ? '' : '\n'}# ${typed}\n${own}`;
    })
    .join('\n');
  return [
    { name: `${folder} ${parts.map(([typed]) => typed).join('; ')}`, text: `${text}\n`, kind, command },
  ];
}

/** What `nft list ruleset` prints of the capture. */
function printed(root: string, folder: string): Clean {
  const file = join(root, folder, 'nft.json');
  const ruleset = parseNftables(readFileSync(file), file, new ProblemList());
  if (ruleset === null) throw new Error(`not readable: ${file}`);
  return {
    name: `${folder} nft`,
    text: printRuleset(ruleset),
    kind: 'transcript',
    command: 'nft list ruleset',
  };
}
