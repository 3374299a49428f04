import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { redactFiles } from '../../src/cli/redact-files.ts';
import { parseFlowLine } from '../../src/conntrack/parse-flow-line.ts';
import { parseCounterSample } from '../../src/host/counter-sample.ts';
import { parseAddress } from '../../src/net/address.ts';
import { parsePrefix, prefixCovers } from '../../src/net/prefix.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { toldAll } from '../../src/problems/told-problem.ts';
import { AddressMap } from '../../src/redact/address-map.ts';
import { plainCounters } from '../../src/redact/counters.ts';
import { Renamer } from '../../src/redact/renamer.ts';
import { renameOption } from '../../src/redact/rule-options.ts';
import { renameRule } from '../../src/redact/rules.ts';
import { run } from '../cli/run-main.ts';

const renamer = (): Renamer => new Renamer('a fixed key');

async function redacted(files: Record<string, string>) {
  const problems = new ProblemList();
  const list = Object.entries(files).map(([path, text]) => ({
    path,
    bytes: Buffer.from(text),
    origin: path,
  }));
  const out = await redactFiles(list, problems);
  const text = out.map(({ path, bytes }) => `== ${path}\n${bytes.toString()}`).join('\n');
  return { text, paths: out.map(({ path }) => path), problems: toldAll(problems.list()) };
}

describe('addresses', () => {
  it.each([
    '0.0.0.0',
    '127.0.0.1',
    '169.254.169.254',
    '224.0.0.251',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'ff02::1',
  ])('%s is the same everywhere and stays', (address) => expect(renamer().address(address)).toBe(address));

  it('share as many leading bits after as before', () => {
    const map = new AddressMap('k');
    const texts = [
      '10.0.0.1',
      '10.0.0.2',
      '10.0.1.1',
      '10.96.0.1',
      '11.0.0.1',
      '192.168.7.9',
      '8.8.8.8',
      '172.16.0.1',
    ];
    const values = texts.map((text) => parseAddress(text)).filter((address) => address !== null);
    const common = (a: bigint, b: bigint): number => 32 - (a ^ b).toString(2).replace(/^0$/, '').length;
    for (const a of values) {
      for (const b of values) {
        expect(common(map.rename(a).value, map.rename(b).value)).toBe(common(a.value, b.value));
      }
    }
  });

  it('keep networks networks, nested as they were, with host bits zero', () => {
    const names = renamer();
    for (const [outer, inner] of [
      ['10.244.0.0/16', '10.244.7.0/24'],
      ['fd00:10:244::/48', 'fd00:10:244:2::/64'],
    ] as const) {
      const [big, small] = [names.prefix(outer), names.prefix(inner)].map((text) => parsePrefix(text ?? ''));
      expect(
        big !== null &&
          big !== undefined &&
          small !== null &&
          small !== undefined &&
          prefixCovers(big, small),
      ).toBe(true);
      expect(names.prefix(outer)?.split('/')[1]).toBe(outer.split('/')[1]);
    }
    expect(names.prefix('0.0.0.0/0')).toBe('0.0.0.0/0');
    expect(names.prefix('no address')).toBeNull();
  });

  it('within IPv6 are renamed like the IPv4 address they hold', () => {
    const names = renamer();
    expect(names.address('::ffff:10.1.2.3')).toBe(`::ffff:${names.address('10.1.2.3')}`);
  });

  it.each([
    ['::ffff:10.77.1.2', '::ffff:'],
    ['::ffff:0:10.77.1.2', '::ffff:0:'],
    ['64:ff9b::10.77.1.2', '64:ff9b::'],
    ['::10.77.1.2', '::'],
    ['fe80::10.77.1.2', 'fe80::'],
    ['fe80::5efe:10.77.1.2', 'fe80::5efe:'],
  ])('in %s is renamed as the IPv4 address itself', (text, before) => {
    const names = renamer();
    const alone = names.address('10.77.1.2') ?? '';
    expect(alone).not.toBe('10.77.1.2');
    const usual = parseAddress(`${before}${alone}`);
    expect(parseAddress(names.address(text) ?? '')).toEqual(usual);
    expect(parseAddress(names.address('fe80::a4d:102') ?? '')).toEqual(parseAddress(`fe80::${alone}`));
  });

  it.each(['fe80::1234:5678:9abc:def0', '64:ff9b:1:2:3:4:5:6'])('%s keeps its network alone', (text) => {
    const renamed = renamer().address(text) ?? '';
    expect(renamed.split(':')[0]).toBe(text.split(':')[0]);
    for (const group of text.split(':').slice(2)) expect(renamed.split(':').slice(2)).not.toContain(group);
  });

  it('made of a MAC address change with it', () => {
    const names = renamer();
    const renamed = names.address('fe80::4874:1bff:febf:7fbc') ?? '';
    expect(renamed).toMatch(/^fe80::.*ff:fe/);
    expect(renamed).not.toContain('7fbc');
    const mac = (names.mac('4a:74:1b:bf:7f:bc') ?? '').split(':');
    expect(renamed.endsWith(`${Number.parseInt(`${mac[4]}${mac[5]}`, 16).toString(16)}`)).toBe(true);
  });

  it('of a range stay in order', async () => {
    const rule = '-A INPUT -m iprange --src-range 10.9.8.17-10.9.8.200 -j DROP';
    const { text } = await redacted({
      'iptables-save.txt': `*filter\n:INPUT ACCEPT [0:0]\n${rule}\nCOMMIT\n`,
    });
    const [, from = '', to = ''] = /--src-range ([\d.]+)-([\d.]+) /.exec(text) ?? [];
    expect(from).not.toBe('10.9.8.17');
    const size = (parseAddress(to)?.value ?? 0n) - (parseAddress(from)?.value ?? 0n);
    expect(size).toBe(183n);
  });
});

