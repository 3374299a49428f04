import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Host, UNKNOWN_HOST } from '../../src/host/facts.ts';
import { findRoute } from '../../src/host/find-route.ts';
import { parseIpsets } from '../../src/host/parse-ipsets.ts';
import { parseLinks } from '../../src/host/parse-links.ts';
import { parsePolicyRules } from '../../src/host/parse-policy-rules.ts';
import { parseRoutes } from '../../src/host/parse-routes.ts';
import { sourceForOutput } from '../../src/host/source-address.ts';
import { testSet } from '../../src/host/test-set.ts';
import { formatAddress } from '../../src/net/address.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { address, query } from './hosts.ts';

const NAMESPACE = `kpx-host-${process.pid}`;
const usable = process.getuid?.() === 0 && spawnSync('ip', ['netns', 'add', NAMESPACE]).status === 0;
if (!usable) console.log('skipped: test/host/kernel.test.ts needs root and network namespaces');

function run(...command: string[]): string {
  const quiet: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  return execFileSync('ip', ['netns', 'exec', NAMESPACE, ...command], { encoding: 'utf8', stdio: quiet });
}

function load(): Host {
  const problems = new ProblemList();
  return {
    ...UNKNOWN_HOST,
    links: parseLinks(run('ip', '-j', '-d', 'addr'), 'a', problems),
    routes: {
      ipv4: parseRoutes(run('ip', '-j', '-4', 'route', 'show', 'table', 'all'), 'ipv4', 'r', problems),
      ipv6: parseRoutes(run('ip', '-j', '-6', 'route', 'show', 'table', 'all'), 'ipv6', 'r', problems),
    },
    policyRules: {
      ipv4: parsePolicyRules(run('ip', '-j', 'rule'), 'ipv4', 'p', problems),
      ipv6: parsePolicyRules(run('ip', '-j', '-6', 'rule'), 'ipv6', 'p', problems),
    },
  };
}

const SETUP = `
link set lo up
link add d0 type veth peer name p0
link add d1 type veth peer name p1
link set d0 up
link set d1 up
link set p0 up
addr add 10.0.0.1/24 dev d0
addr add 10.0.0.9/24 dev d0
addr add 10.1.0.1/24 dev d1
-6 addr add fd00:1::1/64 dev d0 nodad
route add default via 10.0.0.254
route add 10.51.0.0/16 via 10.1.0.2
route add 10.51.7.0/24 via 10.0.0.2
route add prohibit 10.53.0.0/16
route add throw 10.54.0.0/16
route add default via 10.0.0.7 table 100
route add throw 10.51.0.0/16 table 100
-6 route add fd00:2::/64 via fd00:1::2
-6 route add unreachable fd00:3::/64
-6 route add default via fd00:1::9
rule add fwmark 5 table 100 pref 10
rule add to 10.60.0.0/16 prohibit pref 11
rule add not fwmark 7 to 10.61.0.0/16 blackhole pref 12`;

describe.skipIf(!usable)('the kernel of this machine agrees', () => {
  beforeAll(() => {
    for (const line of SETUP.trim().split('\n')) run('ip', ...line.split(' '));
  });
  afterAll(() => {
    spawnSync('ip', ['netns', 'del', NAMESPACE]);
  });

  const destinations =
    '8.8.8.8 10.0.0.1 10.0.0.9 10.0.0.77 10.0.0.255 10.1.0.5 10.51.1.1 10.51.7.7 10.53.0.1 10.54.0.1 10.60.0.1 10.61.0.1 ' +
    '127.0.0.8 224.0.0.9 255.255.255.255 fd00:1::1 fd00:1::5 fd00:2::5 fd00:3::5 fd00:4::5 ::1';

  it.each([0, 5, 7])('on every route for mark %d', (mark) => {
    const host = load();
    for (const destination of destinations.split(' ')) {
      const to = address(destination);
      const real = spawnSync('ip', [
        ...['netns', 'exec', NAMESPACE, 'ip', '-j', to.family === 'ipv6' ? '-6' : '-4'],
        ...['route', 'get', destination, 'mark', String(mark)],
      ]);
      const answer = findRoute(host, query(destination, { mark, protocol: 0, destinationPort: 0 }));
      const label = `${destination} mark ${mark}`;
      if (answer.kind !== 'route') {
        expect(real.status, label).not.toBe(0);
        continue;
      }
      const [route] = JSON.parse(String(real.stdout)) as [Record<string, string>];
      const source = sourceForOutput(host, answer, to);
      expect(
        {
          type: answer.type,
          dev: answer.device,
          gateway: answer.gateway ? formatAddress(answer.gateway) : undefined,
          prefsrc: source ? formatAddress(source) : undefined,
        },
        label,
      ).toEqual({
        type: route.type ?? 'unicast',
        dev: route.dev,
        gateway: route.gateway,
        prefsrc: route.prefsrc,
      });
    }
  });

  it.skipIf(spawnSync('ipset', ['--version']).status !== 0)('on the members of a hash:net set', () => {
    run('ipset', 'create', 'n', 'hash:net');
    for (const element of ['10.0.0.0/8', '10.1.1.1-10.1.1.9']) run('ipset', 'add', 'n', element);
    run('ipset', 'add', 'n', '10.1.0.0/16', 'nomatch');
    const ipsets = new Map(parseIpsets(run('ipset', 'save')).map((set) => [set.name, set]));
    for (const text of ['10.0.0.1', '10.1.0.1', '10.1.1.1', '10.1.1.9', '10.1.1.10', '11.0.0.1']) {
      const real = spawnSync('ip', ['netns', 'exec', NAMESPACE, 'ipset', 'test', 'n', text]);
      const mine = testSet({ ...UNKNOWN_HOST, ipsets }, 'n', {
        family: 'ipv4',
        directions: ['src'],
        source: address(text),
        destination: null,
        protocol: null,
        sourcePort: null,
        destinationPort: null,
        icmp: null,
        inInterface: null,
        outInterface: null,
        sourceMac: null,
        destinationMac: null,
        mark: null,
      });
      expect(mine.answer, text).toBe(real.status === 0 ? 'yes' : 'no');
    }
  });
});
