import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answerTo, ask } from './paste.ts';

const CLEAN = readFileSync(join(import.meta.dirname, '../../fixtures/demo/iptables-save.txt'), 'utf8');
const SERVICE = ['10.96.0.1:443', '--from', 'pod'] as const;

const LOG_LINES = CLEAN.trimEnd()
  .split('\n')
  .map((line) => JSON.stringify({ log: `${line}\n`, stream: 'stdout', time: '2024-05-06T07:08:09Z' }));

describe('rules in strings of JSON', () => {
  it.each([
    ['one line of a JSON log', JSON.stringify({ level: 'info', msg: CLEAN })],
    ['a JSON log, one line each', LOG_LINES.join('\n')],
    [
      'a string behind a prefix',
      `I0101 12:00:00.000000 1 proxier.go:1500] "Restoring" rules=${JSON.stringify(CLEAN)}`,
    ],
    ['a string with brackets escaped', JSON.stringify({ message: CLEAN }).replaceAll('>', '\\u003e')],
  ])('are read: %s', async (_, text) => {
    expect(await answerTo(`${text}\n`, ...SERVICE)).toBe(await answerTo(CLEAN, ...SERVICE));
  });

  it('but a backslash in a rule is none', async () => {
    const text = '-A FORWARD -m string --string "a\\nb" --algo bm -j DROP\n';
    expect((await ask(text, 'chain', 'FORWARD')).err).not.toContain('line ends are escaped');
  });
});

const IFCONFIG = [
  'cni0      Link encap:Ethernet  HWaddr 0a:58:0a:f4:01:01',
  '          inet addr:10.244.1.1  Bcast:10.244.1.255  Mask:255.255.255.0',
  '          UP BROADCAST RUNNING MULTICAST  MTU:1450  Metric:1',
  '',
  'eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500',
  '        inet 192.0.2.10  netmask 255.255.255.0  broadcast 192.0.2.255',
  '        ether 08:00:27:4e:66:a1  txqueuelen 1000  (Ethernet)',
];
const LOOPBACK = [
  'lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536',
  '        inet 127.0.0.1  netmask 255.0.0.0',
];
const ROUTES = [
  'Kernel IP routing table',
  'Destination     Gateway         Genmask         Flags Metric Ref    Use Iface',
  '0.0.0.0         192.0.2.1       0.0.0.0         UG    100    0        0 eth0',
  '10.244.1.0      0.0.0.0         255.255.255.0   U     0      0        0 cni0',
  '192.0.2.0       0.0.0.0         255.255.255.0   U     100    0        0 eth0',
];
const SWITCHES = ['all', 'eth0', 'eth1', 'cni0'].flatMap((name) =>
  ['rp_filter = 1', 'accept_local = 0', 'src_valid_mark = 0'].map((set) => `net.ipv4.conf.${name}.${set}`),
);
const RULES = [
  '*filter',
  ':INPUT DROP [0:0]',
  ':FORWARD DROP [0:0]',
  ':OUTPUT ACCEPT [0:0]',
  '-A FORWARD -o cni0 -j ACCEPT',
  'COMMIT',
];
const paste = (...parts: readonly (readonly string[])[]): string => `${parts.flat().join('\n')}\n`;

