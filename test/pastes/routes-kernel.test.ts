import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitPaste } from '../../src/capture/paste/split-paste.ts';
import { recognise } from '../../src/capture/recognise.ts';
import { sourceOfBytes } from '../../src/capture/source.ts';
import type { Route } from '../../src/host/facts.ts';
import { parseRoutes } from '../../src/host/parse-routes.ts';
import { ProblemList } from '../../src/problems/problem.ts';

const NAMESPACE = `kpx-routes-${process.pid}`;
const usable = process.getuid?.() === 0 && spawnSync('ip', ['netns', 'add', NAMESPACE]).status === 0;

function print(command: string): string {
  return execFileSync('ip', ['netns', 'exec', NAMESPACE, ...command.split(' ')], { encoding: 'utf8' });
}

const SETUP = `
link set lo up
link add d0 type veth peer name p0
link set d0 up
link set p0 up
addr add 10.0.3.17/24 dev d0
-6 addr add fd00:1::1/64 dev d0 nodad
route add default nexthop via 10.0.3.1 dev d0 weight 1 nexthop via 10.0.3.2 dev d0 weight 3
route add unreachable default metric 4278198272
route add 10.50.0.0/16 src 10.0.3.17 nexthop via 10.0.3.1 dev d0 nexthop via 10.0.3.2 dev d0
route add 10.51.1.1 nexthop via 10.0.3.1 dev d0 nexthop via 10.0.3.2 dev d0
route add 10.60.0.0/16 tos 0x10 via 10.0.3.3
route add 10.61.0.0/16 mtu 1400 via 10.0.3.3
route add blackhole 10.244.77.0/26
route add blackhole 10.244.78.0/26 proto 80
route add unreachable 10.99.0.0/16
route add prohibit 10.98.1.1
route add throw 10.97.0.0/16
route add blackhole default table 7
route add default nexthop via 10.0.3.4 dev d0 nexthop via 10.0.3.5 dev d0 table 7
-6 route add unreachable fd09::/64
-6 route add fd08::/64 nexthop via fd00:1::3 dev d0 nexthop via fd00:1::4 dev d0`;

beforeAll(() => {
  if (!usable) return;
  // The second default route of table 7 replaces none: that it is refused is nothing here.
  for (const line of SETUP.trim().split('\n')) spawnSync('ip', ['-n', NAMESPACE, ...line.split(' ')]);
});
afterAll(() => {
  if (usable) spawnSync('ip', ['netns', 'del', NAMESPACE]);
});

/** @returns the routes of the paste, with the table that each is in. */
function pasted(text: string, family: 'ipv4' | 'ipv6'): readonly Route[] | null {
  const source = sourceOfBytes('paste', Buffer.from(text), null);
  const sources = splitPaste(source, recognise(source.head).kind, new ProblemList());
  const found = sources.find(({ head }) => recognise(head).kind === 'ip-route');
  expect(found?.picked).toBeUndefined();
  return parseRoutes(found?.bytes.toString() ?? '', family, 'r', new ProblemList());
}

const plain = (routes: readonly Route[] | null) => routes?.map(({ scope, ...route }) => route);

describe.skipIf(!usable)('every route that the kernel prints is read in a paste', () => {
  it.each([
    ['ip route', 'ip -j route'],
    ['ip -o route', 'ip -j route'],
    ['ip -d route', 'ip -j route'],
    ['ip route show table all', 'ip -j -4 route show table all'],
  ])('%s', (command, json) => {
    const expected = parseRoutes(print(json), 'ipv4', 'r', new ProblemList());
    expect(expected?.length).toBeGreaterThan(11);
    for (const prefix of ['', '> ', '    ']) {
      const text = `$ ip rule\n0:\tfrom all lookup local\n$ ${command}\n${print(command)}$ uptime\n`;
      expect(plain(pasted(text.replace(/^(?=.)/gm, prefix), 'ipv4')), prefix).toEqual(plain(expected));
    }
  });

  it('ip route show table 7', () => {
    const expected = parseRoutes(print('ip -j route show table 7'), 'ipv4', 'r', new ProblemList());
    const found = pasted(`$ ip route show table 7\n${print('ip route show table 7')}$ uptime\n`, 'ipv4');
    expect(found?.length).toBeGreaterThan(0);
    expect(found).toEqual(expected?.map((route) => ({ ...route, table: '7' })));
  });

  it('ip -6 route', () => {
    const expected = parseRoutes(print('ip -j -6 route'), 'ipv6', 'r', new ProblemList());
    expect(pasted(`$ ip -6 route\n${print('ip -6 route')}$ uptime\n`, 'ipv6')).toEqual(expected);
  });
});
