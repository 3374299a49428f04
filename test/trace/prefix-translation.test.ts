import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../src/net/address.ts';
import { ask, only } from './ask.ts';
import { nodeOf } from './node.ts';

// The addresses that Linux 6.18 wrote (ip6t_npt_map_pfx, net/ipv6/netfilter/ip6t_NPT.c).

const host = nodeOf({
  routes: ['2000::/3 via fd00:1::fe dev eth0'],
  sysctls: { 'net.ipv6.conf.all.forwarding': '1' },
});

function sourceAfter(rule: string, from: string): string | undefined {
  const rules = `*mangle\n:POSTROUTING ACCEPT\n-A POSTROUTING -j SNPT ${rule}`;
  const packet = { from: `[${from}]:5555`, to: '[2001:db8:7::7]:9', protocol: 'udp', via: 'eth0', host };
  const outcome = only(ask(rules, packet));
  if (outcome.verdict !== 'accept') return `${outcome.verdict} ${outcome.rejectWith}`;
  const { address } = outcome.end.source;
  return address === null ? 'unknown' : formatAddress(address);
}

function destinationAfter(rule: string, to: string): string {
  const rules = `*mangle\n:OUTPUT ACCEPT\n-A OUTPUT -j DNPT ${rule}`;
  const packet = { from: '[fd00:1::1]:5555', to: `[${to}]:9`, protocol: 'udp', via: null, host };
  return formatAddress(only(ask(rules, packet)).destination.address);
}

const same = (text: string): string => {
  const address = parseAddress(text);
  return address === null ? '' : formatAddress(address);
};

describe('Which address does the translation of a prefix make?', () => {
  const of64 = '--src-pfx fd00:1:2:3::/64 --dst-pfx 2001:db8:9:8::/64';
  it.each([
    [of64, 'fd00:1:2:3::5', '2001:db8:9:8:cf3c::5'],
    ['--src-pfx fd00:1:2::/48 --dst-pfx 2001:db8:9::/48', 'fd00:1:2:3::5', '2001:db8:9:cf44::5'],
    ['--src-pfx fd00:1:2::/48 --dst-pfx 2001:db8:9::/56', 'fd00:1:2:3::5', '2001:db8:9:3:cf41::5'],
    ['--src-pfx fd00:1::/32 --dst-pfx 2001:db9::/32', 'fd00:1:2:3:1:2:3:4', '2001:db9:2:cf4a:1:2:3:4'],
    ['--src-pfx fd00::/20 --dst-pfx 2001::/20', 'fd00:1:2:3:1:2:3:4', '2001:1:2:dd02:1:2:3:4'],
    [of64, 'fd00:1:2:3:ffff:5:6:7', '2001:db8:9:8:ffff:cf41:6:7'],
    ['--src-pfx fd00:1:2:3::/64 --dst-pfx fd00:1:2:3::/64', 'fd00:1:2:3:0:5:6:7', 'fd00:1:2:3:0:5:6:7'],
  ])('SNPT %s of %s: %s', (rule, from, made) => expect(sourceAfter(rule, from)).toBe(same(made)));
  it('DNPT before the route is decided, of destinations outside its prefix, too', () => {
    const rule = '--src-pfx 2001:db8:7::/48 --dst-pfx 2001:db8:9::/48';
    expect(destinationAfter(rule, '2001:db8:7:1::7')).toBe(same('2001:db8:9:fffe::7'));
    expect(destinationAfter(rule, '2001:db8:8:1::7')).toBe(same('2001:db8:9:fffe::7'));
  });
  it('none of an address without a word to change: the packet is lost', () => {
    expect(sourceAfter(of64, 'fd00:1:2:3:ffff:ffff:ffff:ffff')).toBe('reject icmp6-param-problem');
  });
  it('of a sender who is not known nothing is known', () => {
    const rules = `*mangle\n:POSTROUTING ACCEPT\n-A POSTROUTING -j SNPT ${of64}`;
    const { outcomes } = ask(rules, {
      from: '?',
      to: '[2001:db8:7::7]:9',
      protocol: 'udp',
      via: 'eth0',
      host,
    });
    expect(outcomes.map(({ end }) => end.source.address)).toEqual([null]);
  });
});
