import { describe, expect, it } from 'vitest';
import { addressType, matchesAddressType } from '../../src/host/address-type.ts';
import { UNKNOWN_HOST } from '../../src/host/facts.ts';
import { canAnswerFrom, isLocalAddress, isOwnSource } from '../../src/host/local-addresses.ts';
import { parseLinks } from '../../src/host/parse-links.ts';
import { parseRoutes } from '../../src/host/parse-routes.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { address, LINKS, node, rules } from './hosts.ts';

const onlyLinks = { ...UNKNOWN_HOST, links: parseLinks(LINKS, 'f', new ProblemList()) };

function types(host: typeof UNKNOWN_HOST, text: string, device: string | null = null): string {
  const at = address(text);
  const answer = addressType(host, at.family, at, device);
  return answer.kind === 'unknown' ? `unknown ${answer.why.code}` : answer.types.join(' ');
}

function matches(text: string, list: string, device: string | null = null): string {
  const at = address(text);
  return matchesAddressType(node(), at.family, at, list.split(','), device);
}

describe('the type of an IPv4 address', () => {
  it.each([
    ['192.168.100.11', 'LOCAL'],
    ['127.9.9.9', 'LOCAL'],
    ['192.168.100.77', 'UNICAST'],
    ['192.168.100.255', 'BROADCAST'],
    ['255.255.255.255', 'BROADCAST'],
    ['0.0.0.0', 'BROADCAST'],
    ['0.1.2.3', 'UNICAST'],
    ['239.1.1.1', 'MULTICAST'],
    ['10.51.0.1', 'UNICAST'],
  ])('%s is %s, whatever the table main says', (text, expected) => {
    expect(types(node(), text)).toBe(expected);
  });

  it('is local on its own device only where the rule limits the interface', () => {
    expect(types(node(), '192.168.100.11', 'eth0')).toBe('LOCAL');
    expect(types(node(), '192.168.100.11', 'cni0')).toBe('UNICAST');
    expect(matches('192.168.100.11', 'LOCAL', 'cni0')).toBe('no');
  });

  it('comes from the links where no routes were captured', () => {
    expect(types(onlyLinks, '10.244.1.1')).toBe('LOCAL');
    expect(types(onlyLinks, '127.0.0.53')).toBe('LOCAL');
    expect(types(onlyLinks, '10.244.1.255')).toBe('BROADCAST');
    expect(types(onlyLinks, '10.244.1.7')).toBe('UNICAST');
  });

  it('is known for loopback and multicast only where nothing was captured', () => {
    expect(types(UNKNOWN_HOST, '127.0.0.1')).toBe('LOCAL');
    expect(types(UNKNOWN_HOST, '224.0.0.1')).toBe('MULTICAST');
    expect(types(UNKNOWN_HOST, '10.0.0.1')).toBe('unknown addresses-not-captured');
  });
});

describe('the types of an IPv6 address', () => {
  it.each([
    ['fd00:192:168:100::11', 'UNICAST LOCAL'],
    ['::1', 'UNICAST LOCAL'],
    ['fd00:10:244:1::', 'UNICAST ANYCAST'],
    ['fd00:192:168:100::', 'UNICAST ANYCAST'],
    ['fd00:10:244:2::', 'UNICAST'],
    ['2001:db8::1', 'UNICAST'],
    ['ff02::1', 'MULTICAST'],
    ['fd00:8::1', 'UNICAST UNREACHABLE'],
    ['::', 'UNSPEC'],
    ['::ffff:1.2.3.4', ''],
  ])('%s: %s', (text, expected) => {
    expect(types(node(), text)).toBe(expected);
  });

  it('asks all of UNICAST and MULTICAST, and one of LOCAL, ANYCAST and UNREACHABLE', () => {
    expect(matches('fd00:192:168:100::11', 'LOCAL,UNICAST')).toBe('yes');
    expect(matches('2001:db8::1', 'LOCAL,UNICAST')).toBe('no');
    expect(matches('2001:db8::1', 'UNICAST')).toBe('yes');
    expect(matches('ff02::1', 'UNICAST')).toBe('no');
    expect(matches('2001:db8::1', 'BROADCAST')).toBe('yes');
    expect(matches('fd00:192:168:100::11', 'LOCAL', 'eth0')).toBe('yes');
    expect(matches('fd00:192:168:100::11', 'LOCAL', 'cni0')).toBe('no');
  });
});

describe('addresses of the node itself', () => {
  it.each<[string, boolean]>([
    ['192.168.100.12', true],
    ['10.244.1.20', false],
    ['fd00:10:244:1::1', true],
    ['fd00:10:244:1::', false],
    ['fd00:10:244:1::20', false],
    ['ff02::1', false],
    ['::1', true],
  ])('%s: %s', (text, expected) => {
    expect(isLocalAddress(node(), address(text))).toBe(expected);
    expect(isLocalAddress(onlyLinks, address(text))).toBe(expected);
  });

  it('are not known where nothing was captured', () => {
    expect(isLocalAddress(UNKNOWN_HOST, address('10.0.0.1'))).toBeNull();
    expect(isLocalAddress(UNKNOWN_HOST, address('fd00::1'))).toBeNull();
    expect(isLocalAddress(UNKNOWN_HOST, address('::1'))).toBe(true);
  });

  it('do not include an address whose duplicate detection still runs', () => {
    const text = LINKS.replace('"fe80::12",', '"fe80::12","tentative":true,');
    const host = { ...UNKNOWN_HOST, links: parseLinks(text, 'f', new ProblemList()) };
    expect(isLocalAddress(host, address('fe80::12'))).toBe(false);
    expect(isLocalAddress(host, address('fe80::11'))).toBe(true);
  });

  it('may be sources without a route in table local, on IPv4 where a link has them (__ip_dev_find)', () => {
    const text = JSON.stringify([{ type: 'local', dst: '10.9.0.0/24', dev: 'lo', table: '100' }]);
    const ipv4 = parseRoutes(text, 'ipv4', 'f', new ProblemList());
    const parted = node({ routes: { ipv4, ipv6: [] } }, rules({ priority: 50, src: 'all', table: '100' }));
    expect(isOwnSource(parted, address('10.9.0.5'))).toBe(false);
    expect(isOwnSource(parted, address('10.244.1.1'))).toBe(true);
    expect(canAnswerFrom(parted, address('10.9.0.5'))).toBe(false);
    expect(canAnswerFrom({ ...parted, links: null }, address('10.9.0.5'))).toBeNull();
    expect(canAnswerFrom(parted, address('10.244.1.1'))).toBe(true);
    expect(canAnswerFrom(parted, address('fd09::5'))).toBe(true);
  });
});
