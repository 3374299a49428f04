import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../src/net/address.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Outcome } from '../../src/trace/outcome.ts';
import { ask, type Question } from './ask.ts';
import { nodeOf } from './node.ts';

/** Verdict, and the answers it rests on. */
function way({ verdict, given }: Outcome): string {
  return [verdict, ...given.map(({ question, held }) => `${held ? '' : 'not '}${question.code}`)].join(' ');
}

const mangle = (rules: readonly string[]): string =>
  `*mangle\n:PREROUTING ACCEPT\n:POSTROUTING ACCEPT\n${rules.map((rule) => `-A ${rule}`).join('\n')}`;

/** What may become of a packet of which only its ends are known. */
function ways(...rules: readonly string[]): string[] {
  return ask(mangle(rules)).outcomes.map(way).sort();
}

describe('Is an answer about a field kept past what writes the field?', () => {
  it('the hop limit of a packet that is passed on is one less (ip_forward)', () => {
    const asked = 'PREROUTING -m ttl --ttl-eq 64 -j MARK --set-xmark 0x1/0xffffffff';
    expect(ways(asked, 'POSTROUTING -m ttl --ttl-eq 64 -j DROP')).toEqual([
      'accept not ttl not ttl',
      'accept ttl',
      'drop not ttl ttl',
    ]);
    expect(ways(asked, 'POSTROUTING -m ttl --ttl-eq 63 -j DROP')).toContain('drop ttl');
  });
  it('and one that a rule raises is more (xt_HL.c)', () => {
    const rules = [
      'PREROUTING -m ttl --ttl-lt 5 -j ACCEPT',
      'PREROUTING -j TTL --ttl-dec 3',
      'PREROUTING -m ttl --ttl-lt 5 -j DROP',
    ];
    expect(ways(...rules)).toEqual(['accept not ttl not ttl', 'accept ttl', 'drop not ttl ttl']);
  });
  it('the TOS is what a rule made of it (xt_DSCP.c)', () => {
    const fits = '-m tos --tos 0x10/0xff';
    const rules = [
      `PREROUTING ${fits} -j ACCEPT`,
      'PREROUTING -j TOS --set-tos 0x10/0x10',
      `PREROUTING ${fits} -j DROP`,
    ];
    expect(ways(...rules)).toEqual(['accept not tos not tos', 'accept tos', 'drop not tos tos']);
  });
  it('what an answer told of its other bits stays', () => {
    const rules = [
      'PREROUTING -m tos --tos 0x01/0x01 -j TOS --set-tos 0x10/0x10',
      'PREROUTING -m tos --tos 0x11/0x11 -j DROP',
    ];
    expect(ways(...rules)).toEqual(['accept not tos', 'drop tos']);
  });
  it('a SYN that TCPMSS makes longer is (tcpmss_mangle_packet)', () => {
    const rules = [
      'PREROUTING -m length --length 40:59 -j ACCEPT',
      'PREROUTING -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1400',
      'PREROUTING -m length --length 40:59 -j DROP',
    ];
    expect(ways(...rules)).toContain('drop not length length');
  });
});

describe('Is what a question asks after chance has split the ways told of the packet that sets out?', () => {
  const chance = '-m statistic --mode random --probability 0.5';
  const told = (dump: string, question: Question = {}): string[] =>
    [...new Set(ask(dump, question).outcomes.map(way))].sort();

  it('not of its mark, which a rule restored since', () => {
    const asked = '-m mark --mark 0x1/0x1 -j DROP';
    const rules = ['-j CT --zone 1', asked, '-j CONNMARK --restore-mark', `${chance} -j ACCEPT`, asked];
    const dump = `*raw\n:PREROUTING ACCEPT\n${rules.map((rule) => `-A PREROUTING ${rule}`).join('\n')}`;
    expect(told(dump)).toEqual(['accept mark', 'accept not mark', 'drop mark']);
  });
  it('not of its hop limit, which routing counted down since', () => {
    const rules = [`PREROUTING ${chance} -j ACCEPT`, 'POSTROUTING -m ttl --ttl-eq 64 -j DROP'];
    expect(told(mangle(rules))).toEqual(['accept not ttl', 'drop ttl']);
  });
  it('not of its TOS, which a rule wrote since', () => {
    const rules = [
      'PREROUTING -m tos --tos 0x1/0x1 -j ACCEPT',
      'PREROUTING -j TOS --set-tos 0x1/0x0',
      `PREROUTING ${chance} -j MARK --set-xmark 0x1/0x1`,
      'PREROUTING -m tos --tos 0x11/0x11 -j DROP',
    ];
    expect(told(mangle(rules))).toContain('drop tos not tos');
  });
  it('not of its destination, which DNAT wrote since', () => {
    const dump = `*nat
      :PREROUTING ACCEPT
      -A PREROUTING -m addrtype --dst-type LOCAL -j ACCEPT
      -A PREROUTING ${chance} -j DNAT --to-destination 10.244.1.7
      *filter
      :FORWARD ACCEPT
      :INPUT ACCEPT
      -A FORWARD -m addrtype --dst-type LOCAL -j DROP`;
    const host = { ...nodeOf(), links: null, routes: { ipv4: null, ipv6: null } };
    const ends = ask(dump, { host }).outcomes.filter(({ given }) =>
      given.some(
        ({ question, held }) =>
          held && question.code === 'address-type' && question.address?.value === 0x0af40107n,
      ),
    );
    expect(ends.length).toBeGreaterThan(0);
    expect(ends.some(({ destination }) => destination.address.value === 0x0af40107n)).toBe(true);
  });
});

