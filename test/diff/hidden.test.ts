import { describe, expect, it } from 'vitest';
import type { FamilyComparison } from '../../src/diff/compare-family.ts';
import type { Host, Link } from '../../src/host/facts.ts';
import { formatAddress, parseAddress } from '../../src/net/address.ts';
import { nodeOf } from '../trace/node.ts';
import { compare, filter, nat, PLAIN } from './compare.ts';

const ESTABLISHED = '-A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT';
const many = (count: number, text: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => text(at)).join('\n');

/** What the packets that differ have, as texts. */
function told({ exploration }: FamilyComparison): string[] {
  const texts = exploration.classes.map(
    ({ packet: { source, destination, mark, state, icmp, protocol, inInterface, header } }) =>
      [
        `proto ${protocol}`,
        `from ${source.address === null ? 'any' : formatAddress(source.address)}`,
        `to ${formatAddress(destination)}`,
        `in ${inInterface}`,
        `mark ${mark}`,
        state,
        `icmp ${icmp?.type}/${icmp?.code}`,
        `flags ${header?.tcpFlags}`,
      ].join(' '),
  );
  return [...new Set(texts)];
}

/** The node with more interfaces: eth10, eth11, … without anything that tells them apart. */
function withLinks(count: number, change: (link: Link, at: number) => Partial<Link> = () => ({})): Host {
  const base = PLAIN.links?.find(({ name }) => name === 'eth1');
  if (base === undefined) throw new Error('no eth1');
  const more = Array.from({ length: count }, (_, at): Link => {
    const link = { ...base, index: 10 + at, name: `eth${10 + at}`, addresses: [] };
    return { ...link, ...change(link, at) };
  });
  return { ...PLAIN, links: [...(PLAIN.links ?? []), ...more] };
}

