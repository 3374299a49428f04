import { describe, expect, it } from 'vitest';
import { type Host, UNKNOWN_HOST } from '../../src/host/facts.ts';
import { findRoute } from '../../src/host/find-route.ts';
import { parseLinks } from '../../src/host/parse-links.ts';
import { masqueradeAddress, redirectAddress, sourceForOutput } from '../../src/host/source-address.ts';
import { formatAddress } from '../../src/net/address.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { address, node, query } from './hosts.ts';

function source(destination: string): string | null {
  const answer = sourceForOutput(node(), findRoute(node(), query(destination)), address(destination));
  return answer && formatAddress(answer);
}

function masquerade(out: string, nextHop: string, destination: string): string | null {
  const to = address(destination);
  const answer = masqueradeAddress(node(), to.family, out, address(nextHop), to);
  return answer && formatAddress(answer);
}

describe('the source of a process that connects', () => {
  it.each([
    ['8.8.8.8', '192.168.100.11'],
    ['10.244.1.20', '10.244.1.1'],
    ['10.57.0.1', '172.31.0.11'],
    ['192.168.100.12', '192.168.100.11'],
    ['127.0.0.9', '127.0.0.1'],
    ['0.0.0.0', '127.0.0.1'],
    ['10.55.0.1', '192.168.100.11'],
    ['fd00:10:244:1::20', 'fd00:10:244:1::1'],
    ['fd00:10:244:2::20', 'fd00:192:168:100::11'],
    ['2001:db8::1', 'fd00:192:168:100::11'],
    ['fe80::99', 'fe80::11'],
    ['::1', '::1'],
  ])('to %s is %s', (destination, expected) => {
    expect(source(destination)).toBe(expected);
  });

  it('is not known without a route or without links', () => {
    expect(source('10.51.0.1')).toBeNull();
    const host = node({ links: null });
    expect(sourceForOutput(host, findRoute(host, query('8.8.8.8')), address('8.8.8.8'))).toBeNull();
  });
});

describe('the address MASQUERADE writes', () => {
  it.each([
    ['eth0', '192.168.100.254', '8.8.8.8', '192.168.100.11'],
    ['cni0', '10.244.1.20', '10.244.1.20', '10.244.1.1'],
    ['ppp0', '10.77.0.2', '8.8.8.8', '10.77.0.1'],
    ['eth0', 'fe80::99', '10.55.0.1', '192.168.100.11'],
    ['lo', '127.0.0.1', '127.0.0.1', '192.168.100.11'],
    ['cni0', 'fd00:10:244:1::20', 'fd00:10:244:1::20', 'fd00:10:244:1::1'],
    ['int0', 'fe80::99', '2001:db8::1', 'fd00:192:168:100::11'],
    ['int0', 'fe80::99', 'fe80::99', 'fe80::12'],
  ])('out of %s through %s to %s is %s', (out, nextHop, destination, expected) => {
    expect(masquerade(out, nextHop, destination)).toBe(expected);
  });

  it('is the address in the network of the next hop where a device has several', () => {
    const host = withAddresses([
      { family: 'inet', local: '10.0.0.1', prefixlen: 24, scope: 'global' },
      { family: 'inet', local: '10.9.0.1', prefixlen: 24, scope: 'global' },
      { family: 'inet', local: '10.8.0.1', prefixlen: 24, scope: 'link' },
    ]);
    const to = (hop: string) => masqueradeAddress(host, 'ipv4', 'a', address(hop), address('8.8.8.8'))?.value;
    expect(to('10.9.0.254')).toBe(0x0a090001n);
    expect(to('10.8.0.254')).toBe(0x0a000001n);
  });

  it('is null for a device that the node does not have', () => {
    expect(masquerade('gone', '8.8.8.8', '8.8.8.8')).toBeNull();
    expect(
      masqueradeAddress(UNKNOWN_HOST, 'ipv4', 'eth0', address('1.1.1.1'), address('1.1.1.1')),
    ).toBeNull();
  });

  it('passes over deprecated and temporary IPv6 addresses', () => {
    const host = withAddresses([
      { family: 'inet6', local: '2001:db8::5', prefixlen: 64, scope: 'global', temporary: true },
      { family: 'inet6', local: '2001:db8::6', prefixlen: 64, scope: 'global', deprecated: true },
      { family: 'inet6', local: '2001:db8::7', prefixlen: 64, scope: 'global', tentative: true },
      { family: 'inet6', local: '2001:db8::8', prefixlen: 64, scope: 'global' },
    ]);
    const to = address('2001:db8:1::1');
    expect(masqueradeAddress(host, 'ipv6', 'a', to, to)?.value).toBe(address('2001:db8::8').value);
  });
});

describe('the address REDIRECT writes', () => {
  it('is loopback for a packet of the node, else the first address of the interface', () => {
    const host = node();
    expect(redirectAddress(host, 'ipv4', null)).toEqual(address('127.0.0.1'));
    expect(redirectAddress(host, 'ipv6', null)).toEqual(address('::1'));
    expect(redirectAddress(host, 'ipv4', 'cni0')).toEqual(address('10.244.1.1'));
    expect(redirectAddress(host, 'ipv6', 'eth0', address('fe80::5'))).toEqual(address('fe80::11'));
    expect(redirectAddress(host, 'ipv6', 'eth0', address('::1'))).toBeNull();
    expect(redirectAddress(host, 'ipv6', 'cni0', address('ff02::5'))).toBeNull();
    expect(redirectAddress(host, 'ipv6', 'lo', address('::1'))).toEqual(address('::1'));
    expect(redirectAddress(host, 'ipv6', 'lo', address('ff01::5'))).toEqual(address('::1'));
    expect(redirectAddress(host, 'ipv6', 'eth0', address('fd00::5'))).toEqual(
      address('fd00:192:168:100::11'),
    );
    expect(redirectAddress(host, 'ipv4', 'gone')).toBeNull();
  });
});

function withAddresses(addr_info: object[]): Host {
  const text = JSON.stringify([{ ifindex: 2, ifname: 'a', flags: ['UP'], addr_info }]);
  return { ...UNKNOWN_HOST, links: parseLinks(text, 'f', new ProblemList()) };
}
