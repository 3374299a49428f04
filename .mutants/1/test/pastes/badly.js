/** A small generator of numbers, so that a failing paste can be made again. */
export function dice(seed) {
    let state = Math.imul(seed, 2654435761) >>> 0;
    return (sides) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * sides);
    };
}
/** @returns one of these. */
export const pick = (items, roll) => items[roll(items.length)];
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
];
const PROSE = [
    'After a restart of the node I see the following, any idea?',
    'Thanks for the quick answer! Here it is:',
    '/kind bug',
    '**What happened**: nothing answers on the node port.',
    'Note that kube-proxy was restarted twice - once at 10:00, once at 11:00.',
    '### Environment: Kubernetes 1.28, containerd, Ubuntu 22.04',
];
const OTHERS = [
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
    ['$ uname -a', 'Linux node1 5.15.0-91-generic #101-Ubuntu SMP x86_64 GNU/Linux'],
];
const isRule = (line) => /^(?:\[\d+:\d+\] )?-A/.test(line);
/** Put in front of every line, or changes it in its place: nothing is taken away. */
export const PREFIXES = {
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
    bullets: (lines) => lines.map((line) => `* ${line}`),
    'a web page': (lines) => lines.map((line) => line.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('>', '&gt;')),
    'typographic quotes': (lines) => lines.map((line) => line.replace(/"([^"]*)"/g, '\u201c$1\u201d')),
    'non-breaking blanks': (lines) => lines.map((line) => line.replaceAll(' ', '\u00a0')),
    'Windows lines': (lines) => lines.map((line) => `${line}\r`),
    'trailing blanks': (lines) => lines.map((line) => `${line}   `),
    'a JSON log': (lines) => lines.map((line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout' })),
};
/** What stands around the lines. */
export const FRAMES = {
    'a fence': (lines) => ['```', ...lines, '```'],
    'a fence with a name': (lines) => ['```console', ...lines, '```'],
    'a prompt': (lines, roll, command) => [`${pick(PROMPTS, roll)}${command}`, ...lines, 'root@node1:~# '],
    'prose around it': (lines, roll) => [pick(PROSE, roll), '', ...lines, '', pick(PROSE, roll)],
    'another tool behind it': (lines, roll) => [...lines, ...pick(OTHERS, roll)],
    'another tool before it': (lines, roll, command) => [...pick(OTHERS, roll), `# ${command}`, ...lines],
};
/** Lines broken where a mail program or a terminal breaks them. */
export const WRAPS = {
    'wrapped mail': (lines) => lines.flatMap((line) => {
        const at = isRule(line) && line.includes(' -j ') ? line.indexOf(' -m ', 40) : -1;
        return at < 0 ? [line] : [line.slice(0, at), line.slice(at + 1)];
    }),
};
/** What takes lines away from the output of any tool. */
export const TAKEN = {
    head: (lines, roll) => lines.slice(0, 1 + roll(lines.length)),
    tail: (lines, roll) => lines.slice(roll(lines.length)),
    'left out in the middle': (lines, roll) => {
        const from = roll(lines.length);
        const to = from + 1 + roll(12);
        return [...lines.slice(0, from), pick(['...', '[...]', '<snip>', '… more …'], roll), ...lines.slice(to)];
    },
    'grep KUBE': (lines) => lines.filter((line) => /KUBE|kube/.test(line)),
};
/** What takes lines away from rules, or damages some, in ways that can be seen. */
export const CUTS = {
    ...TAKEN,
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
    'without built-in chains': (lines) => lines.filter((line) => !/(?::| -A |^-A )(?:PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING) /.test(line)),
    // Of chains that take part in many paths: with the jumps to them gone, nothing shows that others are missing.
    'grep -v': (lines, roll) => {
        const word = pick(['KUBE-MARK', 'KUBE-POSTROUTING', 'KUBE-FIREWALL', 'CANARY'], roll);
        return lines.filter((line) => !line.includes(word));
    },
    'a damaged rule': (lines, roll) => {
        const at = lines.findIndex((line, index) => index >= roll(lines.length) && isRule(line));
        return lines.map((line, index) => index === at ? line.replace(/^.*?-A /, pick(['A ', '', '\\-A '], roll)) : line);
    },
};
function tableOf(lines, head) {
    const from = lines.indexOf(head);
    return from < 0 ? [...lines] : lines.slice(from, lines.indexOf('COMMIT', from) + 1);
}
/** @returns lines as somebody might paste them, in up to five ways at once. */
export function pasteBadly({ lines: clean, kind, command }, roll) {
    const changes = [];
    let lines = [...clean];
    const apply = (kinds) => {
        const name = pick(Object.keys(kinds), roll);
        changes.push(name);
        lines = kinds[name]?.(lines, roll, command) ?? lines;
    };
    const whole = roll(2) === 0;
    if (!whole)
        apply(kind === 'rules' ? CUTS : TAKEN);
    if (kind === 'rules' && roll(8) === 0)
        apply(WRAPS);
    if (roll(4) > 0)
        apply(FRAMES);
    if (roll(4) > 0)
        apply(PREFIXES);
    if (roll(3) === 0)
        apply(FRAMES);
    if (roll(5) === 0)
        apply(PREFIXES);
    return { text: `${lines.join('\n')}\n`, changes, whole };
}
