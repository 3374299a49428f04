import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ConnectionWay } from '../../src/explain/connection/connection-item.ts';
import { explainTrace } from '../../src/explain/explain-trace.ts';
import { plainQuestion } from '../../src/explain/question/question.ts';
import type { TraceItem } from '../../src/explain/trace-list.ts';
import { run } from '../cli/run-main.ts';
import { folderPerTest } from '../support/folder-per-test.ts';
import { openCapture } from '../support/open-capture.ts';
import { type NodeChanges, traceOver, writeNode } from './two-nodes.ts';

const here = folderPerTest();

/** From a neighbour of both nodes, or another, to one of the first: `udp 10.9.0.5:53`, without a protocol TCP. */
async function over(one: NodeChanges, asked: string, from = '192.168.0.77') {
  const folders = [writeNode(here.path, 1, 2, one), writeNode(here.path, 2, 2)];
  const [to = '', protocol = null] = asked.split(' ').reverse();
  return (await traceOver(folders, to, from, { protocol })).item;
}

function ways({ outcomes }: TraceItem): ConnectionWay[] {
  return outcomes.flatMap(({ connection }) =>
    connection === null ? [] : [connection, ...connection.others],
  );
}

const ALL = { 'net.ipv4.icmp_echo_ignore_all': '1' };
const heading = 'Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port\n';

describe('does a node answer from an address that a `local` route outside table local makes its own?', () => {
  const routes = [{ type: 'local', dst: '10.9.0.0/24', dev: 'lo', table: '100' }];
  const rules = [{ priority: 50, src: 'all', iif: 'eth0', table: '100' }];
  /** With those that are always there: the kernel's own, and no others. */
  const KERNELS = [{ priority: 32767, src: 'all', table: 'default' }];
  const sockets = `${heading}tcp LISTEN 0 128 0.0.0.0:80 0.0.0.0:*\nudp UNCONN 0 0 0.0.0.0:53 0.0.0.0:*\n`;
  const plain = { routes, rules, sockets };
  const refuses = (option: string) => ({ ...plain, filter: [`-A INPUT -j REJECT${option}`] });
  it.each<[string, NodeChanges, string, string | null, object?]>([
    // Kernel 6.18: a plain socket's SYN-ACK has no route, a transparent one's has.
    ['10.9.0.5:80', plain, 'unknown', 'socket'],
    ['udp 10.9.0.5:53', plain, 'unknown', 'socket'],
    ['10.9.0.5:81', { routes, rules }, 'unknown', 'socket'],
    // No RST, no ICMP error, no echo reply.
    ['10.9.0.5:81', plain, 'times-out', 'refusal'],
    ['udp 10.9.0.5:54', plain, 'times-out', 'refusal'],
    ['icmp 10.9.0.5', plain, 'times-out', 'echo'],
    // With the same in table local, or with no such route for the address.
    ['10.9.0.5:80', { ...plain, routes: [...routes, { ...routes[0], table: 'local' }] }, 'works', null],
    ['10.9.0.5:81', { ...plain, routes: [...routes, { ...routes[0], table: 'local' }] }, 'refused', null],
    ['192.168.0.1:80', plain, 'works', null],
    // In main it counts as the node's until a policy rule was ever added.
    [
      '10.9.0.5:80',
      { ...plain, rules: KERNELS, routes: [{ ...routes[0], table: 'main' }] },
      'unknown',
      'tables',
    ],
    ['10.9.0.5:80', { ...plain, routes: [{ ...routes[0], table: 'main' }] }, 'unknown', 'socket'],
  ])('%s of a node with %j: %s', async (to, one, sees, because) => {
    const [way] = ways(await over(one, to));
    expect(way?.sees).toBe(sees);
    expect(way?.reason?.code ?? null).toBe(
      because === null ? (sees === 'works' ? null : 'not-listening') : 'address-not-own',
    );
    if (because !== null) expect(way?.reason?.text).toMatch(BECAUSE[because] ?? 'never');
  });
  const BECAUSE: Record<string, RegExp> = {
    socket: /only a transparent socket answers from there/,
    refusal: /^nothing listens at .* no refusal comes/,
    echo: /its kernel sends no answer from there$/,
    tables: /^a route outside table local makes 10.9.0.5 local: whether node-1 can answer/,
  };

  it('a rule that refuses gets through with a reset alone (icmp_send, ip_route_me_harder)', async () => {
    const icmp = await over(refuses(''), '10.9.0.5:80');
    expect(ways(icmp)).toMatchObject([
      { sees: 'times-out', reason: { text: expect.stringContaining('that table local does not have') } },
    ]);
    const reset = await over(refuses(' -p tcp --reject-with tcp-reset'), '10.9.0.5:80');
    expect(ways(reset)).toMatchObject([{ sees: 'refused' }]);
  });

  it('a socket that TPROXY gives the packet to does, whatever port it listens on', async () => {
    const mangle = ['-A PREROUTING -p tcp --dport 81 -j TPROXY --on-port 80 --tproxy-mark 0x1/0x1'];
    const item = await over({ ...plain, mangle }, '10.9.0.5:81');
    const taken = item.outcomes.filter(({ verdict }) => verdict === 'accept');
    expect(taken.map(({ connection }) => connection?.sees)).toEqual(['works']);
  });
});

