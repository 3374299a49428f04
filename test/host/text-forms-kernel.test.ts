import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIpsets } from '../../src/host/parse-ipsets.ts';
import { parseLinks } from '../../src/host/parse-links.ts';
import { parsePolicyRules } from '../../src/host/parse-policy-rules.ts';
import { parseRoutes } from '../../src/host/parse-routes.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { nftFacts } from '../support/nft-facts.ts';

const NAMESPACE = `kpx-text-${process.pid}`;
const usable = process.getuid?.() === 0 && spawnSync('ip', ['netns', 'add', NAMESPACE]).status === 0;

function run(command: string, input = ''): string {
  const words = ['netns', 'exec', NAMESPACE, ...command.split(' ')];
  return execFileSync('ip', words, { encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** A listing as text and as JSON of one moment: the kernel adds routes and addresses of its own while links come up. */
function both(text: string, json: string): [string, string] {
  for (let tries = 0; ; tries++) {
    const before = run(json);
    const told = run(text);
    if (run(json) === before || tries > 50) return [told, before];
  }
}

const LINKS = `
link set lo up
link add d0 type veth peer name p0
link add br0 type bridge
link set p0 master br0
link set d0 up
link set p0 up
link set br0 up
link add tun9 type veth peer name q9
link set tun9 up
addr add 10.0.0.1/24 dev d0
addr add 10.0.0.9/24 dev d0
addr add 10.9.0.1 peer 10.9.0.2/32 dev tun9
-6 addr add fd00:1::1/64 dev d0 nodad
route add default via 10.0.0.254
route add 10.51.0.0/16 via 10.0.0.2 metric 7
route add 10.52.0.0/16 nexthop via 10.0.0.3 dev d0 weight 2 nexthop via 10.0.0.4 dev d0
route add blackhole 10.53.0.0/16
route add throw 10.54.0.0/16 table 100
route add 10.55.0.0/16 via inet6 fd00:1::7 dev d0
route add 10.56.0.0/16 via 10.0.0.5 src 10.0.0.9 onlink dev d0 proto bird tos 0x10
-6 route add fd00:2::/64 via fd00:1::2
-6 route add unreachable fd00:3::/64
rule add from 10.0.0.0/24 lookup 100 priority 50
rule add not from 10.1.0.0/16 to 10.2.0.1 iif d0 fwmark 0x10/0xff lookup 100 priority 51
rule add ipproto tcp dport 80-90 sport 5 prohibit priority 52
rule add from all lookup main suppress_prefixlength 0 priority 53
rule add uidrange 0-99 goto 32766 priority 54
-6 rule add from fd00:1::/64 unreachable priority 60`;

const SETS = `create plain hash:net family inet hashsize 1024 maxelem 65536
add plain 192.0.2.0/24
add plain 192.0.2.1 nomatch
create timed hash:ip,port family inet6 hashsize 1024 maxelem 65536 timeout 600
add timed fd00::1,tcp:80 timeout 500
create sets list:set size 8
add sets plain
create empty bitmap:port range 0-1024
`;

const RULESET = `table ip nat {
  chain PREROUTING { type nat hook prerouting priority -100; policy accept; }
}
table inet fw {
  set banned { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.2 } }
  chain in {
    type filter hook input priority filter - 5; policy drop;
    ct state vmap { established : accept, invalid : drop }
    ip saddr @banned counter drop comment "a { b"
    tcp dport { 22, 80 } accept
  }
  chain other { accept; }
}
table ip kube-proxy { }
`;

beforeAll(() => {
  if (!usable) return;
  for (const line of LINKS.trim().split('\n')) run(`ip ${line}`);
  run('ipset restore', SETS);
  run('nft -f -', RULESET);
});
afterAll(() => {
  if (usable) spawnSync('ip', ['netns', 'del', NAMESPACE]);
});

describe.skipIf(!usable)('what the tools print for people is read like their JSON', () => {
  const problems = new ProblemList();

  it('ip addr', () => {
    const [text, json] = both('ip addr', 'ip -j addr').map((output) => parseLinks(output, 'a', problems));
    expect(json?.length).toBeGreaterThan(3);
    expect(text).toEqual(json);
  });

  it.each(['ipv4', 'ipv6'] as const)('ip route show table all, %s', (family) => {
    for (const flag of [family === 'ipv4' ? '-4' : '-6', '-0'].filter((each) => each !== '-0')) {
      const [text, json] = both(`ip ${flag} route show table all`, `ip -j ${flag} route show table all`).map(
        (output) => parseRoutes(output, family, 'r', problems),
      );
      expect(json?.length).toBeGreaterThan(5);
      expect(text).toEqual(json);
    }
    const [text, json] = both('ip route show table all', 'ip -j route show table all').map((output) =>
      parseRoutes(output, family, 'r', problems),
    );
    expect(text).toEqual(json);
  });

  it.each(['-o', '-d', '-o -d'])('ip %s route show table all', (option) => {
    const [text, json] = both(`ip ${option} route show table all`, 'ip -j route show table all').map(
      (output) => parseRoutes(output, 'ipv4', 'r', problems),
    );
    // With -d a route of the whole world is said to be one.
    const plain = (routes: typeof text) => routes?.map(({ scope, ...route }) => route);
    expect(plain(text)).toEqual(plain(json));
  });

  it.each(['ipv4', 'ipv6'] as const)('ip rule, %s', (family) => {
    const flag = family === 'ipv4' ? '-4' : '-6';
    const [text, json] = [`ip ${flag} rule`, `ip -j ${flag} rule`].map((command) =>
      parsePolicyRules(run(command), family, 'p', problems),
    );
    expect(json?.length).toBeGreaterThan(2);
    expect(text).toEqual(json);
  });

  it('ipset list', () => {
    const [text, json] = [run('ipset list'), run('ipset save')].map((output) =>
      parseIpsets(output, 's', problems),
    );
    const sorted = (sets: ReturnType<typeof parseIpsets> | undefined) =>
      sets?.map((set) => ({
        ...set,
        entries: [...set.entries].sort((a, b) => (a.parts[0] ?? '').localeCompare(b.parts[0] ?? '')),
      }));
    expect(json).toHaveLength(4);
    expect(sorted(text)).toEqual(sorted(json));
  });

  it.each(['nft list ruleset', 'nft -n -a list ruleset'])('%s', (command) => {
    const [text, json] = [run(command), run('nft -j list ruleset')].map((output) =>
      nftFacts(output, problems),
    );
    expect(json?.nativeChains).toHaveLength(1);
    expect(json?.nativeChains[0]).toMatchObject({ rules: 3, priority: -5, policy: 'drop' });
    expect(text).toEqual(json);
  });

  it('without a problem', () => {
    expect(problems.list()).toEqual([]);
  });
});
