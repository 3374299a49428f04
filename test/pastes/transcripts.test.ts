import { describe, expect, it } from 'vitest';
import { answerTo, ask, readPaste } from './paste.ts';

const RULE =
  '-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "default/kubernetes:https cluster IP" -m tcp --dport 443 -j KUBE-SVC-NPX46M4PTMTKRN6Y';
const SERVICE = 'default/kubernetes:https  10.96.0.1:443';

describe('a rule is read wherever it starts in the line', () => {
  it.each([
    '12-k8s-hostport-mailquote',
    '13-k8s-journal-prefixed',
    '23-minikube-diff-plus',
    '26-logseq-affinity',
    '36-k8s44516-vimnumbers',
    '37-cilium-diff',
  ])('%s', async (name) => {
    const { out, status } = await ask(readPaste(name), 'services');
    expect(status).toBe(0);
    expect(out.split('\n')).toHaveLength(3);
    expect(out).toContain(SERVICE);
  });

  it.each([
    ['twice quoted mail', '> > '],
    ['cat -n', '     7\t'],
    ['grep -n', '12:'],
    ['a bullet', '- '],
    ['a fence glued to it', '```'],
    ['kubectl logs with times', '2024-05-06T07:08:09.123456789Z '],
    ['a container log', '2024-05-06T07:08:09.123456789Z stdout F '],
    ['klog', 'I1114 11:06:11.123456       1 proxier.go:1500] '],
    ['syslog', 'Nov  4 11:06:11 node1 kernel: '],
    ['a script', 'iptables -w 5 -t nat '],
    ['a prompt', '# iptables -t nat '],
    ['non-breaking blanks', '\u00a0\u00a0'],
  ])('%s', async (_, prefix) => {
    expect((await ask(`${prefix}${RULE}\n`, 'services')).out).toContain(SERVICE);
  });

  it('but prose that speaks of rules is none', async () => {
    const prose = 'Then I ran iptables and saw that -A KUBE-SERVICES was there, and the Chain was empty.\n';
    const { status, err } = await ask(prose, 'services');
    expect(status).toBe(2);
    expect(err).toContain('not recognised');
  });

  it('quotes, arrows and dashes that a web page changed', async () => {
    const { out } = await ask(readPaste('21-k8s-sep-blanklines'), 'services');
    expect(out).toMatch(/^default\/web +10\.96\.5\.5:80 +- +1 /m);
  });

  it('a rule that a mail program wrapped', async () => {
    const wrapped = RULE.replace(' -m tcp', '\n-m tcp').replace('cluster IP', 'cluster\nIP');
    expect((await ask(`${wrapped}\n${RULE.replace('10.96.0.1', '10.96.0.2')}\n`, 'services')).out).toContain(
      SERVICE,
    );
  });
});

describe('a diff', () => {
  it('of two states is refused, with the way to compare them', async () => {
    const { status, err } = await ask(`--A KUBE-SERVICES -j RETURN\n+${RULE}\n`, 'services');
    expect(status).toBe(2);
    expect(err).toContain('this is a diff: line 1 is of the state before, line 2 of the one after');
    expect(err).toContain('kp-explain diff');
  });

  it.each([
    ['of the other kind', `< -A KUBE-SERVICES -j RETURN\n---\n> ${RULE}\n`, 2],
    ['mail that quotes one state', `> -A KUBE-SERVICES -j RETURN\n> ${RULE}\n`, 0],
    ['bullets are no diff', `- -A KUBE-SERVICES -j RETURN\n+${RULE}\n`, 0],
  ])('%s', async (_, text, expected) => {
    expect((await ask(text, 'services')).status).toBe(expected);
  });

  it('one side of it is a state', async () => {
    expect((await ask(`+${RULE}\n+${RULE.replace('10.96.0.1', '10.96.0.2')}\n`, 'services')).status).toBe(0);
  });
});

