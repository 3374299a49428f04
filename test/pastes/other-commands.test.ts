import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { answerTo, ask, readPaste } from './paste.ts';

describe('check on a paste', () => {
  it('names no pod where none is known', async () => {
    const { out } = await ask(readPaste('04-kp111-null'), 'check');
    expect(out).toContain('KP111');
    expect(out).not.toContain('null');
  });

  it.each([
    ['06-k8s-forward-drop', 'FORWARD policy DROP dropped 22 packets: all that passed rule 2'],
    ['31-metallb-forward-drop', 'FORWARD policy DROP dropped 13 packets: all that passed rule 1'],
  ])('counters prove what the policy dropped: %s', async (name, text) => {
    const { out, status } = await ask(readPaste(name), 'check');
    expect(status).toBe(1);
    expect(out).toContain('KP107');
    expect(out).toContain(text);
  });

  it.each([
    ['other packets were accepted', ['22  1848 KUBE-FORWARD', '23  1932 KUBE-FORWARD']],
    ['an own rule accepted some', ['0     0 ACCEPT', '5   300 ACCEPT']],
    ['none was dropped', ['DROP 22 packets', 'DROP 0 packets']],
    ['the policy is ACCEPT', ['policy DROP', 'policy ACCEPT']],
  ])('but not where %s', async (_, [from = '', to = '']) => {
    const { out } = await ask(readPaste('06-k8s-forward-drop').replace(from, to), 'check');
    expect(out).not.toContain('KP107');
  });

  it('a REJECT of everything before the ACCEPT of the pods is an error, and no command counts picked lines', async () => {
    const { out, status } = await ask(readPaste('10-kubeadm-firewalld-forward'), 'check');
    expect(status).toBe(1);
    expect(out).toMatch(/^ERROR KP210/m);
    expect(out).not.toContain('iptables -t filter -D');
    const narrow = readPaste('10-kubeadm-firewalld-forward').replace(
      '-A FORWARD -j REJECT',
      '-A FORWARD -p udp -j REJECT',
    );
    expect((await ask(narrow, 'check')).out).not.toContain('KP210');
  });
});

describe('conntrack on a paste', () => {
  it('shows the flows asked for where nothing names the Service, and what they mean', async () => {
    const { out } = await ask(readPaste('11-k8s-udp-empty-nonempty'), 'conntrack', '--svc', '10.96.0.53:53');
    expect(out).toContain('udp 10.244.1.20:43145 → 10.96.0.53:53\n');
    expect(out).toContain('UNREPLIED');
    expect(out).toContain('if 10.96.0.53:53 is of a Service, these packets never reached an endpoint');
    const translated = readPaste('11-k8s-udp-empty-nonempty').replace('src=10.96.0.53', 'src=10.244.1.9');
    const other = await ask(translated, 'conntrack', '--svc', '10.96.0.53:53');
    expect(other.out).toContain('→ 10.244.1.9:53');
    expect(other.out).not.toContain('never reached');
  });

  it('asks for a listing of flows where it finds none', async () => {
    const { err, status } = await ask('tcp is fine, said conntrack\n', 'conntrack');
    expect(status).toBe(2);
    expect(err).toContain('no flows in -: looked for conntrack -L output');
    expect(err).not.toContain('iptables-save >');
  });
});

describe('chain on a paste', () => {
  it('knows what kube-router’s chains are for', async () => {
    const { out } = await ask(readPaste('17-kuberouter-hairpin'), 'chain', 'KUBE-ROUTER-HAIRPIN');
    expect(out).toContain('reaches itself through its own Service (IPVS hairpin)');
    expect(out).not.toContain('network policies');
    const entry = readPaste('17-kuberouter-hairpin').replace('HAIRPIN', 'INPUT');
    expect((await ask(entry, 'chain', 'KUBE-ROUTER-INPUT')).out).toContain('network policies');
  });

  it('does not call a chain empty that was not pasted', async () => {
    const { out, status } = await ask(readPaste('05-website-xlb'), 'chain', 'KUBE-MARK-DROP');
    expect(status).toBe(1);
    expect(out).toContain('rules lead to it: the capture lacks the chain');
  });
});