describe('what a node seldom has', () => {
  it('keeps its words, and its addresses are called as they are elsewhere', async () => {
    const { text, problems } = await redacted({
      'ip-xfrm-policy.txt':
        'src 10.77.1.0/24 dst 10.78.0.0/16 proto tcp dport 80 dev acme0 \n\tdir out action block priority 5 ptype main \n\tmark 0x1/0xff \n\ttmpl src 10.77.1.9 dst 10.78.0.9\n\t\tproto esp reqid 0 mode tunnel\n',
      'ip-addrlabel.json': '[{"address":"fd77:acde::","prefixlen":32,"ifname":"acme0","label":9}]',
      'conntrack-expect.txt':
        '299 l3proto = 2 proto=6 src=10.77.1.9 dst=10.78.0.9 sport=0 dport=51210 ftp\n299 l3proto = 2 proto=6 src=10.77.1.9 dst=10.78.0.9 sport=0 dport=51210 acme\n',
    });
    const [, network = ''] =
      /^src (\S+)\.0\/24 dst (\S+)\.0\.0\/16 proto tcp dport 80 dev \S+$/m.exec(text) ?? [];
    const [, from = '', to = ''] = /^\ttmpl src (\S+) dst (\S+)$/m.exec(text) ?? [];
    expect(network).toMatch(/^\d+\.\d+\.\d+$/);
    expect(from).toContain(`${network}.`);
    expect(text).toContain('\tdir out action block priority 5 ptype main\n\tmark 0x1/0xff\n');
    expect(text).toContain(`299 l3proto = 2 proto=6 src=${from} dst=${to} sport=0 dport=51210 ftp\n`);
    expect(text).toMatch(/"address":"[0-9a-f:]+::","prefixlen":32,"ifname":"\w+","label":9/);
    expect(text).not.toMatch(/acme|acde|10\.7[78]\./);
    expect(problems.map(({ message, line }) => `${line}: ${message}`)).toEqual(['2: this line was left out']);
  });
});

