import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { answerTo, ask } from './paste.ts';

const RULES = `# iptables-save
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
COMMIT
*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
COMMIT
`;

const ADDRESSES = `# ip addr
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN
    inet 127.0.0.1/8 scope host lo
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP
    inet 10.0.3.17/24 brd 10.0.3.255 scope global eth0
`;

const DEFAULT = 'default via 10.0.3.1 dev eth0 ';
const LINK = '10.0.3.0/24 dev eth0 proto kernel scope link src 10.0.3.17 ';
const HOPS = '\tnexthop via 10.0.3.1 dev eth0 weight 1 \n\tnexthop via 10.0.3.2 dev eth0 weight 1 ';

function paste(routes: readonly string[], command = 'ip route'): string {
  return `${ADDRESSES}# ${command}\n${routes.join('\n')}\n${RULES}`;
}

describe('a route that names no device is read in a paste', () => {
  const from = ['--from', '10.0.3.9'] as const;

  it.each([
    ['unreachable', 'REJECT with icmp-host-unreachable'],
    ['prohibit', 'REJECT with icmp-admin-prohibited'],
    ['blackhole', 'DROP: the route to 10.99.1.1 is a blackhole'],
    ['throw', 'REJECT with icmp-net-unreachable'],
  ])('%s, wherever it stands', async (type, expected) => {
    const route = `${type} 10.99.0.0/16 `;
    const orders = [
      [DEFAULT, LINK, route],
      [route, DEFAULT, LINK],
      [DEFAULT, route, `${type} 10.98.1.2 `, LINK],
    ];
    for (const lines of orders)
      expect(await answerTo(paste(lines), '10.99.1.1:80', ...from)).toContain(expected);
  });

  it('alone, and above others where nobody typed the command', async () => {
    const alone = await answerTo(paste(['blackhole default ']), '8.8.8.8:80', ...from);
    expect(alone).toContain('is a blackhole');
    const text = `${ADDRESSES.replace('# ip addr\n', '')}unreachable 10.99.0.0/16\n${LINK}\n${RULES.replace('# iptables-save\n', '')}`;
    expect(await answerTo(text, '10.99.1.1:80', ...from)).toContain('icmp-host-unreachable');
  });

  it('with the words that may follow', async () => {
    const lines = [
      DEFAULT,
      LINK,
      'unreachable 10.99.0.0/16 metric 20 ',
      '10.60.0.0/16 tos 0x10 via 10.0.3.3 dev eth0 ',
    ];
    expect(await answerTo(paste(lines), '10.99.1.1:80', ...from)).toContain('icmp-host-unreachable');
    expect((await ask(paste(lines), 'trace', '10.60.1.1:80', ...from)).out).toContain(
      'a route in table main is for packets with TOS 16 only',
    );
  });

  it('quoted in a mail, set in, or behind the prefix of a log', async () => {
    const text = paste([DEFAULT, LINK, 'blackhole 10.99.0.0/16 ']);
    for (const prefix of ['> ', '    ', 'Nov 14 11:06:11 node1 diag[1]: '])
      expect(await answerTo(text.replace(/^(?=.)/gm, prefix), '10.99.1.1:80', ...from), prefix).toContain(
        'is a blackhole',
      );
  });

  it('is a change where one side alone has it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kp-explain-routes-'));
    const [before, after] = [join(folder, 'before'), join(folder, 'after')];
    writeFileSync(before, paste([DEFAULT, LINK]));
    writeFileSync(after, paste([DEFAULT, LINK, 'blackhole 10.99.0.0/16 ']));
    const { out } = await run(['diff', before, after]);
    expect(out).not.toContain('no behaviour change');
    expect(out).toContain('10.99.');
  });
});

describe('a route of several next hops', () => {
  const from = ['--from', 'node'] as const;

  it.each([
    ['default', `default \n${HOPS}`, '8.8.8.8'],
    ['a prefix', `10.50.0.0/16 \n${HOPS}`, '10.50.1.1'],
    ['an address', `10.50.1.1 \n${HOPS}`, '10.50.1.1'],
    ['as -o prints it', `default \\${HOPS.replace('\n', '\\')}`, '8.8.8.8'],
  ])('is one, whose lines are its own: %s', async (_, route, to) => {
    for (const lines of [
      [route, LINK],
      ['192.0.2.0/24 via 10.0.3.9 dev eth0 ', route, LINK],
    ]) {
      const answer = await answerTo(paste(lines), `${to}:80`, ...from);
      expect(answer).toContain('via 10.0.3.1');
      expect(answer).toContain('via 10.0.3.2');
      const other = await answerTo(paste(lines), '192.0.2.1:80', ...from);
      if (lines.length === 3) expect(other).not.toMatch(/10\.0\.3\.[12]\b/);
    }
  });

  it.each([
    ['the route’s own line is lost', ['192.0.2.0/24 via 10.0.3.9 dev eth0 ', 'and this one:', HOPS, LINK]],
    ['it is lost at the beginning', [HOPS, LINK]],
    ['its next hops are lost', ['default ', LINK]],
  ])('of which a part is left says nothing of what others do: %s', async (_, lines) => {
    const { out } = await ask(paste(lines), 'trace', '8.8.8.8:80', ...from);
    expect(out).not.toContain('no route');
    expect(out).toContain('a route to every destination is taken for granted');
  });
});

describe('prose about addresses is no route', () => {
  it.each(['10.99.0.0/16', 'unreachable 10.99.0.0/16', 'default', '10.99.0.0/16 is what we lost'])(
    '%s',
    async (line) => {
      const text = `${paste([DEFAULT, LINK])}\nWe see this:\n${line}\nand nothing else\n`;
      expect(await answerTo(text, '10.99.1.1:80', '--from', '10.0.3.9')).toContain('leaves through eth0');
      const { out } = await ask(`${line}\n${RULES}`, 'trace', '10.99.1.1:80', '--from', '10.0.3.9');
      expect(out).toContain('a route to every destination is taken for granted');
    },
  );
});
