import { describe, expect, it } from 'vitest';
import { askedTable } from '../../src/capture/paste/route-command.ts';
import { answerTo, ask } from './paste.ts';

const RULES = `# iptables-save
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
-A FORWARD -o eth1 -j DROP
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
3: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP
    inet 10.0.3.60/24 brd 10.0.3.255 scope global eth1
`;

const POLICY = `# ip rule
0:	from all lookup local
1536:	from 10.0.3.50 lookup 2
32766:	from all lookup main
32767:	from all lookup default
`;

const MAIN = `default via 10.0.3.1 dev eth0
10.0.3.0/24 dev eth0 proto kernel scope link src 10.0.3.17
10.0.3.50 dev eth0 scope link
`;

const FIRST = `# ip route\n${MAIN}`;
const SECOND = '# ip route show table 2\ndefault via 10.0.3.1 dev eth1\n';
const ALL = `# ip route show table all
default via 10.0.3.1 dev eth1 table 2
${MAIN}local 10.0.3.17 dev eth0 table local proto kernel scope host src 10.0.3.17
`;

const ruled = ['8.8.8.8:80', '--from', '10.0.3.50'] as const;
const other = ['8.8.8.8:80', '--from', '10.0.3.51'] as const;
const NOT_CAPTURED =
  'a policy routing rule leads to routing table 2, which was not captured (capture `ip -j route show table all`)';
const TAKEN = 'the policy routing rules are taken to be those that a node starts with (capture `ip -j rule`)';

describe('a routing table that a policy rule leads to', () => {
  it('is not known where main alone was pasted: both ways are shown', async () => {
    const { out } = await ask(ADDRESSES + POLICY + FIRST + RULES, 'trace', ...ruled);
    expect(out).toContain(NOT_CAPTURED);
    expect(out).toContain('if the packet goes out through eth1\n  NO ANSWER');
    expect(out).toContain('if the packet goes out through another interface than eth1\n  WORKS');
  });

  it('does not matter for packets that it is not for', async () => {
    const { out } = await ask(ADDRESSES + POLICY + FIRST + RULES, 'trace', ...other);
    expect(out).toContain('leaves through eth0');
    expect(out).not.toContain('table 2');
    expect(out).not.toContain(TAKEN);
  });

  it.each([
    'ip route show table 2',
    'ip route list table 2',
    'ip -4 route show table 2',
    'ip r s t 2',
    'sudo ip ro ls tab 2',
  ])('is that of its lines, which the command names: %s', async (command) => {
    const second = SECOND.replace('ip route show table 2', command);
    for (const text of [second + FIRST, FIRST + second]) {
      expect(await answerTo(ADDRESSES + POLICY + text + RULES, ...ruled)).toContain(
        'DROP by filter FORWARD rule 1',
      );
      const { out } = await ask(ADDRESSES + POLICY + text + RULES, 'trace', ...other);
      expect(out).toContain('leaves through eth0');
      expect(out).not.toContain('table 2');
    }
  });

  it('also where no sign stands before the command', async () => {
    const text = (ADDRESSES + POLICY + SECOND + FIRST + RULES).replaceAll('# ip', 'ip');
    expect(await answerTo(text, ...ruled)).toContain('DROP by filter FORWARD rule 1');
    expect(await answerTo(text, ...other)).toContain('leaves through eth0');
  });

  it('holds black holes and next hops of its own', async () => {
    const text = (route: string) =>
      `${ADDRESSES}${POLICY}# ip route show table 2\n${route}\n${FIRST}${RULES}`;
    expect(await answerTo(text('blackhole default '), ...ruled)).toContain('is a blackhole');
    expect(await answerTo(text('blackhole default '), ...other)).toContain('leaves through eth0');
    const hops =
      'default \n\tnexthop via 10.0.3.5 dev eth0 weight 1 \n\tnexthop via 10.0.3.6 dev eth0 weight 1 ';
    expect(await answerTo(text(hops), ...ruled)).toMatch(/via 10\.0\.3\.5[\s\S]*via 10\.0\.3\.6/);
  });

  it('is empty where all tables were pasted without it, or the kernel has none of this number', async () => {
    const all = ALL.replace(/^.*table 2\n/m, '');
    expect(await answerTo(ADDRESSES + POLICY + all + RULES, ...ruled)).toContain('leaves through eth0');
    const none = '# ip route show table 2\nError: ipv4: FIB table does not exist.\nDump terminated\n';
    const { out } = await ask(ADDRESSES + POLICY + none + FIRST + RULES, 'trace', ...ruled);
    expect(out).toContain('leaves through eth0');
    expect(out).not.toContain('not captured');
  });

  it('is known where all tables were pasted', async () => {
    expect(await answerTo(ADDRESSES + POLICY + ALL + RULES, ...ruled)).toContain(
      'DROP by filter FORWARD rule 1',
    );
  });

  it('may be main, where only another was pasted', async () => {
    const { out } = await ask(ADDRESSES + POLICY + SECOND + RULES, 'trace', ...other);
    expect(out).not.toContain('no route');
    expect(out).toContain('leads to routing table main, which was not captured');
  });

  it('is one of a VRF, whose number its name does not tell', async () => {
    const vrf = '# ip route show vrf red\ndefault via 10.0.3.7 dev eth1\n';
    const { out } = await ask(ADDRESSES + POLICY + vrf + FIRST + RULES, 'trace', ...other);
    expect(out).toContain('leaves through eth0');
  });
});

