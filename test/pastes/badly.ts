import { type Change, dice, pick, type Roll } from './dice.ts';
import { ADDED, GIVEN, STRINGS } from './respelt.ts';

const PROMPTS = [
  '[root@node1 ~]# ',
  'root@node1:~# ',
  'node1:/# ',
  '$ ',
  '# ',
  'sh-5.1# sudo ',
  'root@node1:/home/me$ sudo ',
  '(prod) me@node1 ~ % sudo ',
  'bash-5.1# ',
  'core@node1 ~ $ sudo ',
  '➜  ~ sudo ',
  'root@node1 [~]# ',
  'node1:~ # ',
];

const PROSE = [
  'After a restart of the node I see the following, any idea?',
  'Thanks for the quick answer! Here it is:',
  '/kind bug',
  '**What happened**: nothing answers on the node port.',
  'Note that kube-proxy was restarted twice - once at 10:00, once at 11:00.',
  '### Environment: Kubernetes 1.28, containerd, Ubuntu 22.04',
];

const OTHERS: readonly (readonly string[])[] = [
  [
    '# conntrack -L',
    'udp      17 24 src=10.244.9.5 dst=10.96.0.77 sport=56635 dport=53 src=10.244.1.9 dst=10.244.9.5 sport=53 dport=56635 mark=0 use=1',
  ],
  [
    '$ kubectl get nodes',
    'NAME    STATUS   ROLES    AGE   VERSION',
    'node1   Ready    <none>   12d   v1.28.3',
  ],
  ['$ sysctl net.ipv4.ip_forward', 'net.ipv4.ip_forward = 1'],
  [
    '$ kubectl get pods -n other -o wide',
    'NAME    READY   STATUS    RESTARTS   AGE   IP             NODE    NOMINATED NODE   READINESS GATES',
    'api-0   1/1     Running   0          3d    10.244.9.201   node9   <none>           <none>',
  ],
  ['$ kubectl get ep -n other', 'NAME   ENDPOINTS            AGE', 'api    10.244.9.201:80     3d'],
  ['$ iptables -V', 'iptables v1.8.7 (nf_tables)'],
  ['$ cat /proc/sys/net/ipv4/ip_forward', '1'],
  ['$ kubectl version', 'Client Version: v1.28.3', 'Server Version: v1.28.3'],
  [
    '$ ipset list OTHER',
    'Name: OTHER',
    'Type: hash:ip',
    'Header: family inet hashsize 1024 maxelem 65536',
    'Number of entries: 1',
    'Members:',
    '10.9.9.9',
  ],
  ['$ uname -a', 'Linux node1 5.15.0-91-generic #101-Ubuntu SMP x86_64 GNU/Linux'],
];

const isRule = (line: string): boolean => /^(?:\[\d+:\d+\] )?-A/.test(line);