describe('Does a difference hide behind many others?', () => {
  it('a rule for the last of 40 addresses that a process can be bound to', () => {
    const host = withLinks(40, (_, at) => ({
      addresses: [
        {
          address: { family: 'ipv4', value: 0x0a090000n + BigInt(at) },
          ...{
            prefixLength: 32,
            scope: at % 2 === 0 ? 'global' : 'link',
            secondary: false,
            deprecated: false,
            peer: null,
          },
        },
      ],
    }));
    const routes = [...(PLAIN.routes.ipv4 ?? [])];
    const local = routes.find(({ type }) => type === 'local');
    if (local === undefined) throw new Error('no local route');
    for (let at = 0n; at < 40n; at++)
      routes.push({ ...local, destination: { family: 'ipv4', value: 0x0a090000n + at, mask: 0xffffffffn } });
    const node: Host = { ...host, routes: { ...host.routes, ipv4: routes } };
    const found = compare(filter(''), filter('-A OUTPUT -s 10.9.0.39/32 -d 8.8.4.4/32 -j DROP'), [
      node,
      node,
    ]);
    expect(told(found).filter((text) => text.includes('from 10.9.0.39 '))).not.toEqual([]);
  });

  it('a rule for one of 60 interfaces, also where a pattern names all', () => {
    const host = withLinks(60);
    const all = '-A FORWARD -i eth+ -j ACCEPT';
    const found = compare(
      filter(`${many(59, (at) => `-A FORWARD -i eth${10 + at} -j ACCEPT`)}\n${all}`),
      filter(
        `${many(59, (at) => `-A FORWARD -i eth${10 + at} -j ACCEPT`)}\n-A FORWARD -i eth69 -j DROP\n${all}`,
      ),
      [host, host],
    );
    expect(new Set(told(found).map((text) => / in \S+/.exec(text)?.[0]))).toEqual(new Set([' in eth69']));
  });

  it('a pattern changed, where another rule names one of its interfaces', () => {
    const host = withLinks(3);
    const first = '-A FORWARD -i eth10 -j ACCEPT';
    const found = compare(filter(first), filter(`${first}\n-A FORWARD -i eth1+ -j DROP`), [host, host]);
    expect(new Set(told(found).map((text) => / in \S+/.exec(text)?.[0]))).toContain(' in eth11');
  });

  it('a rule for the last of 70 marks, and for two bits that only other rules name one by one', () => {
    const others = many(69, (at) => `-A FORWARD -m mark --mark ${at + 1} -j ACCEPT`);
    const found = compare(filter(others), filter(`${others}\n-A FORWARD -m mark --mark 70 -j DROP`));
    expect(told(found).every((text) => text.includes(' mark 70 '))).toBe(true);
    expect(told(found)).not.toEqual([]);
    const bits = filter('-A FORWARD -m mark --mark 0x4/0x4 -m mark --mark 0x8/0x8 -j DROP');
    expect(told(compare(filter(''), bits)).every((text) => text.includes(' mark 12 '))).toBe(true);
    expect(told(compare(filter(''), bits))).not.toEqual([]);
  });

  it.each([
    [
      'a state that no rule names',
      filter('-A FORWARD -m conntrack ! --ctstate NEW -j DROP'),
      / ESTABLISHED /,
    ],
    [
      'a packet that is not tracked, where rules name INVALID',
      filter('-A FORWARD -m conntrack ! --ctstate NEW,ESTABLISHED,RELATED,INVALID -j DROP'),
      / UNTRACKED /,
    ],
    [
      'flags of a first packet that is no SYN',
      filter('-A FORWARD -p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN -m conntrack --ctstate NEW -j DROP'),
      / NEW .*flags 16/,
    ],
    ['a protocol by --ctproto', filter('-A FORWARD -m conntrack --ctproto 77 -j DROP'), /proto 77 /],
    [
      'a protocol with ports that no rule names',
      filter('-A FORWARD ! -p tcp -m multiport --dports 80 -j DROP'),
      /proto (?:17|132|136|33) /,
    ],
  ])('%s', (_, after, text) => {
    const found = told(
      compare(filter(ESTABLISHED.replace('ESTABLISHED', 'NEW').replace('ACCEPT', 'LOG')), after),
    );
    expect(found.filter((each) => text.test(each))).not.toEqual([]);
  });

  it('an ICMP type that rules do not name, and a code in a range', () => {
    const named =
      '-A FORWARD -p icmp -m icmp --icmp-type 8 -j ACCEPT\n-A FORWARD -p icmp -m icmp --icmp-type 3/1 -j ACCEPT';
    const found = compare(filter(named), filter(`${named}\n-A FORWARD -p icmp -j DROP`));
    const kinds = new Set(told(found).map((text) => /icmp (\S+)/.exec(text)?.[1]));
    expect([...kinds].some((kind) => kind !== '8/0' && kind !== '3/1')).toBe(true);
    expect(kinds.has('3/1')).toBe(false);
    const code = compare(filter(''), filter('-A FORWARD -p icmp -m icmp --icmp-type 3/13 -j DROP'));
    expect(new Set(told(code).map((text) => /icmp (\S+)/.exec(text)?.[1]))).toEqual(new Set(['3/13']));
  });

  it('a protocol that only a member of a set names', () => {
    const host = nodeOf({ ipsets: 'create peers hash:ip,port family inet\nadd peers 8.8.4.4,udplite:99\n' });
    const found = compare(filter(''), filter('-A FORWARD -m set --match-set peers dst,dst -j DROP'), [
      host,
      host,
    ]);
    expect(told(found).every((text) => text.startsWith('proto 136 '))).toBe(true);
    expect(told(found)).not.toEqual([]);
  });

  it('an ICMP error, which asks nat nothing, beside other related packets', () => {
    const before = nat('-A PREROUTING -d 8.8.4.0/24 -j ACCEPT');
    const found = compare(
      before + filter(''),
      nat('-A PREROUTING -d 8.8.4.0/24 -j DNAT --to-destination 10.244.1.5') + filter(''),
    );
    const related = told(found).filter((text) => text.includes(' RELATED '));
    expect(related.length).toBeGreaterThan(0);
    expect(related.some((text) => text.startsWith('proto 1 '))).toBe(false);
    for (const { box, packet } of found.exploration.classes)
      if (packet.state === 'RELATED')
        expect((box.protocols >> BigInt(found.space.universe.protocols.indexOf(1))) & 1n).toBe(0n);
  });
});