describe('Is a packet of the node routed anew by what mangle asks and writes (nf_route_table_hook4)?', () => {
  // Raw is asked behind the routing decision: the mark leads elsewhere only where mangle has it taken again.
  const host = nodeOf({
    routes: ['default via 192.168.1.3 dev eth0 table 100'],
    rules: [{ priority: 100, src: 'all', fwmark: '0x100', fwmask: '0x100', table: '100' }],
  });
  const hops = (mangleRule: string): string[] => {
    const dump = `*raw\n:OUTPUT ACCEPT\n-A OUTPUT -j MARK --set-xmark 0x100/0x100
      *mangle\n:OUTPUT ACCEPT\n-A OUTPUT ${mangleRule}`;
    const { outcomes } = ask(dump, { from: '192.168.1.1:40000', to: '10.96.0.10:80', via: null, host });
    return outcomes.map(({ exit }) =>
      exit?.kind === 'interface' && exit.nextHop !== null ? formatAddress(exit.nextHop) : 'nowhere',
    );
  };
  it('not by a TOS that it asks for, or clears where it is 0 as nearly all are', () => {
    expect(hops('-m tos --tos 0x10/0xff')).toEqual(['192.168.1.254', '192.168.1.254']);
    expect(hops('-j TOS --set-tos 0x00/0xff')).toEqual(['192.168.1.254']);
  });
  it('by one that it writes', () => {
    expect(hops('-j TOS --set-tos 0x10/0xff')).toEqual(['192.168.1.3']);
  });
});

describe('Is an answer to native rules kept past what writes what they read?', () => {
  const native = (rules: readonly string[], question: Question = {}, sets = ''): string[] => {
    const text = `table inet t {\n${sets}\nchain c {\ntype filter hook prerouting priority -150; policy accept;\n${rules.join('\n')}\n}\n}\n`;
    const nft = parseNftables(Buffer.from(text), 'nft', new ProblemList());
    if (nft === null) throw new Error('no rule set');
    return ask('*filter\n:FORWARD ACCEPT', { ...question, nft })
      .outcomes.map(way)
      .sort();
  };
  const both = [
    'accept nft-expression',
    'accept not nft-expression not nft-expression',
    'drop not nft-expression nft-expression',
  ];

  it.each([
    ['the hop limit', 'ip ttl < 5', 'ip ttl set ip ttl'],
    ['a priority', 'meta priority 1:2', 'meta priority set 1:2'],
    ['a label', 'ct label foo', 'ct label set foo'],
    ['the segment size', 'tcp option maxseg size < 1000', 'tcp option maxseg size set 900'],
  ])('of %s', (_, asked, set) => {
    expect(native([`${asked} accept`, set, `${asked} drop`])).toEqual(both);
  });

  it('the mark is known bit by bit (nft_bitwise)', () => {
    const open = { state: 'ESTABLISHED' } as const;
    const restored = 'meta mark set ct mark';
    expect(
      native([restored, 'meta mark set meta mark | 0x4000', 'meta mark & 0x4000 == 0x4000 drop'], open),
    ).toEqual(['drop']);
    const asked = 'meta mark & 0x4001 == 0x4001';
    expect(
      native([restored, `${asked} accept`, 'meta mark set meta mark | 0x4000', `${asked} drop`], open),
    ).toEqual(both);
  });
  it('a set that was not listed whole may hold what a rule has entered', () => {
    const asked = 'ip saddr @s';
    expect(native([`${asked} accept`, 'add @s { ip saddr }', `${asked} drop`])).toContain(
      'drop not nft-element nft-element',
    );
  });
  it('bits of the IP header by their place are those of its fields (nft_payload_eval)', () => {
    const whole = { header: { ttl: 9, tos: 0x10, length: 60 } };
    expect(
      native(['@nh,0,8 & 0xf0 == 0x40 @nh,8,16 == 0x1000-0x10ff @nh,60,8 & 0xff == 0x00 drop'], whole),
    ).toEqual(['drop']);
    expect(native(['@nh,0,4 { 5, 6 } drop'], whole)).toEqual(['accept']);
    expect(native(['@nh,32,16 5 drop'])).toEqual(['accept not nft-expression', 'drop nft-expression']);
  });
  it('and where a rule writes such bits nothing is known from there', () => {
    expect(native(['@nh,8,8 set 0x10', 'drop'])).toEqual(['unknown']);
  });
});
