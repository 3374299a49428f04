import { describe, expect, it } from 'vitest';
import type { Family } from '../../../src/net/address.ts';
import { readOne } from '../read.ts';

function matchesOf(options: string, family: Family = 'ipv4'): unknown[] {
  return [...readOne(options, family).matches];
}

describe('matches', () => {
  it.each<[string, Record<string, unknown>]>([
    [
      '-s 10.0.0.0/255.0.0.255',
      { kind: 'source', negated: false, prefix: { family: 'ipv4', value: 0x0a000000n, mask: 0xff0000ffn } },
    ],
    [
      '! -d 10.1.2.3/32',
      {
        kind: 'destination',
        negated: true,
        prefix: { family: 'ipv4', value: 0x0a010203n, mask: 0xffffffffn },
      },
    ],
    [
      '-d ! 10.1.2.3',
      {
        kind: 'destination',
        negated: true,
        prefix: { family: 'ipv4', value: 0x0a010203n, mask: 0xffffffffn },
      },
    ],
    ['! -i eth+', { kind: 'in-interface', negated: true, name: 'eth+' }],
    ['-o lo', { kind: 'out-interface', negated: false, name: 'lo' }],
    ['-p vrrp', { kind: 'protocol', negated: false, number: 112, name: 'vrrp' }],
    ['-p nosuch', { kind: 'protocol', negated: false, number: null, name: 'nosuch' }],
    ['! -f', { kind: 'fragment', negated: true }],
    [
      '-m tcp --sport 1024:65535',
      { kind: 'source-port', negated: false, module: 'tcp', ports: { from: 1024, to: 65535 } },
    ],
    [
      '-m udplite ! --dport :80',
      { kind: 'destination-port', negated: true, module: 'udplite', ports: { from: 0, to: 80 } },
    ],
    ['-m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN', { kind: 'tcp-flags', negated: true, mask: 23, comp: 2 }],
    ['-m tcp --syn', { kind: 'tcp-flags', negated: false, mask: 23, comp: 2 }],
    [
      '-m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE',
      { kind: 'tcp-flags', negated: false, mask: 63, comp: 0 },
    ],
    [
      '-m icmp --icmp-type 8',
      { kind: 'icmp-type', negated: false, version: 4, type: 8, codes: { from: 0, to: 255 } },
    ],
    [
      '-m icmp --icmp-type 3/4',
      { kind: 'icmp-type', negated: false, version: 4, type: 3, codes: { from: 4, to: 4 } },
    ],
    [
      '-m icmp --icmp-type any',
      { kind: 'icmp-type', negated: false, version: 4, type: 255, codes: { from: 0, to: 255 } },
    ],
    [
      '-m icmp --icmp-type fragmentation-needed',
      { kind: 'icmp-type', negated: false, version: 4, type: 3, codes: { from: 4, to: 4 } },
    ],
    [
      '-m multiport ! --dports 80,443,1000:2000',
      {
        kind: 'multiport',
        negated: true,
        side: 'destination',
        ports: [
          { from: 80, to: 80 },
          { from: 443, to: 443 },
          { from: 1000, to: 2000 },
        ],
      },
    ],
    [
      '-m iprange --src-range 10.0.0.1-10.0.0.9',
      { kind: 'iprange', negated: false, side: 'source', from: 0x0a000001n, to: 0x0a000009n },
    ],
    [
      '-m set ! --match-set s src,dst --return-nomatch',
      {
        kind: 'set',
        negated: true,
        name: 's',
        directions: ['src', 'dst'],
        returnNomatch: true,
        counters: false,
      },
    ],
    [
      '-m set --set s dst',
      { kind: 'set', negated: false, name: 's', directions: ['dst'], returnNomatch: false, counters: false },
    ],
    [
      '-m set --match-set s dst ! --update-counters --packets-gt 5',
      { kind: 'set', negated: false, name: 's', directions: ['dst'], returnNomatch: false, counters: true },
    ],
    [
      '-m addrtype ! --src-type LOCAL,BROADCAST --limit-iface-out',
      { kind: 'addrtype', negated: true, side: 'source', types: ['LOCAL', 'BROADCAST'], limit: 'out' },
    ],
    [
      '-m mark ! --mark 0xffffffff/0xf0000000',
      { kind: 'mark', negated: true, value: 0xffffffff, mask: 0xf0000000 },
    ],
    ['-m connmark --mark 12', { kind: 'connmark', negated: false, value: 12, mask: 0xffffffff }],
    [
      '-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT',
      { kind: 'ctstate', negated: true, states: ['RELATED', 'ESTABLISHED', 'DNAT'] },
    ],
    ['-m state --state NEW', { kind: 'ctstate', negated: false, states: ['NEW'] }],
    [
      '-m conntrack --ctorigdst 10.0.0.0/8',
      {
        kind: 'ctaddress',
        negated: false,
        tuple: 'origdst',
        prefix: { family: 'ipv4', value: 0x0a000000n, mask: 0xff000000n },
      },
    ],
    [
      '-m conntrack --ctreplsrcport 80:90',
      { kind: 'ctport', negated: false, tuple: 'replsrc', ports: { from: 80, to: 90 } },
    ],
    [
      '-m statistic --mode random --probability 0.33333333349',
      { kind: 'statistic-random', negated: false, probability: 715827883 / 2 ** 31 },
    ],
    [
      '-m statistic --mode nth ! --every 3 --packet 2',
      { kind: 'statistic-nth', negated: true, every: 3, packet: 2 },
    ],
    [
      '-m recent ! --rcheck --seconds 60 --reap --name a --mask 255.255.255.0 --rdest',
      {
        kind: 'recent',
        negated: true,
        action: 'rcheck',
        list: 'a',
        seconds: 60,
        reap: true,
        hitcount: null,
        rttl: false,
        mask: 0xffffff00n,
        side: 'destination',
      },
    ],
    [
      '-m owner ! --uid-owner 0-99',
      { kind: 'owner-uid', negated: true, uids: { from: 0, to: 99 }, text: '0-99' },
    ],
    ['-m owner --gid-owner staff', { kind: 'owner-gid', negated: false, gids: null, text: 'staff' }],
    ['-m physdev ! --physdev-is-in', { kind: 'physdev-is', negated: true, what: 'in' }],
    [
      '-m devgroup --src-group 0x5/0xf',
      { kind: 'devgroup', negated: false, side: 'in', value: 5, mask: 15, text: '0x5/0xf' },
    ],
    [
      '-m rpfilter --validmark --invert',
      { kind: 'rpfilter', negated: true, loose: false, validmark: true, acceptLocal: false },
    ],
    ['-m length --length 10:20', { kind: 'length', negated: false, bytes: { from: 10, to: 20 } }],
    ['-m ttl ! --ttl-eq 5', { kind: 'ttl', negated: true, operator: 'eq', value: 5 }],
    ['-m dscp --dscp-class AF31', { kind: 'dscp', negated: false, value: 26 }],
    ['-m tos --tos Minimize-Delay', { kind: 'tos', negated: false, value: 16, mask: 63 }],
    ['-m comment --comment "it\\\'s \\"so\\""', { kind: 'comment', negated: false, text: 'it\'s "so"' }],
    ['-m comment --comment ""', { kind: 'comment', negated: false, text: '' }],
    ['-m nfacct --nfacct-name  counter', { kind: 'nfacct', negated: false, name: 'counter' }],
    [
      '-m limit --limit 10/min',
      { kind: 'opaque', negated: false, module: 'limit', text: 'limit --limit 10/min' },
    ],
    [
      '-m policy --dir in --pol ipsec ! --proto esp',
      { kind: 'opaque', negated: false, module: 'policy', text: 'policy --dir in --pol ipsec ! --proto esp' },
    ],
  ])('%s', (options, expected) => {
    expect(matchesOf(options)).toEqual([expected]);
  });

  it('of IPv6 have their own types and addresses', () => {
    expect(
      matchesOf('-d fd00::/64 -p ipv6-icmp -m icmp6 ! --icmpv6-type 1/3 -m hl --hl-lt 5', 'ipv6'),
    ).toMatchObject([
      { kind: 'destination', prefix: { family: 'ipv6' } },
      { kind: 'protocol', number: 58 },
      { kind: 'icmp-type', negated: true, version: 6, type: 1, codes: { from: 3, to: 3 } },
      { kind: 'ttl', operator: 'lt', value: 5 },
    ]);
  });

  it('of one module given twice stay two', () => {
    expect(
      matchesOf('-m addrtype ! --src-type LOCAL --limit-iface-out -m addrtype --src-type LOCAL'),
    ).toMatchObject([
      { negated: true, limit: 'out' },
      { negated: false, limit: null },
    ]);
  });

  it('of one module with several options are negated each by itself', () => {
    expect(matchesOf('-m tcp --sport 1 ! --dport 2')).toMatchObject([{ negated: false }, { negated: true }]);
  });

  it.each(['tcp', 'udp', 'sctp', 'dccp'])('of -m %s without options ask nothing', (module) => {
    expect(matchesOf(`-p ${module} -m ${module}`)).toHaveLength(1);
  });

  it.each([
    '-m nosuch --what ever',
    '--what ever',
    '-m tcp --what ever',
    '-m tcp --dport http',
    '-m conntrack --ctstate NEW,ODD',
    '-m mark --mark 0x1ffffffff',
    '-m mark',
    '-m icmp',
    '-s 10.0.0.0/33',
    '-s fd00::/64',
    '-m statistic --mode random --probability 2',
    '-m set --match-set s sideways',
    '-m comment --comment "never closed',
    '-m constructor',
    'stray words',
    '-d',
    '!',
  ])('that cannot be read are unrecognised and keep their text: %s', (options) => {
    const rule = readOne(options);
    expect(rule.matches.some((match) => match.kind === 'unrecognised')).toBe(true);
    expect(rule.text).toBe(`-A X ${options}`);
  });

  it('take the bits of ICMPv6 type 255 not for any type', () => {
    expect(matchesOf('-m icmp6 --icmpv6-type 255', 'ipv6')).toMatchObject([{ kind: 'unrecognised' }]);
  });

  it('of a protocol need no -m, as iptables-restore allows', () => {
    expect(matchesOf('-p tcp --dport 80 -j ACCEPT')).toMatchObject([
      { kind: 'protocol' },
      { kind: 'destination-port' },
    ]);
  });
});