describe('a listing', () => {
  it.each([
    '`Chain INPUT (policy DROP)',
    '\\Chain INPUT (policy DROP)',
    '- Chain INPUT (policy DROP)',
    '**Chain INPUT (policy DROP)**',
    '\u200bChain INPUT (policy DROP)',
    '   Chain INPUT (policy DROP)',
  ])('whose head is spelt %j keeps its chain', async (head) => {
    const paste = readPaste('30-kuberouter-backslash').replace('`Chain INPUT (policy DROP)', head);
    const answer = await answerTo(paste, 'node:22', '--from', 'external');
    expect(answer).toContain('DROP by');
    expect(answer).not.toContain('ACCEPT');
  });

  it('with a head typed by hand', async () => {
    const argv = ['node:8080', '--from', '100.64.1.2', '--in-interface', 'eth0'];
    const answer = await answerTo(readPaste('08-tailscale-cilium'), ...argv);
    expect(answer).toContain('DROP by filter ts-input rule 1');
    const other = await answerTo(readPaste('08-tailscale-cilium').replace('ts-input:', 'ts-other:'), ...argv);
    expect(other).toContain('chain ts-input, which is not in the capture');
  });

  it('whose second head is indented has two chains', async () => {
    const paste = readPaste('33-openshift3-padded');
    const { out } = await ask(paste, 'chain', 'KUBE-SEP-4AZMAPFEH5RVUVLC');
    expect(out).toContain('Endpoint: 10.244.2.11:8080');
    const first = await ask(paste, 'chain', 'KUBE-SEP-FBUQD36J3XDXJWPV');
    expect(first.out).toContain('Endpoint: 10.244.1.11:8080');
    expect(first.out).not.toContain('10.244.2.11');
  });

  it('a protocol of eight letters leaves no blank before the options', async () => {
    const paste = readPaste('20-kilo-ipencap');
    const answer = await answerTo(paste, 'node:6443', '--from', 'external');
    expect(answer).not.toContain('DROP');
    expect(answer).toContain('ACCEPT to this node itself');
    expect(
      await answerTo(paste.replace('ipencap--', 'all  --  '), 'node:6443', '--from', 'external'),
    ).toContain('DROP');
  });
});

describe('a transcript of several tools', () => {
  it('gives each its lines: addresses and routes of a node, and its rules', async () => {
    const { out } = await ask(
      readPaste('34-weave-oneline-addr'),
      'trace',
      '10.96.0.1:443',
      '--from',
      '10.32.0.5',
      '--detail',
      'answer',
    );
    expect(out).toMatch(/192\.168\.200\.2:6443 +- +this node/);
    expect(out).toContain('filter INPUT is not in the capture');
    expect(out).not.toContain('a route to every destination is taken for granted');
  });

  it('an address that no pasted line proves is not taken for the node’s', async () => {
    const paste = readPaste('34-weave-oneline-addr').replaceAll(
      /(src|inet) 192\.168\.200\.2\b/g,
      '$1 192.168.200.3',
    );
    const { out } = await ask(paste, 'trace', '10.96.0.1:443', '--from', '10.32.0.5', '--detail', 'answer');
    expect(out).toMatch(/192\.168\.200\.2:6443 +- +- /);
  });

  it('counts what stands between in one line', async () => {
    const { err } = await ask(readPaste('22-minikube-blog-diff'), 'services');
    expect(err.match(/^note:/gm)).toHaveLength(1);
    expect(err).toContain('1 line is no output of a tool that is read here, and was passed over: line 24');
  });

  it('of several nodes is refused, by their prompts', async () => {
    const { status, err } = await ask(readPaste('24-aks-dns-notes'), 'conntrack');
    expect(status).toBe(2);
    expect(err).toContain('lines of two nodes are in this paste: node-2 (line 2) and node-1 (line 4)');
    for (const host of ['node-2', 'node-2.example.com']) {
      const one = await ask(readPaste('24-aks-dns-notes').replace('node-1', host), 'conntrack');
      expect(one.out).toContain('conntrack: 2 flows');
    }
  });

  it('the command above a dump tells its table', async () => {
    const lines = '-A INPUT -j my\n-A my -p tcp -j ACCEPT\n';
    const { out } = await ask(`$ sudo iptables-save -t mangle | grep my\n${lines}`, 'chain', 'my');
    expect(out).toContain('my  mangle table');
    expect((await ask(`$ sudo iptables-save | grep my\n${lines}`, 'chain', 'my')).out).toContain(
      'my  filter table',
    );
  });
});