describe('services on a paste', () => {
  it('of rows without heads: node port, cluster IP, endpoint and name', async () => {
    const { out } = await ask(readPaste('27-canal-grep-nginx'), 'services');
    expect(out).toContain('10.99.165.171:80  32455     1 ');
    expect(out).toContain('default/web');
    expect(out).not.toContain('node ports are not answered');
  });

  it('of such rows another Service’s endpoint is not counted', async () => {
    const paste = readPaste('27-canal-grep-nginx').replace('/* default/web -> 192', '/* default/db -> 192');
    expect((await ask(paste, 'services')).out).not.toContain('1 endpoint');
  });

  it('an address that was blacked out is unknown', async () => {
    const paste = readPaste('21-k8s-sep-blanklines').replaceAll('10.96.5.5', 'x.x.x.x');
    expect((await ask(paste, 'services')).out).toMatch(/^default\/web +\? /m);
    const answer = await answerTo(paste, '10.96.5.5:80', '--from', 'pod');
    expect(answer).toContain('if "-d x.x.x.x/32" matches');
    expect(answer).toContain('if "-d x.x.x.x/32" does not match');
  });

  it('chains left over from iptables mode do not make an IPVS node one of iptables mode', async () => {
    const argv = ['10.96.0.10:53', '--protocol', 'udp', '--from', 'pod'];
    const paste = readPaste('38-cilium-ipvs-leftover');
    expect(await answerTo(paste, ...argv)).toContain(
      'UNKNOWN: IPVS carries Services here, and was not captured',
    );
    const used = paste.replace(
      '-A KUBE-SERVICES -m addrtype',
      '-A KUBE-SERVICES -d 10.96.0.10/32 -p udp -j KUBE-SVC-TCOU7JCQXEZGVUNU\n-A KUBE-SERVICES -m addrtype',
    );
    expect(await answerTo(used, ...argv)).not.toContain('IPVS');
  });

  it('says of nft text what would be read', async () => {
    const { err } = await ask(readPaste('15-calico-nft-fragment'), 'chain', 'KUBE-SVC-JOQCPDX2ATLAF3TL');
    expect(err).toContain(
      'this looks like `nft list ruleset`, or a part of it; rules that iptables-nft made are read from `iptables-save`',
    );
  });
});

describe('diff of two scraps', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scraps-'));
  const save = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('sees what a chain does that its author hooks, and proves nothing', async () => {
    const drop = readPaste('35-k8s97360-single');
    const [before, after] = [save('a.txt', drop), save('b.txt', drop.replace('32445', '32446'))];
    const { out, status } = await run(['diff', before, after]);
    expect(status).toBe(1);
    expect(out).toContain('BEHAVIOUR CHANGED');
    expect(out).toContain('not all could be compared');
    expect(out).not.toContain('nothing is left that could let a packet fare otherwise');
  });

  it('of the same scrap finds nothing', async () => {
    const [before, after] = [
      save('c.txt', readPaste('35-k8s97360-single')),
      save('d.txt', readPaste('35-k8s97360-single')),
    ];
    expect((await run(['diff', before, after])).out).toContain('no behaviour change');
  });
});

describe('what is not read', () => {
  it.each([
    [
      'Mar  9 02:07:11 node8 kernel: TRACE: nat:KUBE-SERVICES:rule:21 IN=eth1 OUT= SRC=203.0.113.11 DST=198.51.100.81 LEN=60',
      'what a kernel traced',
    ],
    [
      ' TRACE: 2 a8e3d1c2 nat:PREROUTING:rule:0x8:CONTINUE  -4 -t nat -A PREROUTING -j KUBE-SERVICES',
      'what a kernel traced',
    ],
    [
      '\tmap no-endpoint-services {\n\t\telements = { 10.96.7.7 . tcp . 80 : drop }\n\t}',
      'without its `table` lines',
    ],
  ])('%j is said to look like what it is', async (text, words) => {
    const { status, err } = await ask(`${text}\n`, 'trace', '10.96.7.7:80');
    expect(status).toBe(2);
    expect(err).toContain(words);
  });
});