describe('does the answer carry the mark of the request?', () => {
  const accept = 'net.ipv4.tcp_fwmark_accept';
  const reflect = 'net.ipv4.fwmark_reflect';
  const mangle = ['-A PREROUTING -j MARK --set-xmark 0x100/0x100'];
  const routes = [{ type: 'blackhole', dst: 'default', table: '100' }];
  // Requests are routed as they are; of what the node sends, only what has the mark is lost.
  const rules = [
    { priority: 10, src: 'all', iif: 'eth0', table: 'main' },
    { priority: 20, src: 'all', fwmark: '0x100', table: '100' },
  ];
  const sockets = `${heading}tcp LISTEN 0 9 0.0.0.0:80 0.0.0.0:*\nudp UNCONN 0 0 0.0.0.0:53 0.0.0.0:*\n`;
  const marked = (sysctls: Readonly<Record<string, string>>) => ({ mangle, routes, rules, sockets, sysctls });
  // Kernel 6.18, a namespace with these rules and a client on its link.
  it.each<[string, Record<string, string>, string, string | null]>([
    ['192.168.0.1:80', { [accept]: '0', [reflect]: '1' }, 'works', null],
    ['192.168.0.1:80', { [accept]: '1', [reflect]: '0' }, 'times-out', 'lost'],
    ['192.168.0.1:81', { [accept]: '1', [reflect]: '0' }, 'refused', 'not-listening'],
    ['192.168.0.1:81', { [accept]: '0', [reflect]: '1' }, 'times-out', 'lost'],
    ['udp 192.168.0.1:53', { [accept]: '1', [reflect]: '1' }, 'works', null],
    ['udp 192.168.0.1:54', { [accept]: '1', [reflect]: '0' }, 'refused', 'not-listening'],
    ['udp 192.168.0.1:54', { [reflect]: '2' }, 'times-out', 'refusal-lost'],
    ['icmp 192.168.0.1', { [accept]: '1', [reflect]: '0' }, 'works', null],
    ['icmp 192.168.0.1', { [accept]: '0', [reflect]: '1' }, 'times-out', 'lost'],
    // Not captured: unknown where the mark decides.
    ['192.168.0.1:80', { [reflect]: '0' }, 'unknown', 'mark-unknown'],
    ['192.168.0.1:81', { [accept]: '0' }, 'unknown', 'mark-unknown'],
    ['udp 192.168.0.1:54', { [accept]: '0' }, 'unknown', 'mark-unknown'],
    ['icmp 192.168.0.1', { [accept]: '0' }, 'unknown', 'mark-unknown'],
    ['udp 192.168.0.1:53', {}, 'works', null],
  ])('%s with %j: %s', async (asked, sysctls, sees, code) => {
    const [way] = ways(await over(marked(sysctls), asked));
    expect([way?.sees, way?.reason?.code ?? null]).toEqual([sees, code]);
    if (code === 'mark-unknown')
      expect(way?.reason?.settle).toBe(`capture \`sysctl ${asked.endsWith(':80') ? accept : reflect}\``);
  });

  it('is no question where nothing asks for the mark, or the request has none', async () => {
    const unasked = { mangle, sockets };
    expect(ways(await over(unasked, '192.168.0.1:80'))).toMatchObject([{ sees: 'works', reason: null }]);
    expect(ways(await over(unasked, '192.168.0.1:81'))).toMatchObject([{ sees: 'refused' }]);
    const unmarked = { ...marked({}), mangle: ['-A PREROUTING -p udp -j MARK --set-xmark 0x100'] };
    expect(ways(await over(unmarked, '192.168.0.1:80'))).toMatchObject([{ sees: 'works', reason: null }]);
  });

  it('is one of which nobody knows where a set that was not captured gives it', async () => {
    const mapped = {
      ...marked({ [accept]: '1' }),
      mangle: ['-A PREROUTING -j SET --map-set marks src --map-mark'],
    };
    const given = ways(await over(mapped, '192.168.0.1:80'));
    expect(given.map(({ reason }) => reason?.text)).toContainEqual(
      expect.stringMatching(
        /depends on what its capture does not tell: the packet's mark is 0x100.*, or not$/,
      ),
    );
  });

  it('counts for rules, too', async () => {
    const filter = ['-A OUTPUT -m mark --mark 0x100 -j DROP'];
    const one = (value: string) => ({ mangle, sockets, filter, sysctls: { [accept]: value } });
    expect(ways(await over(one('1'), '192.168.0.1:80'))).toMatchObject([
      { sees: 'times-out', reason: { text: 'the answer is lost on node-1: filter OUTPUT rule 1' } },
    ]);
    expect(ways(await over(one('0'), '192.168.0.1:80'))).toMatchObject([{ sees: 'works' }]);
  });

  it('the refusal of a rule may or may not get back', async () => {
    const filter = ['-A INPUT -j REJECT'];
    const one = (sysctls: Readonly<Record<string, string>>) => ({ ...marked(sysctls), filter });
    expect(ways(await over(one({ [reflect]: '1' }), '192.168.0.1:80'))).toMatchObject([
      { sees: 'times-out' },
    ]);
    expect(ways(await over(one({ [reflect]: '0' }), '192.168.0.1:80'))).toMatchObject([{ sees: 'refused' }]);
    expect(ways(await over(one({}), '192.168.0.1:80'))).toMatchObject([
      {
        sees: 'unknown',
        reason: { text: expect.stringContaining('fwmark_reflect'), settle: 'capture `sysctl -a`' },
      },
    ]);
  });
});