describe('what net-tools print', () => {
  it('an address that ifconfig shows is the node’s', async () => {
    const text = paste(['# ifconfig'], IFCONFIG, LOOPBACK, ['# iptables-save'], RULES);
    expect(await answerTo(text, '192.0.2.10:80', '--from', '203.0.113.9')).toContain(
      'DROP by the policy of filter INPUT',
    );
    expect(await answerTo(text, '192.0.2.11:80', '--from', '203.0.113.9')).not.toContain('filter INPUT');
  });

  it('also where all of the paste is set in, and what follows it is read', async () => {
    const text = paste(['# ifconfig'], IFCONFIG, LOOPBACK, ['# iptables-save'], RULES).replaceAll(
      /^(?=.)/gm,
      '      ',
    );
    expect(await answerTo(text, '192.0.2.10:80', '--from', '203.0.113.9')).toContain(
      'DROP by the policy of filter INPUT',
    );
    expect(await answerTo(text, '192.0.2.11:80', '--from', '203.0.113.9')).not.toContain('filter INPUT');
  });

  it('also where it shows single links only', async () => {
    const text = paste(['# ifconfig eth0'], IFCONFIG, ['# iptables-save'], RULES);
    expect(await answerTo(text, '192.0.2.10:80', '--from', '203.0.113.9')).toContain(
      'DROP by the policy of filter INPUT',
    );
    const { err } = await ask(text, 'trace', '192.0.2.11:80', '--from', '203.0.113.9');
    expect(err.replaceAll(/\s+/g, ' ')).toContain('it lists cni0, eth0 only, without the loopback link');
  });

  it('a route of route -n tells the interface', async () => {
    const text = paste(['# route -n'], ROUTES, ['# iptables-save'], RULES);
    expect(await answerTo(text, '10.244.1.5:80', '--from', '203.0.113.9')).toContain('ACCEPT');
    const other = await answerTo(text, '198.51.100.5:80', '--from', '203.0.113.9');
    expect(other).toContain('DROP by the policy of filter FORWARD');
  });

  // The kernel (6.18): of `10.9.0.0/24 nexthop via 10.1.0.2 nexthop via 10.2.0.2` route -n prints the first.
  it('a route to a gateway may have more next hops than route -n prints', async () => {
    const text = paste(['# route -n'], ROUTES, ['# iptables-save'], RULES);
    const to = async (destination: string): Promise<string> =>
      (await ask(text, 'trace', destination, '--from', '203.0.113.9', '--detail', 'answer')).out;
    expect(await to('198.51.100.5:80')).toContain(
      'the route to 0.0.0.0/0 is taken to have the one next hop that `route -n` prints',
    );
    expect(await to('10.244.1.5:80')).not.toContain('one next hop');
    const modern = paste(['# ip route', 'default via 192.0.2.1 dev eth0'], ['# iptables-save'], RULES);
    const { out } = await ask(modern, 'trace', '198.51.100.5:80', '--from', '203.0.113.9');
    expect(out).not.toContain('one next hop');
  });

  it('nor does rp_filter drop for certain what comes in where another next hop may be', async () => {
    const links = ['lo 127.0.0.1/8', 'eth0 192.0.2.10/24', 'cni0 10.244.1.1/24', 'eth1 198.18.0.1/24'].map(
      (link, at) => `${at + 1}: ${link.replace(' ', '    inet ')} scope ${at === 0 ? 'host' : 'global'}`,
    );
    const rest = [['# sysctl -a', 'net.ipv4.ip_forward = 1', ...SWITCHES], ['# iptables-save'], RULES];
    const drop = async (routes: readonly string[]): Promise<string> =>
      (
        await ask(
          paste(['# ip -o addr'], links, routes, ...rest),
          ...[
            'trace',
            '10.244.1.5:80',
            '--from',
            '203.0.113.9',
            '--in-interface',
            'eth1',
            '--detail',
            'answer',
          ],
        )
      ).out;
    expect(await drop(['# ip route', 'default via 192.0.2.1 dev eth0', '10.244.1.0/24 dev cni0'])).toMatch(
      /DROP.*rp_filter/,
    );
    const old = await drop(['# route -n', ...ROUTES]);
    expect(old).not.toMatch(/DROP.*rp_filter/);
    expect(old).toContain('which `route -n` does not print');
  });

  it('a table of something else is none', async () => {
    const text = paste(['Destination of the packets is not clear to me'], RULES);
    expect((await ask(text, 'chain', 'FORWARD')).err).toContain('1 line is no output of a tool');
  });
});

describe('what somebody wrote behind a line', () => {
  const listing = (remark: string): string => `# iptables -t nat -L -n
Chain PREROUTING (policy ACCEPT)${remark}
target     prot opt source               destination
KUBE-SERVICES  all  --  0.0.0.0/0            0.0.0.0/0            /* kubernetes service portals */${remark}

Chain KUBE-SERVICES (2 references)${remark}
target     prot opt source               destination
DNAT       tcp  --  0.0.0.0/0            10.96.3.3            /* default/web: <- see "ops" */ tcp dpt:80 to:10.244.1.11:8080${remark}
`;

  it.each([' ← 2', '   <--- here it goes wrong', ' <== this one'])('%j is no part of it', async (remark) => {
    const answer = await answerTo(listing(remark), '10.96.3.3:80', '--from', '10.244.2.5');
    expect(answer).toBe(await answerTo(listing(''), '10.96.3.3:80', '--from', '10.244.2.5'));
    expect(answer).toContain('10.244.1.11:8080');
  });

  it('but an arrow within the comment of a rule is one', async () => {
    const rule = `-A FORWARD -m comment --comment "a <-- b" -j DROP\n`;
    expect((await ask(rule, 'chain', 'FORWARD')).out).toContain('a <-- b');
  });
});
