import { describe, expect, it } from 'vitest';
import { portGaps } from '../../src/diff/port-modes.ts';
import type { Host, Link, LinkAddress, Route } from '../../src/host/facts.ts';
import { parseEbtables } from '../../src/host/parse-ebtables.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { packetOf, worldOf } from '../trace/ask.ts';
import { CAPTURED, filter } from './compare.ts';
import {
  diff,
  EVENTS,
  type Event,
  FACTS,
  type Fact,
  knownWith,
  nodeAfter,
  without,
} from './missing-files.ts';

const RULES = filter('-A FORWARD -m set --match-set blocked src -j DROP');
const events = Object.keys(EVENTS) as Event[];
const FILES: Readonly<Record<Fact, string>> = {
  links: 'ip-addr.json',
  details: 'ip-addr.json',
  routes: 'ip-route.json',
  policyRules: 'ip-rule.json',
  sysctls: 'sysctl.txt',
  ipsets: 'ipset.txt',
  nft: 'nft.json',
};

describe('Is a change called none, that only a missing file would tell of?', () => {
  it.each(events)('%s, and the file is missing before, after, or on both sides', (event) => {
    const { told } = EVENTS[event];
    const [before, after] = [nodeAfter(null), nodeAfter(event)];
    const hidden = [without(before, [told]), without(after, [told])] as const;
    for (const [own, other, held] of [
      [hidden[0], hidden[1], 'neither'],
      [before, hidden[1], 'before'],
      [hidden[0], after, 'after'],
    ] as const) {
      const { identical, proof } = diff(knownWith(RULES, own), knownWith(RULES, other));
      if (told === 'details' && held === 'neither') {
        // The file is there on both sides, and what both took without -d is named.
        const codes = proof.restsOn.map(({ code }) => code);
        expect(codes).toContain('bridge-ports');
        continue;
      }
      expect([identical, proof.complete]).toEqual([false, false]);
      const gaps = told === 'details' ? ['hairpin', 'isolated'] : [told];
      expect(proof.lacking.map(({ file, held: by }) => [file, by])).toEqual(
        gaps.map(() => [FILES[told], held]),
      );
      expect(proof.restsOn.filter(({ code }) => code === 'not-captured')).toHaveLength(gaps.length);
    }
    expect(diff(knownWith(RULES, before), knownWith(RULES, after)).identical).toBe(false);
    expect(diff(knownWith(RULES, before), knownWith(RULES, before)).identical).toBe(true);
  });

  it('what one side alone tells makes no difference by itself', () => {
    for (const fact of FACTS) {
      const host = nodeAfter(null);
      const { witnesses, state, proof } = diff(
        knownWith(RULES, host),
        knownWith(RULES, without(host, [fact])),
      );
      expect([fact, witnesses, state, proof.unexplored]).toEqual([fact, [], [], []]);
    }
  });

  it('rules of one family that one side alone has', () => {
    const none = { ...knownWith(RULES, CAPTURED), rulesets: [] };
    const { identical, proof, witnesses } = diff(knownWith(RULES, CAPTURED), none);
    expect([identical, witnesses]).toEqual([false, []]);
    expect(proof.lacking.map(({ file, held }) => [file, held])).toContainEqual([
      'iptables-save.txt',
      'before',
    ]);
  });

  it('rules of legacy ebtables that one side alone has; neither has them on most nodes, and nobody is asked', () => {
    const dropped = parseEbtables('*filter\n:FORWARD DROP\n', 'ebtables-save.txt', new ProblemList());
    const plain = nodeAfter(null);
    for (const frameRules of [[], dropped]) {
      const bridged: Host = { ...plain, frameRules };
      for (const [own, other, held] of [
        [bridged, plain, 'before'],
        [plain, bridged, 'after'],
      ] as const) {
        const { identical, proof } = diff(knownWith(RULES, own), knownWith(RULES, other));
        expect(identical).toBe(false);
        expect(proof.lacking.map(({ file, held: by }) => [file, by])).toEqual([['ebtables-save.txt', held]]);
      }
      expect(diff(knownWith(RULES, bridged), knownWith(RULES, bridged)).identical).toBe(true);
    }
    expect(diff(knownWith(RULES, plain), knownWith(RULES, plain)).identical).toBe(true);
  });

  it.each([
    ['ip-xfrm-policy.txt', { ipsec: [] }],
    ['ip-addrlabel.json', { labels: [] }],
  ] as const)('%s, which few nodes have anything in', (file, told) => {
    const sixth = packetOf({ from: '[fd00::1]:1000', to: '[fd00::2]:80' });
    const known = (host: Host) => {
      const own = knownWith(RULES, host);
      return { ...own, rulesets: [...own.rulesets, ...worldOf(RULES, sixth, { host }).rulesets] };
    };
    const [plain, telling] = [known(nodeAfter(null)), known({ ...nodeAfter(null), ...told })];
    const lacking = (...sides: Parameters<typeof diff>): string[] =>
      diff(...sides).proof.lacking.flatMap((one) => (one.file === file ? [one.held] : []));
    expect(lacking(telling, plain)).toEqual(['before']);
    expect(lacking(plain, telling)).toEqual(['after']);
    expect(lacking(plain, plain)).toEqual([]);
  });

  it('a dump that breaks off on both sides at the same place', () => {
    const [ruleset, ...more] = knownWith(RULES, CAPTURED).rulesets;
    if (ruleset === undefined) throw new Error('no rules');
    const cut = { ...ruleset, cut: { file: 'iptables-save.txt', line: 9, within: 'chains' as const } };
    const known = { ...knownWith(RULES, CAPTURED), rulesets: [cut, ...more] };
    expect(diff(known, known).proof).toMatchObject({
      complete: false,
      lacking: [{ file: 'iptables-save.txt', partly: true }],
    });
  });
});