describe('does anybody answer from an address that is nobody’s, or many’s?', () => {
  const sockets = `${heading}tcp LISTEN 0 9 *:80 *:*\nudp UNCONN 0 0 *:53 *:*\n`;
  const routes = [
    { type: 'broadcast', dst: '192.168.0.255', dev: 'eth0', table: 'local', scope: 'link' },
    { type: 'broadcast', dst: '10.244.1.255', dev: 'cni0', table: 'local', scope: 'link' },
  ];
  const ignores = (value: string) => ({ 'net.ipv4.icmp_echo_ignore_broadcasts': value });
  // Kernel 6.18: what processes of a namespace, and of a client on its link, got.
  it.each<[string, string, string, string, RegExp | null, Record<string, string>?]>([
    ['node', '192.168.0.255:80', 'refused', 'to-many', /own kernel makes no connection/],
    ['node', '255.255.255.255:80', 'refused', 'to-many', /own kernel makes no connection/],
    ['node', '224.0.0.5:80', 'refused', 'to-many', /is a multicast address/],
    ['node', 'udp 255.255.255.255:67', 'unknown', 'to-many', /from an address of their own/],
    ['192.168.0.77', '255.255.255.255:80', 'refused', 'to-many', /own kernel makes no connection/],
    // It comes to the node, and its socket on that port takes no SYN to many.
    ['192.168.0.77', '10.244.1.255:80', 'times-out', 'to-many', /neither accepted nor refused/],
    ['192.168.0.77', '10.244.1.255:81', 'times-out', 'to-many', /neither accepted nor refused/],
    ['192.168.0.77', 'udp 10.244.1.255:53', 'unknown', 'to-many', /from an address of their own/],
    ['192.168.0.77', 'udp 10.244.1.255:54', 'times-out', 'to-many', /is not refused$/],
    ['pod:shop/client-1', '192.168.0.255:80', 'times-out', 'to-many', /neither accepted nor refused/],
    [
      '192.168.0.77',
      'icmp 10.244.1.255',
      'times-out',
      'echo-ignored',
      /^node-1 answers no ping/,
      ignores('1'),
    ],
    ['192.168.0.77', 'icmp 10.244.1.255', 'unknown', 'to-many', /from an address of their own/, ignores('0')],
    ['192.168.0.77', 'icmp 10.244.1.255', 'unknown', 'echo-ignored', /by default it does not$/],
    // Also of itself, and of its loopback address.
    ['192.168.0.77', 'icmp 192.168.0.1', 'times-out', 'echo-ignored', /^node-1 answers no ping/, ALL],
    ['node', 'icmp 127.0.0.1', 'times-out', 'echo-ignored', /^node-1 answers no ping/, ALL],
    ['192.168.0.77', 'icmp 192.168.0.1', 'works', '', null],
    // connect() takes 0.0.0.0 for 127.0.0.1, in a pod for the pod's.
    ['node', '0.0.0.0:80', 'works', '', null],
    ['node', '0.0.0.0:81', 'refused', 'not-listening', null],
    ['pod:shop/client-1', '0.0.0.0:80', 'unknown', 'asks-itself', /reaches itself, not node-1/],
  ])('from %s, %s: %s %s', async (from, asked, sees, code, text, sysctls = {}) => {
    const [way] = ways(await over({ sockets, routes, sysctls }, asked, from));
    expect([way?.sees, way?.reason?.code ?? '']).toEqual([sees, code]);
    if (text !== null) expect(way?.reason?.text).toMatch(text);
  });

  it.each([
    ['tcp', 80, 'times-out', 'to-many'],
    ['udp', 53, 'unknown', 'to-many'],
    ['udp', 54, 'refused', 'not-listening'],
    ['icmp', null, 'unknown', 'to-many'],
  ])('an anycast address of IPv6, %s %s: %s', async (protocol, port, sees, code) => {
    const folder = writeNode(here.path, 1, 2, { sockets });
    const own = { type: 'local', dst: 'fd00:192::1', dev: 'eth0', table: 'local' };
    const subnet = { dst: 'fd00:192::/64', dev: 'eth0' };
    const anycast = { type: 'anycast', dst: 'fd00:192::', dev: 'eth0', table: 'local' };
    writeFileSync(join(folder, 'ip6-route.json'), JSON.stringify([own, anycast, subnet]));
    writeFileSync(join(folder, 'ip6tables-save.txt'), '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n');
    const to = port === null ? 'fd00:192::' : `[fd00:192::]:${port}`;
    const { known } = await openCapture(folder);
    const question = { ...plainQuestion(to), from: 'fd00:192::77', protocol };
    const [way] = explainTrace(question, known).flatMap(ways);
    expect([way?.sees, way?.reason?.code]).toEqual([sees, code]);
  });

  it('the screen says so', async () => {
    const folder = writeNode(here.path, 1, 2, { sockets, routes });
    const told = async (...argv: string[]) =>
      (await run(['trace', ...argv, '-f', folder], { columns: 500, env: { NO_COLOR: '1' } })).out;
    expect(await told('0.0.0.0:80', '--from', 'pod:shop/client-1')).toMatch(/^ {2}UNKNOWN: [\s\S]*^WARNING/m);
    expect(await told('10.244.1.255:80', '--from', '192.168.0.77')).toMatch(/^ {2}NO ANSWER: /m);
    // Nobody but the node is asked what it is asked alone.
    expect(await told('0.0.0.0:80')).not.toContain('from pod');
    expect(await told('192.168.0.1', '--protocol', 'icmp', '--from', '192.168.0.77')).toContain(
      'the node is taken to answer pings (icmp_echo_ignore_all=0)',
    );
  });
});