describe('a rule', () => {
  it.each([
    ['-A INPUT -m comment --comment "the vault of ACME" -j DROP', '-A INPUT -j DROP'],
    ['-A INPUT -j LOG --log-prefix "ACME vault: "', '-A INPUT -j LOG --log-prefix "redacted"'],
    [
      '-A INPUT -m string --string "ACME" --algo bm --to 65535 -j DROP',
      '-A INPUT -m string --string "redacted" --algo bm --to 65535 -j DROP',
    ],
    [
      '-A INPUT -i eth0 -p tcp -m tcp --dport 22 -m mark ! --mark 0x4000/0x4000 -j ACCEPT',
      '-A INPUT -i eth0 -p tcp -m tcp --dport 22 -m mark ! --mark 0x4000/0x4000 -j ACCEPT',
    ],
    ['-A INPUT -m owner --uid-owner 1000 -j RETURN', '-A INPUT -m owner --uid-owner 1000 -j RETURN'],
    ['-A INPUT -m limit --limit 5/min -j ACCEPT', '-A INPUT -m limit --limit 5/min -j ACCEPT'],
    [
      '-A INPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
      '-A INPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
    ],
  ])('%s', (before, after) => {
    expect(renameRule(before, renamer())).toBe(after);
  });

  it.each(['10.1.2.3', 'fd00::7', '10.1.2.3:80', 'aa:bb:cc:dd:ee:01'])(
    'renames %s behind an option that is not known, and drops other words there',
    (value) => {
      const names = renamer();
      expect(renameRule(`-A INPUT -j TEE --gateway ${value}`, names) ?? '').not.toContain(value);
      expect(renameOption('--acme', value, 0, names)).not.toBe(value);
      expect(renameOption('--acme', 'vault', 0, names)).toBeNull();
      expect(renameOption('--acme', '0x10/0xff', 0, names)).toBe('0x10/0xff');
    },
  );

  it('keeps a chain of its own under another name, everywhere the same', () => {
    const names = renamer();
    const jump = renameRule('-A INPUT -j acme-vault', names) ?? '';
    const chain = jump.replace('-A INPUT -j ', '');
    expect(chain).toMatch(/^CHAIN-[A-Z2-7]{12}$/);
    expect(renameRule('-A acme-vault -j RETURN', names)).toBe(`-A ${chain} -j RETURN`);
  });

  it('goes on matching interfaces by their beginning', () => {
    const names = renamer();
    names.interfaces.notePattern('acme+');
    const pattern = names.interfaces.rename('acme+').slice(0, -1);
    expect(pattern).not.toContain('acme');
    expect(names.interfaces.rename('acme-vpn0').startsWith(pattern)).toBe(true);
    expect(names.interfaces.rename('cali+')).toBe('cali+');
    expect(names.interfaces.rename('cali12345678901')).toMatch(/^cali[0-9a-f]+$/);
    expect(names.interfaces.rename('eth0.100')).toBe('eth0.100');
    expect(names.interfaces.rename('acme-vpn0').length).toBeLessThanOrEqual(15);
  });

  it('that cannot be read is left out, and said', async () => {
    const { text, problems } = await redacted({
      'iptables-save.txt':
        '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT --acme vault\n-A INPUT "unclosed\nsome words of ACME\nCOMMIT\n',
    });
    expect(text).not.toMatch(/acme|unclosed/i);
    expect(problems.map(({ code, line }) => [code, line])).toEqual([
      ['not-redactable', 3],
      ['not-redactable', 4],
      ['not-redactable', 5],
    ]);
  });
});