describe('Are rules that were not pasted taken for none?', () => {
  it.each([
    [
      'iptables-save -t filter of a node with kube-proxy',
      '*filter\n:FORWARD ACCEPT [0:0]\n:KUBE-FORWARD - [0:0]',
      'nat',
    ],
    ['lines picked from a dump', '*nat\n:KUBE-SVC-ABCDEFGHIJKLMNOP - [0:0]', 'filter'],
  ])('%s, the same on both sides', (_, save, table) => {
    const known = knownWith(`${save}\n`, CAPTURED);
    const { identical, proof } = diff(known, known);
    expect(identical).toBe(false);
    expect(proof.lacking.map(({ file, what }) => `${file} ${what}`).join()).toMatch(
      new RegExp(`iptables-save.txt IPv4 rules of tables? .*${table}`),
    );
  });

  it('but a whole dump without a table has no rules there', () => {
    const known = knownWith(filter('-A FORWARD -p tcp -j DROP'), CAPTURED);
    expect(diff(known, known).identical).toBe(true);
  });
});

describe('What does a missing file not spoil?', () => {
  it('ipsets, where no rule asks any', () => {
    const known = knownWith(filter('-A FORWARD -p tcp -j ACCEPT'), without(nodeAfter(null), ['ipsets']));
    expect(diff(known, known)).toMatchObject({ identical: true, proof: { lacking: [] } });
  });

  it('routes and rules of IPv6, where IPv4 alone is compared', () => {
    const host = nodeAfter(null);
    const of4 = {
      ...host,
      routes: { ...host.routes, ipv6: null },
      policyRules: { ...host.policyRules, ipv6: null },
    };
    expect(diff(knownWith(RULES, of4), knownWith(RULES, of4)).identical).toBe(true);
  });
});

describe('What of link-local addresses that a reboot made up anew?', () => {
  const SAVE = { 'iptables-nft': filter('-A INPUT -p tcp -j ACCEPT') };
  /** @param port that has the address: eth1, or a port of cni0 by the name that it got. */
  const node = (last: bigint, port: string): Host => {
    const host = nodeAfter(null);
    const value = (0xfe80n << 112n) | last;
    const entry: LinkAddress = {
      ...{ address: { family: 'ipv6', value }, prefixLength: 64, scope: 'link' },
      ...{ secondary: false, deprecated: false, peer: null },
    };
    const links = (host.links ?? []).map((link): Link => {
      const name = link.name === 'veth1' && port.startsWith('veth') ? port : link.name;
      return name === port ? { ...link, name, addresses: [...link.addresses, entry] } : link;
    });
    const local = host.routes.ipv6?.find(({ type }) => type === 'local');
    if (local === undefined) throw new Error('no local route');
    const route: Route = {
      ...local,
      destination: { family: 'ipv6', value, mask: (1n << 128n) - 1n },
      nextHops: [{ device: port, gateway: null, weight: 1, usable: true }],
    };
    return { ...host, links, routes: { ...host.routes, ipv6: [...(host.routes.ipv6 ?? []), route] } };
  };
  const known = (last: bigint, { rules = SAVE, port = 'eth1' } = {}) => {
    const of4 = knownWith(rules, node(last, port));
    return { ...of4, rulesets: of4.rulesets.map((ruleset) => ({ ...ruleset, family: 'ipv6' as const })) };
  };

  it('they are told apart from all else, and fail only where that is asked for', () => {
    const found = diff(known(0x1234n), known(0x5678n));
    expect(found).toMatchObject({ identical: true, witnesses: [], state: [] });
    expect(found.linkLocal).toMatchObject({ before: ['fe80::1234 on eth1'], after: ['fe80::5678 on eth1'] });
    const strict = diff(known(0x1234n), known(0x5678n), { strict: true });
    expect([strict.identical, strict.linkLocal]).toEqual([false, null]);
    expect(strict.witnesses.length).toBeGreaterThan(0);
  });

  it('so are those of ports that have other names now', () => {
    const senders = { ipv6: { kind: 'node' } } as const;
    const [before, after] = [known(0x1234n, { port: 'veth1' }), known(0x5678n, { port: 'veth9' })];
    const found = diff(before, after, { senders });
    expect(found).toMatchObject({ identical: true, witnesses: [] });
    expect(found.linkLocal?.after).toEqual(['fe80::5678 on veth9']);
    expect(found.linkLocal?.classes).toBeGreaterThan(0);
  });

  it('what else changed fails as ever, be it for link-local addresses', () => {
    const dropping = { 'iptables-nft': filter('-A INPUT -p tcp -j ACCEPT\n-A FORWARD -p udp -j DROP') };
    expect(diff(known(0x1234n), known(0x5678n, { rules: dropping })).identical).toBe(false);
  });
});

describe('Is a bridge named as it is called?', () => {
  it('also one whose name means something where texts are replaced', () => {
    const bridge = '$&';
    const links = (told: boolean): Host => {
      const { links: all, ...host } = nodeAfter(null);
      const ports = (all ?? []).map(({ hairpin: _, ...link }) => ({
        ...link,
        ...(link.name === 'cni0' ? { name: bridge } : {}),
        ...(link.master === 'cni0' ? { master: bridge, ...(told ? { hairpin: true } : {}) } : {}),
      }));
      return { ...host, links: ports };
    };
    const whats = portGaps(links(true), links(false)).map(({ what }) => what);
    expect(whats).toContain(`whether the ports of ${bridge} have hairpin mode`);
  });
});
