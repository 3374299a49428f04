import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectionWay } from '../../src/explain/connection/connection-item.ts';
import type { TraceItem } from '../../src/explain/trace-list.ts';
import { type NodeChanges, traceOver, writeNode } from './two-nodes.ts';

const root = mkdtempSync(join(tmpdir(), 'kp-explain-answers-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let place = root;
let count = 0;
beforeEach(() => {
  place = join(root, String(count++));
});

/** From a neighbour of both nodes to one of the first: `udp 10.9.0.5:53`, without a protocol TCP. */
async function over(one: NodeChanges, asked: string) {
  const folders = [writeNode(place, 1, 2, one), writeNode(place, 2, 2)];
  const [to = '', protocol = null] = asked.split(' ').reverse();
  return (await traceOver(folders, to, '192.168.0.77', { protocol })).item;
}

function ways({ outcomes }: TraceItem): ConnectionWay[] {
  return outcomes.flatMap(({ connection }) =>
    connection === null ? [] : [connection, ...connection.others],
  );
}

describe('does a node answer from an address that a `local` route outside table local makes its own?', () => {
  const routes = [{ type: 'local', dst: '10.9.0.0/24', dev: 'lo', table: '100' }];
  const rules = [{ priority: 50, src: 'all', iif: 'eth0', table: '100' }];
  /** With those that are always there: the kernel's own, and no others. */
  const KERNELS = [{ priority: 32767, src: 'all', table: 'default' }];
  const heading = 'Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port\n';
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