describe('other files', () => {
  it('lose what nothing is known of', async () => {
    const { text, paths, problems } = await redacted({
      'conntrack.txt':
        'tcp      6 7 TIME_WAIT src=10.1.1.1 dst=10.2.2.2 sport=1 dport=80 src=10.2.2.2 dst=10.1.1.1 sport=80 dport=1 [ASSURED] mark=0 secctx=acme_u:vault use=1\nhello acme\n',
      'ipset.txt':
        'create acme hash:net family inet hashsize 1024 maxelem 65536\nadd acme 10.7.0.0/16 comment "acme vault"\n',
      'sysctl.txt':
        'kernel.hostname = acme\nnet.ipv4.conf.acme0.rp_filter = 1\nnet.ipv4.tcp_congestion_control = cubic\n',
      'capture.json':
        '{"kind": "CaptureManifest", "node": "acme-1", "notes": "acme", "kubeProxyFlags": ["--hostname-override=acme-1", "--kubeconfig=/acme"], "origin": "acme"}',
      'ip-addr.json':
        '[{"ifname":"acme0","ifalias":"acme vault","address":"4a:74:1b:bf:7f:bc","addr_info":[{"family":"inet","local":"10.7.0.1","prefixlen":16,"acme":"x"}]}]',
      'xt_recent/acme': 'src=10.7.0.9 ttl: 64 last_seen: 5 oldest_pkt: 1 5\n',
      'nft.json':
        '{"nftables":[{"table":{"family":"ip","name":"acme"}},{"rule":{"family":"ip","table":"acme","chain":"vault-acme","comment":"acme","expr":[{"match":{"op":"==","left":{"meta":{"key":"iifname"}},"right":"acme0"}},{"log":{"prefix":"acme: "}}]}}]}',
      'expect.yaml': 'expectations:\n- acme\n',
      'notes.txt': 'all about acme\n',
    });
    expect(text.toLowerCase()).not.toMatch(/acme|vault/);
    // Of new addresses one in fourteen runs began 10.1, 10.2 or 10.7 by chance; the networks themselves are these.
    expect(text).not.toMatch(/\b10\.(?:1\.1|2\.2|7\.0)\./);
    expect(text).toContain(' [ASSURED] mark=0 use=1');
    expect(paths.some((path) => /^xt_recent\/list-\d+$/.test(path))).toBe(true);
    expect(problems.filter(({ code }) => code === 'not-redactable').map(({ file }) => file)).toEqual(
      expect.arrayContaining(['conntrack.txt', 'expect.yaml', 'notes.txt']),
    );
  });

  const there = 'src=10.1.1.1 dst=10.2.2.2 sport=1 dport=80';
  const back = 'src=10.2.2.2 dst=10.1.1.1 sport=80 dport=1';
  const tuple = (direction: string, from: string, to: string): string =>
    `<meta direction="${direction}"><layer3 protonum="2" protoname="ipv4"><src>${from}</src><dst>${to}</dst></layer3><layer4 protonum="17" protoname="udp"><sport>1</sport><dport>80</dport></layer4></meta>`;
  it.each([
    [
      '-o timestamp',
      `udp      17 27 ${there} [UNREPLIED] ${back} mark=0 delta-time=2 [start=Sat Nov 21 16:51:37 2026] use=1`,
      /^udp {6}17 27 src=\S+ .*\[UNREPLIED\] src=\S+ .* mark=0 delta-time=2 use=1$/,
    ],
    [
      '-E',
      `[1795279897.710031]\t    [NEW] udp      17 30 ${there} [UNREPLIED] ${back}`,
      /^ {0,4}\[NEW\] udp {6}17 30 src=\S+ .* dport=1$/,
    ],
    [
      '-o xml',
      `<flow>${tuple('original', '10.1.1.1', '10.2.2.2')}${tuple('reply', '10.2.2.2', '10.1.1.1')}<meta direction="independent"><timeout>27</timeout><mark>0</mark><secctx>acme_u</secctx><helper>acme</helper><labels><label>acme</label></labels><unreplied/><timestamp><start>1795279897710031519</start></timestamp><deltatime>2</deltatime></meta></flow>`,
      /^<flow>.*<timeout>27<\/timeout><mark>0<\/mark><unreplied\/><deltatime>2<\/deltatime><\/meta><\/flow>$/,
    ],
    [
      '-o save',
      '-A -t 27 -u UNSET -c acme -l acme -s 10.1.1.1 -d 10.2.2.2 -r 10.2.2.2 -q 10.1.1.1 -p udp --sport 1 --dport 80 --reply-port-src 80 --reply-port-dst 1',
      /^-A -t 27 -u UNSET -s \S+ -d \S+ -r \S+ -q \S+ -p udp --sport 1 --dport 80 --reply-port-src 80 --reply-port-dst 1$/,
    ],
  ])('flows as conntrack %s prints them keep what a trace reads', async (_form, line, expected) => {
    const { text, problems } = await redacted({ 'conntrack.txt': `${line}\n` });
    expect(problems).toEqual([]);
    const written = text.replace('== conntrack.txt\n', '').trimEnd();
    expect(written).toMatch(expected);
    // Addresses have new ones, which may have the same digits within.
    expect(text).not.toMatch(/acme|(?<![\d.])10\.(?:1\.1\.1|2\.2\.2)(?![\d.])|179527989771003|16:51/);
    const flow = parseFlowLine(written.replace(/^ *\[NEW\] /, ''), 'conntrack.txt', 1);
    expect(flow).toMatchObject({ protocol: 17, original: { sourcePort: 1, destinationPort: 80 } });
    expect(flow?.reply.source).toEqual(flow?.original.destination);
  });

  it('of nftables keep no name that looks like a number, and no header bytes that may be an address', async () => {
    const raw = { payload: { base: 'nh', offset: 128, len: 32 } };
    const masked = { '&': [raw, 4294967040] };
    const rule = (left: object) => ({
      rule: {
        family: 'ip',
        table: 'filter',
        chain: 'cafe-bad',
        expr: [{ match: { op: '==', left, right: 172814593 } }, { jump: { target: 'deadbeef' } }],
      },
    });
    const chains = ['cafe-bad', 'deadbeef', '10-9'].map((name) => ({
      chain: { family: 'ip', table: 'filter', name },
    }));
    const nftables = [{ table: { family: 'ip', name: 'filter' } }, ...chains, rule(raw), rule(masked)];
    const { text } = await redacted({ 'nft.json': JSON.stringify({ nftables }) });
    expect(text).not.toMatch(/cafe|beef|"10-9"|172814593/);
    expect(text).not.toContain('"right":0');
    expect(text.match(/"right":\{"redacted":\d+\}/g)).toEqual([
      '"right":{"redacted":1}',
      '"right":{"redacted":2}',
    ]);
  });

  it('of a manifest keep versions, modes and flags only as everybody has them', async () => {
    const { text } = await redacted({
      'capture.json': JSON.stringify({
        kind: 'CaptureManifest',
        kubeProxy: 'Kubernetes v1.30.2-acme.7',
        kernel: '6.1.0-acme',
        proxyMode: 'acme',
        backend: 'iptables-acme',
        tools: ['iptables v1.8.9 (acme)'],
        kubeProxyFlags: [
          '--proxy-mode=acme',
          '--ipvs-scheduler=acme',
          '-v=2',
          '--iptables-sync-period=1m30s',
        ],
      }),
    });
    expect(text).not.toContain('acme');
    expect(text).toContain('Kubernetes v1.30.2"');
    expect(text).toContain('--iptables-sync-period=1m30s');
  });

  it('are never called by names of their own', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kp-explain-redact-'));
    try {
      const [from, to] = [join(folder, 'from'), join(folder, 'to')];
      mkdirSync(from);
      writeFileSync(join(from, 'acme-rules.txt'), '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n');
      writeFileSync(join(from, 'acme-nothing.txt'), '');
      writeFileSync(join(from, 'acme.json'), '{"apiVersion": "kp-explain/v1", "kind": "CaptureManifest"}');
      const { status } = await run(['capture', '-w', to, '--redact', '-f', from]);
      expect(status).toBe(0);
      expect(readdirSync(to).sort()).toEqual(['capture.json', 'iptables-save.txt']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('broken ones are left out whole', async () => {
    const { paths, problems } = await redacted({ 'ip-addr.json': '[{"ifname":"acme0","addr_info":[' });
    expect(paths).toEqual([]);
    expect(problems).toMatchObject([{ code: 'not-redactable', file: 'ip-addr.json' }]);
  });

  it('a capture of which nothing can be redacted is not written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kp-explain-redact-'));
    try {
      const path = join(folder, 'out');
      const { status, err, out } = await run(['capture', '-w', path, '--redact', '-f', 'fixtures/k3s-ngx']);
      expect([status, out, existsSync(path)]).toEqual([2, '', false]);
      expect(err).toMatch(
        /^error: nothing of it can be redacted:.*nat-L.txt: a listing cannot be redacted.*iptables-save -c/s,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('counters of an unknown family do not become those of IPv4', () => {
    const rules = [{ family: 'arp', backend: null, seconds: 1, grown: [[3, 7]], unknown: [] }];
    const text = JSON.stringify(plainCounters({ kind: 'CounterSample', rules }));
    expect(parseCounterSample(text)?.rules).toEqual([]);
  });

  it('two redactions of one capture share no names', async () => {
    const files = { 'iptables-save.txt': '*nat\n:X - [0:0]\n-A X -d 10.20.30.40/32 -j RETURN\nCOMMIT\n' };
    const [a, b] = [await redacted(files), await redacted(files)];
    expect(a.text).not.toBe(b.text);
  });
});