describe('Does a difference hide behind NAT?', () => {
  const drop = '-A FORWARD -d 10.99.0.7/32 -j DROP';

  it.each([
    [
      'NETMAP',
      nat('-A PREROUTING -d 10.50.0.0/28 -j NETMAP --to 10.99.0.0/28'),
      filter(drop),
      'to 10.50.0.7 ',
    ],
    [
      'DNAT to several addresses',
      nat('-A PREROUTING -d 10.50.0.1/32 -s 8.8.8.0/29 -j DNAT --to-destination 10.99.0.7-10.99.0.8'),
      filter(drop),
      'to 10.50.0.1 ',
    ],
    [
      'ports that are counted on',
      nat(
        '-A PREROUTING -d 10.50.0.1/32 -p tcp -m tcp --dport 80:87 -j DNAT --to-destination 10.99.0.8:8000-8007/80',
      ),
      filter('-A FORWARD -p tcp -m tcp --dport 8005 -j DROP'),
      'to 10.50.0.1 ',
    ],
  ])('%s', (_, table, after, text) => {
    const found = compare(table + filter(''), table + after);
    expect(found.exploration.unexplored).toEqual([]);
    expect(told(found).filter((each) => each.includes(text))).not.toEqual([]);
  });

  it('a drop of the security table for a source that nat wrote at INPUT', () => {
    const table = nat('-A INPUT -s 8.8.8.8/32 -j SNAT --to-source 10.77.0.1');
    const security = (rules: string): string =>
      `*security\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n${rules}\nCOMMIT\n`;
    const found = compare(table + security(''), table + security('-A INPUT -s 10.77.0.1/32 -j DROP'));
    expect(told(found).filter((text) => text.includes('from 8.8.8.8 '))).not.toEqual([]);
  });

  it('the security table before and after nat at INPUT, with another backend', () => {
    const rules = `${nat('-A INPUT -s 8.8.8.8/32 -j SNAT --to-source 10.77.0.1')}*security\n:INPUT ACCEPT [0:0]\n-A INPUT -s 10.77.0.1/32 -j DROP\nCOMMIT\n`;
    const found = compare({ 'iptables-legacy': rules }, { 'iptables-nft': rules });
    expect(told(found).filter((text) => text.includes('from 8.8.8.8 '))).not.toEqual([]);
  });
});

describe('Is said what no trace stands for?', () => {
  it('rules behind a target that is not known', () => {
    const first = '-A FORWARD -j FROBNICATE --hard';
    const { exploration } = compare(filter(first), filter(`${first}\n-A FORWARD -s 8.8.8.8/32 -j DROP`));
    expect(exploration.classes).toEqual([]);
    expect([...exploration.open.keys()].join()).toMatch(/FROBNICATE/);
  });

  it.each([
    ['answers', filter('-A FORWARD -m conntrack --ctdir REPLY -j DROP')],
    ['answers', filter('-A FORWARD -m conntrack --ctstate DNAT -j DROP')],
    ['fragments', filter('-A FORWARD -f -j DROP')],
  ])('%s, where a rule can tell them', (what, after) => {
    const { survey, deltas } = compare(filter(''), after);
    expect([[...survey.notFollowed.keys()], deltas.length]).toEqual([[what], 1]);
  });

  it('nothing, where rules ask for no more than the state', () => {
    const { survey } = compare(
      filter(ESTABLISHED),
      filter(`${ESTABLISHED}\n-A FORWARD -s 8.8.8.8/32 -j DROP`),
    );
    expect([...survey.notFollowed.keys()]).toEqual([]);
  });
});