describe('conntrack', () => {
  it('a flow with the tool’s last words in front of it', async () => {
    const { out } = await ask(readPaste('28-conntrack-glued-status'), 'conntrack', '--client', '10.244.1.5');
    expect(out).toContain('conntrack: 1 flow from 10.244.1.5');
  });

  it('that a mail program broke before its answer', async () => {
    const flow = `> udp      17 27 src=10.0.4.7 dst=10.96.0.10 sport=33211 dport=53 [UNREPLIED]
> src=10.0.9.13 dst=10.0.4.7 sport=53 dport=33211 mark=0 use=1
`;
    const { out } = await ask(flow, 'conntrack', '--client', '10.0.4.7');
    expect(out).toContain('10.0.4.7:33211 → 10.96.0.10:53 → 10.0.9.13:53');
  });

  it('indented, without a timeout', async () => {
    expect((await ask(readPaste('29-vyos-offload'), 'conntrack')).out).toContain('conntrack: 1 flow');
  });
});

describe('lines of several tables without their names', () => {
  const paste = readPaste('01-netbird-k3s');

  it('are sorted line by line', async () => {
    expect(await answerTo(paste, '10.96.5.5:80', '--from', 'pod')).toContain('10.244.2.7:80');
    expect(await answerTo(paste, '10.96.7.7:80', '--from', 'pod')).toContain(
      'REJECT with icmp-port-unreachable by filter KUBE-SERVICES rule 1',
    );
  });

  it('whatever their order, and whoever jumps to whom', async () => {
    const lines = [
      '-A my-guard -s 10.9.0.0/16 -j my-drop',
      '-A my-drop -p tcp -j REJECT',
      '-A FORWARD -j my-guard',
      '-A my-nat -p tcp -j DNAT --to-destination 10.0.0.9:80',
      '-A PREROUTING -j my-nat',
    ];
    for (const order of [lines, lines.toReversed()]) {
      const text = `${order.join('\n')}\n`;
      const answer = await answerTo(text, '10.5.0.1:80', '--from', '10.9.0.1');
      expect(answer).toContain('REJECT with icmp-port-unreachable by filter my-drop rule 1');
      expect(await answerTo(text, '10.5.0.1:80', '--from', '10.8.0.1')).toContain('10.0.0.9:80');
    }
  });

  it('lines of one table are left together', async () => {
    const { err } = await ask(readPaste('19-cilium-hostport-order'), 'services');
    expect(err).not.toContain('sorted');
  });

  it('input of iptables-restore, as a log has it', async () => {
    const answer = await answerTo(readPaste('14-istio-init-log'), '198.51.100.7:443', '--from', 'node');
    expect(answer).toContain('if not so: the sending process runs as user 1337');
    expect(answer).toContain('127.0.0.1:15001');
  });
});

describe('a dump', () => {
  it('of which lines were picked is no dump that broke off', async () => {
    const paste = readPaste('39-annotated-save');
    const argv = ['10.96.10.1:80', '--from', 'pod'];
    expect(await answerTo(paste, ...argv)).toContain('10.244.1.11:8080');
    expect(await answerTo(paste, ...argv)).not.toContain('UNKNOWN');
    expect(await answerTo(paste.replace('*nat\n', ''), ...argv)).toBe(await answerTo(paste, ...argv));
  });

  it('that declares its built-in chains and has no COMMIT did break off', async () => {
    const paste = readPaste('39-annotated-save').replace('*nat\n', '*nat\n:PREROUTING ACCEPT [0:0]\n');
    expect(await answerTo(paste, '10.96.10.1:80', '--from', 'pod')).toContain('the dump breaks off');
  });

  it('twice in one paste: the later one counts, and it is said', async () => {
    const { out, err } = await ask(
      readPaste('40-two-dumps'),
      'trace',
      '192.0.2.10:80',
      '--from',
      'external',
      '--detail',
      'answer',
    );
    expect(out).toContain('10.0.0.9:80');
    expect(out).not.toContain('10.0.0.5:80');
    expect(err).toContain('stdin:10: table nat is given twice; the later one is used');
  });
});