describe('policy rules that were not pasted', () => {
  it('are taken to be those of a new node, and that is said', async () => {
    const { out } = await ask(ADDRESSES + FIRST + RULES, 'trace', ...ruled);
    expect(out).toContain('leaves through eth0');
    expect(out).toContain(TAKEN);
  });

  it('are not known where a table was pasted that they alone can lead to', async () => {
    const { out } = await ask(ADDRESSES + SECOND + FIRST + RULES, 'trace', ...ruled);
    expect(out).toContain('policy routing rules were not captured');
    expect(out).toContain('if the packet goes out through eth1');
  });

  it('are not missed for a packet to the node itself', async () => {
    const { out } = await ask(ADDRESSES + FIRST + RULES, 'trace', '10.0.3.17:80', '--from', 'external');
    expect(out).not.toContain(TAKEN);
  });
});

it('the table default is said to be taken for empty where it was not listed and main has no route', async () => {
  const text = ADDRESSES + POLICY + FIRST.replace(/^default.*\n/m, '') + RULES;
  const { out } = await ask(text, 'trace', ...other);
  expect(out).toContain('no route to 8.8.8.8');
  expect(out).toContain(
    'the routing table default is taken to be empty (capture `ip -j route show table all`)',
  );
});

describe('routes without the addresses of the node', () => {
  const to = ['10.244.77.7:80', '--from', '10.0.3.9'] as const;
  const own =
    '10.244.77.7 is taken for an address of another machine or pod, not of this node (capture `ip -j addr`)';

  it('count for all that is not its own', async () => {
    const { out } = await ask(`${FIRST}blackhole 10.244.77.0/26 proto 80 \n${RULES}`, 'trace', ...to);
    expect(out).toContain('the route to 10.244.77.7 is a blackhole');
    expect(out).toContain(own);
    expect(out).not.toContain('a route to every destination is taken for granted');
  });

  it('also of a process, and where there is none', async () => {
    expect(await answerTo(FIRST + RULES, '8.8.8.8:80', '--from', 'node')).toContain('leaves through eth0');
    const text = FIRST.replace(/^default.*\n/m, '') + RULES;
    expect(await answerTo(text, '8.8.8.8:80', '--from', 'node')).toContain('no route to 8.8.8.8');
  });
});

it.each([
  ['ip route', { family: 'ipv4', table: 'main' }],
  ['ip r', { family: 'ipv4', table: 'main' }],
  ['ip -6 route list', { family: 'ipv6', table: 'main' }],
  ['ip -d -6 r s table 254', { family: 'ipv6', table: '254' }],
  ['ip -f inet6 route show table local', { family: 'ipv6', table: 'local' }],
  ['ip route show table all', { family: null, table: 'all' }],
  ['ip -4 route show table 0', { family: 'ipv4', table: 'all' }],
  ['nsenter -t 1 -n /sbin/ip route show vrf red | cat', { family: 'ipv4', table: 'vrf/red' }],
  ['ip route 2>/dev/null', { family: 'ipv4', table: 'main' }],
  ['ip route show table 2 2>&1', { family: 'ipv4', table: '2' }],
  ['ip route show > routes.txt; ip rule', { family: 'ipv4', table: 'main' }],
  ['ip route table main', null],
  ['ip route get 8.8.8.8', null],
  ['ip rule', null],
  ['ip route add 10.0.0.0/8 via 10.0.0.1 table 7', null],
  ['route -n', null],
])('%s asks for %o', (command, expected) => expect(askedTable(command)).toEqual(expected));