describe('What of rules that are jumped to, and of a second backend?', () => {
  const chains = ':MINE - [0:0]\n';
  const service =
    '-A PREROUTING -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.1.5:80';
  const mine = '-A MINE -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.1.6:80';
  const jump = '-A PREROUTING -j MINE';

  it('a jump before the rule of a Service: its packets alone are asked about, and differ', () => {
    const found = compare(nat(service), nat([jump, service, mine].join('\n'), chains));
    expect(found.exploration.traced).toBeLessThan(60);
    expect(new Set(told(found).map((text) => / to \S+/.exec(text)?.[0]))).toEqual(new Set([' to 10.96.0.1']));
  });

  it('a jump behind it: none differs', () => {
    const found = compare(nat(service), nat([service, jump, mine].join('\n'), chains));
    expect([told(found), found.exploration.traced > 0]).toEqual([[], true]);
  });

  it('a jump by goto, after which nothing comes', () => {
    const found = compare(
      nat(service),
      nat([jump.replace('-j', '-g'), service, '-A MINE -d 10.1.1.1/32 -j ACCEPT'].join('\n'), chains),
    );
    expect(told(found).filter((text) => text.includes('to 10.96.0.1 '))).not.toEqual([]);
  });

  it('legacy tables without rules beside those of nft: nothing to trace', () => {
    const rules = filter('-A FORWARD -s 8.8.8.8/32 -j DROP');
    const both = { 'iptables-nft': rules, 'iptables-legacy': filter('') };
    expect(compare(rules, both).exploration.traced).toBe(0);
  });

  it('legacy tables with a rule for what nft rewrites, and with a policy', () => {
    const rules = nat(service) + filter('');
    const dropping = {
      'iptables-nft': rules,
      'iptables-legacy': filter('-A FORWARD -d 10.244.1.5/32 -j DROP'),
    };
    expect(told(compare(rules, dropping)).filter((text) => text.includes('to 10.96.0.1 '))).not.toEqual([]);
    const policy = { 'iptables-nft': rules, 'iptables-legacy': filter('', 'DROP') };
    expect(told(compare(rules, policy))).not.toEqual([]);
  });

  it('what a rule does to packets, where no trace tells it', () => {
    const clamp = '-A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu';
    expect(compare(filter(clamp), filter('')).deltas).toHaveLength(1);
    expect(compare(filter('-A FORWARD -j LOG'), filter('')).deltas).toEqual([]);
  });
});

describe('Do switches and links hide?', () => {
  const switched = (name: string, value: string): Host => nodeOf({ sysctls: { [name]: value } });
  const plain = nodeOf();

  it.each([
    ['rp_filter', switched('net.ipv4.conf.all.rp_filter', '1')],
    ['route_localnet', switched('net.ipv4.conf.eth0.route_localnet', '1')],
    ['ip_forward', switched('net.ipv4.ip_forward', '0')],
    ['a route', nodeOf({ routes: ['blackhole 8.8.4.0/24'] })],
    [
      'a policy rule',
      nodeOf({ rules: [{ priority: 5, src: '10.244.1.0', srclen: 24, action: 'unreachable' }] }),
    ],
    [
      'hairpin mode of a bridge',
      {
        ...plain,
        links: (plain.links ?? []).map((link) =>
          link.master === 'cni0' ? { ...link, hairpin: false } : link,
        ),
      },
    ],
  ])('%s', (_, host) => {
    const rules =
      nat('-A PREROUTING -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.244.1.5:80') +
      filter('');
    expect(told(compare(rules, rules, [plain, host], 20_000))).not.toEqual([]);
  });

  it('an address of lo, which MASQUERADE writes for the node itself', () => {
    const lo = (plain.links ?? []).map((link) => {
      const [first] = link.addresses;
      const more =
        first === undefined
          ? []
          : [
              {
                ...first,
                address: { family: 'ipv4' as const, value: 0xc0a8014dn },
                prefixLength: 32,
                scope: 'global',
              },
            ];
      return link.name === 'lo' ? { ...link, addresses: [...link.addresses, ...more] } : link;
    });
    const rules = nat('-A POSTROUTING -o lo -j MASQUERADE');
    const found = compare(rules, rules, [plain, { ...plain, links: lo }]);
    expect(told(found).filter((text) => text.includes('to 192.168.1.1 '))).not.toEqual([]);
  });

  it('a switch of a pod’s own interface', () => {
    const pod = withLinks(1, () => ({ name: 'cali1', kind: 'veth' }));
    const routed = nodeOf({
      routes: ['10.244.7.7 dev cali1'],
      sysctls: { 'net.ipv4.conf.cali1.rp_filter': '0' },
    });
    const strict = nodeOf({
      routes: ['10.244.7.7 dev cali1'],
      sysctls: { 'net.ipv4.conf.cali1.rp_filter': '1' },
    });
    const found = compare(filter(''), filter(''), [
      { ...routed, links: pod.links },
      { ...strict, links: pod.links },
    ]);
    expect(new Set(told(found).map((text) => / in \S+/.exec(text)?.[0]))).toEqual(new Set([' in cali1']));
  });
});

it('addresses in these tests are what they seem', () => {
  expect(parseAddress('10.9.0.39')?.value).toBe(0x0a090000n + 39n);
});