/** Put in front of every line, or changes it in its place: nothing is taken away. */
export const PREFIXES: Readonly<Record<string, Change>> = {
  'quoted mail': (lines) => lines.map((line) => `> ${line}`),
  'twice quoted': (lines) => lines.map((line) => `> > ${line}`),
  indented: (lines) => lines.map((line) => `      ${line}`),
  tabs: (lines) => lines.map((line) => `\t${line}`),
  'cat -n': (lines) => lines.map((line, index) => `${String(index + 1).padStart(6)}\t${line}`),
  'grep -n': (lines) => lines.map((line, index) => `${index + 1}:${line}`),
  'editor numbers': (lines) => lines.map((line, index) => `${String(index + 1).padStart(4)} ${line}`),
  syslog: (lines) => lines.map((line) => `Nov 14 11:06:11 node1 collect[12085]: ${line}`),
  klog: (lines) => lines.map((line) => `I1114 11:06:11.123456       1 proxier.go:1500] ${line}`),
  'container log': (lines) => lines.map((line) => `2024-05-06T07:08:09.123456789Z stdout F ${line}`),
  'kubectl logs with times': (lines) => lines.map((line) => `2024-05-06T07:08:09.123456789Z ${line}`),
  'one side of a diff': (lines) => lines.map((line) => `+${line}`),
  'the other side of a diff': (lines) => lines.map((line) => `-${line}`),
  'one side of a plain diff': (lines) => lines.map((line) => `< ${line}`),
  'lines of a diff that stayed': (lines) => lines.map((line) => ` ${line}`),
  journald: (lines) => lines.map((line) => `2024-05-06T07:08:09+0000 node1 kube-proxy[1]: ${line}`),
  'kubectl logs of several pods': (lines) => lines.map((line) => `[pod/kube-proxy-abcde/kube-proxy] ${line}`),
  'a log in brackets': (lines) => lines.map((line) => `[2024-05-06 07:08:09.123] ${line}`),
  'numbers with a point': (lines) => lines.map((line, index) => `${index + 1}. ${line}`),
  'a table in Markdown': (lines) => lines.map((line) => `| ${line} |`),
  'breaks of a page': (lines) => lines.map((line) => `${line}<br>`),
  bullets: (lines) => lines.map((line) => `* ${line}`),
  'a web page': (lines) =>
    lines.map((line) => line.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('>', '&gt;')),
  'typographic quotes': (lines) => lines.map((line) => line.replace(/"([^"]*)"/g, '\u201c$1\u201d')),
  'non-breaking blanks': (lines) => lines.map((line) => line.replaceAll(' ', '\u00a0')),
  'Windows lines': (lines) => lines.map((line) => `${line}\r`),
  'trailing blanks': (lines) => lines.map((line) => `${line}   `),
  'a JSON log': (lines) => lines.map((line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout' })),
};

/** What changes a listing's own lines. */
export const LISTED: Readonly<Record<string, Change>> = {
  'bold heads': (lines) => lines.map((line) => line.replace(/^Chain .*$/, '**$&**')),
  'a character before heads': (lines, roll) => {
    const sign = pick(['`', '\\', '- ', '\u200b', '>'], roll);
    return lines.map((line) => line.replace(/^Chain /, `${sign}Chain `));
  },
  'blanks lost': (lines) =>
    lines.map((line) => (isOfListing(line) ? line.trim().replace(/ {2,}/g, ' ') : line)),
  'blanks added': (lines) =>
    lines.map((line) => (isOfListing(line) ? line.replace(/ {2,}/g, '       ') : line)),
};

function isOfListing(line: string): boolean {
  return /^(?:Chain |num |target | *pkts |(?: *\d+[KMG]? +\d+[KMG]? +)?\S+ +(?:all|tcp|udp|sctp|icmp|\d+) +(?:--|-f|!f) )/.test(
    line,
  );
}

/** What stands around the lines. */
export const FRAMES: Readonly<Record<string, Change>> = {
  'a fence': (lines) => ['```', ...lines, '```'],
  'a fence with a name': (lines) => ['```console', ...lines, '```'],
  'a prompt': (lines, roll, command) => [`${pick(PROMPTS, roll)}${command}`, ...lines, 'root@node1:~# '],
  'prose around it': (lines, roll) => [pick(PROSE, roll), '', ...lines, '', pick(PROSE, roll)],
  'another tool behind it': (lines, roll) => [...lines, ...pick(OTHERS, roll)],
  'another tool before it': (lines, roll, command) => [...pick(OTHERS, roll), `# ${command}`, ...lines],
};

/** Lines broken where a mail program or a terminal breaks them. */
export const WRAPS: Readonly<Record<string, Change>> = {
  'wrapped mail': (lines) =>
    lines.flatMap((line) => {
      const at = isRule(line) && line.includes(' -j ') ? line.indexOf(' -m ', 40) : -1;
      return at < 0 ? [line] : [line.slice(0, at), line.slice(at + 1)];
    }),
};

/** What takes lines away from the output of any tool. */
export const TAKEN: Readonly<Record<string, Change>> = {
  head: (lines, roll) => lines.slice(0, 1 + roll(lines.length)),
  tail: (lines, roll) => lines.slice(roll(lines.length)),
  'left out in the middle': (lines, roll) => {
    const from = roll(lines.length);
    const to = from + 1 + roll(12);
    return [...lines.slice(0, from), pick(['...', '[...]', '<snip>', '… more …'], roll), ...lines.slice(to)];
  },
  'grep KUBE': (lines) => lines.filter((line) => /KUBE|kube/.test(line)),
};

/** What people put in the place of addresses. */
const MASKS = ['x.x.x.x', '<redacted>', '***', '[REDACTED]', 'xxx.xxx.xxx.xxx'];

/** What hides values of the output of any tool. */
export const REDACTED: Readonly<Record<string, Change>> = {
  'an address redacted': (lines, roll) => {
    const all = [...new Set(lines.flatMap((line) => line.match(/\b\d+\.\d+\.\d+\.\d+\b/g) ?? []))];
    if (all.length === 0) return [...lines];
    const [address, mask] = [pick(all, roll), pick(MASKS, roll)];
    return lines.map((line) =>
      line.replaceAll(new RegExp(`\\b${address.replaceAll('.', '\\.')}\\b`, 'g'), mask),
    );
  },
  'every pod redacted': (lines, roll) => {
    const mask = pick(MASKS, roll);
    return lines.map((line) => line.replace(/\b10\.244\.\d+\.\d+\b/g, mask));
  },
  'a revision that the tool does not know': (lines, roll) => {
    const at = lines.findIndex(
      (line, index) => index >= roll(lines.length) && /(?: to:|--to-destination )\S+/.test(line),
    );
    return lines.map((line, index) =>
      index === at ? line.replace(/(?: to:|--to-destination )\S+/, ' [unsupported revision]') : line,
    );
  },
};

/** What takes lines away from rules, or damages some, in ways that can be seen. */
export const CUTS: Readonly<Record<string, Change>> = {
  ...TAKEN,
  ...REDACTED,
  ...ADDED,
  'grep -v ^:': (lines) => lines.filter((line) => !line.startsWith(':')),
  'grep a name': (lines, roll) => {
    const names = lines.flatMap((line) => /--comment "?([a-z0-9-]+\/[a-z0-9-]+)/.exec(line)?.[1] ?? []);
    return names.length === 0 ? lines : lines.filter((line) => line.includes(pick(names, dice(roll(9999)))));
  },
  'rules alone': (lines) => lines.filter(isRule),
  'rules without counters': (lines) => lines.filter(isRule).map((line) => line.replace(/^\[\d+:\d+\] /, '')),
  'without table lines': (lines) => lines.filter((line) => !/^(?:\*|COMMIT|#)/.test(line)),
  'nat alone': (lines) => tableOf(lines, '*nat'),
  'filter alone': (lines) => tableOf(lines, '*filter'),
  'without built-in chains': (lines) =>
    lines.filter((line) => !/(?::| -A |^-A )(?:PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING) /.test(line)),
  // Of chains that take part in many paths: with the jumps to them gone, nothing shows that others are missing.
  'grep -v': (lines, roll) => {
    const word = pick(['KUBE-MARK', 'KUBE-POSTROUTING', 'KUBE-FIREWALL', 'CANARY'], roll);
    return lines.filter((line) => !line.includes(word));
  },
  'a damaged rule': (lines, roll) => {
    const at = lines.findIndex((line, index) => index >= roll(lines.length) && isRule(line));
    return lines.map((line, index) =>
      index === at ? line.replace(/^.*?-A /, pick(['A ', '', '\\-A '], roll)) : line,
    );
  },
};

/** What takes lines away from a transcript. */
const PARTS: Readonly<Record<string, Change>> = {
  ...TAKEN,
  ...REDACTED,
  'rows without heads': (lines) => lines.filter((line) => !/^(?:Chain|target|num| *pkts) /.test(line)),
  'one command left out': (lines, roll) => {
    const starts = lines.flatMap((line, index) =>
      /^# \S/.test(line) && !/Generated|Completed/.test(line) ? [index] : [],
    );
    if (starts.length < 2) return [...lines];
    const at = roll(starts.length);
    return [...lines.slice(0, starts[at]), ...lines.slice(starts[at + 1] ?? lines.length)];
  },
  'grep of each output': (lines, roll) => {
    const word = pick(['10.244', 'KUBE', 'web', 'eth0', 'tcp'], roll);
    return lines.flatMap((line) =>
      /^# \S/.test(line) && !/Generated|Completed/.test(line)
        ? [`${line} | grep ${word}`]
        : line.includes(word)
          ? [line]
          : [],
    );
  },
};

function tableOf(lines: readonly string[], head: string): string[] {
  const from = lines.indexOf(head);
  return from < 0 ? [...lines] : lines.slice(from, lines.indexOf('COMMIT', from) + 1);
}

/** A paste, and what was done to it. */
export interface BadPaste {
  readonly text: string;
  readonly changes: readonly string[];
  /** True where nothing was taken away. */
  readonly whole: boolean;
}

/** What is pasted: rules as iptables-save prints them, or what any tools printed. */
export interface Pasted {
  readonly lines: readonly string[];
  readonly kind: 'rules' | 'transcript';
  readonly command: string;
}

/** @returns lines as somebody might paste them, in up to five ways at once. */
export function pasteBadly({ lines: clean, kind, command }: Pasted, roll: Roll): BadPaste {
  const changes: string[] = [];
  let lines = [...clean];
  const apply = (kinds: Readonly<Record<string, Change>>): void => {
    const name = pick(Object.keys(kinds), roll);
    changes.push(name);
    lines = kinds[name]?.(lines, roll, command) ?? lines;
  };
  const whole = roll(2) === 0;
  if (!whole) apply(kind === 'rules' ? CUTS : PARTS);
  if (kind !== 'rules' && roll(3) === 0) apply(LISTED);
  if (kind === 'rules' && roll(6) === 0) apply(GIVEN);
  if (kind === 'rules' && roll(8) === 0) apply(WRAPS);
  if (roll(8) === 0) apply(STRINGS);
  if (roll(4) > 0) apply(FRAMES);
  if (roll(4) > 0) apply(PREFIXES);
  if (roll(3) === 0) apply(FRAMES);
  if (roll(5) === 0) apply(PREFIXES);
  return { text: `${lines.join('\n')}\n`, changes, whole };
}
