import { describe, expect, it } from 'vitest';
import { type Host, UNKNOWN_HOST } from '../../src/host/facts.ts';
import { matchRpfilter, type RpfilterOptions } from '../../src/host/match-rpfilter.ts';
import { type IncomingPacket, reversePath } from '../../src/host/route-reverse.ts';
import { forwards, interfaceSwitch } from '../../src/host/sysctl.ts';
import { address, node, rules } from './hosts.ts';

const PLAIN: Record<string, string> = {
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.eth0.rp_filter': '0',
  'net.ipv4.conf.all.accept_local': '0',
  'net.ipv4.conf.eth0.accept_local': '0',
  'net.ipv4.conf.all.route_localnet': '0',
  'net.ipv4.conf.eth0.route_localnet': '0',
  'net.ipv4.conf.all.src_valid_mark': '0',
  'net.ipv4.conf.eth0.src_valid_mark': '0',
};

function host(switches: Record<string, string> = {}, policyRules?: string): Host {
  return node({ sysctls: new Map(Object.entries({ ...PLAIN, ...switches })) }, policyRules);
}

function packet(source: string, destination: string, changes: Partial<IncomingPacket> = {}): IncomingPacket {
  return {
    source: address(source),
    destination: address(destination),
    inInterface: 'eth0',
    outInterface: null,
    mark: 0,
    protocol: 6,
    sourcePort: 40000,
    destinationPort: 80,
    ...changes,
  };
}

describe('the kernel takes a packet from outside', () => {
  const strict = { 'net.ipv4.conf.eth0.rp_filter': '1' };
  const loose = { 'net.ipv4.conf.all.rp_filter': '2' };
  const localnet = { 'net.ipv4.conf.all.route_localnet': '1' };
  const acceptLocal = { 'net.ipv4.conf.eth0.accept_local': '1' };
  it.each<[string, string, string, Record<string, string>, string]>([
    ['from a client', '8.8.8.8', '192.168.100.11', {}, 'ok'],
    ['from one of its own addresses', '10.244.1.1', '192.168.100.11', {}, 'martian-source'],
    ['from its own address with accept_local', '10.244.1.1', '192.168.100.11', acceptLocal, 'ok'],
    ['from a pod through the wrong interface', '10.244.1.20', '192.168.100.11', {}, 'ok'],
    ['the same with strict rp_filter', '10.244.1.20', '192.168.100.11', strict, 'rp-filter'],
    ['the same with loose rp_filter', '10.244.1.20', '192.168.100.11', loose, 'ok'],
    ['without a way back, loose', '10.51.0.1', '192.168.100.11', loose, 'rp-filter'],
    ['through one of several next hops, strict', '10.50.0.1', '192.168.100.11', strict, 'ok'],
    ['from a broadcast address, strict', '192.168.100.255', '192.168.100.11', strict, 'martian-source'],
    ['from 127.0.0.1', '127.0.0.1', '192.168.100.11', {}, 'martian-source'],
    // A policy rule that came and went asks for the full check, which refuses it (fib_has_custom_rules).
    ['from 127.0.0.2 with route_localnet', '127.0.0.2', '192.168.100.11', localnet, 'unknown'],
    ['to 127.0.0.1', '8.8.8.8', '127.0.0.1', {}, 'martian-destination'],
    ['to 127.0.0.1 with route_localnet', '8.8.8.8', '127.0.0.1', localnet, 'ok'],
    ['from a multicast address', '224.0.0.1', '192.168.100.11', {}, 'martian-source'],
    ['from nobody', '0.0.0.0', '192.168.100.11', {}, 'martian-source'],
    ['from nobody to everybody (DHCP)', '0.0.0.0', '255.255.255.255', {}, 'ok'],
    ['to nobody', '8.8.8.8', '0.0.0.0', {}, 'martian-destination'],
    ['IPv6', 'fd00::1', 'fd00::2', {}, 'ok'],
    ['IPv6 from ::1', '::1', 'fd00::2', {}, 'martian-source'],
    ['IPv6 to ::1', 'fd00::2', '::1', {}, 'martian-destination'],
  ])('%s', (_, source, destination, switches, expected) => {
    expect(reversePath(host(switches), packet(source, destination)).answer).toBe(expected);
  });

  it('over lo only where nat took its route away: its source is the node’s own (fib_validate_source)', () => {
    const own = (accept: string) => {
      const switches = {
        ...{ 'net.ipv4.conf.all.accept_local': '0', 'net.ipv4.conf.lo.accept_local': accept },
        ...{ 'net.ipv4.conf.all.rp_filter': '0', 'net.ipv4.conf.lo.rp_filter': '0' },
      };
      return reversePath(host(switches), packet('192.168.100.11', '8.8.8.8', { inInterface: 'lo' })).answer;
    };
    expect(own('0')).toBe('martian-source');
    expect(own('1')).toBe('ok');
  });

  it('looks the source up without the mark unless src_valid_mark is set', () => {
    const rule = rules({ priority: 9, src: 'all', fwmark: '0x1', table: '100' });
    const marked = packet('10.99.0.1', '192.168.100.11', { mark: 1 });
    expect(reversePath(host(strict, rule), marked).answer).toBe('ok');
    const valid = { ...strict, 'net.ipv4.conf.all.src_valid_mark': '1' };
    expect(reversePath(host(valid, rule), marked).answer).toBe('rp-filter');
  });

  it('matters less what was not captured where it makes no difference', () => {
    const silent = node();
    expect(reversePath(silent, packet('8.8.8.8', '192.168.100.11')).answer).toBe('ok');
    expect(reversePath(silent, packet('10.244.1.20', '192.168.100.11'))).toMatchObject({
      answer: 'unknown',
      why: { code: 'source-switches-not-captured' },
    });
    expect(reversePath(UNKNOWN_HOST, packet('8.8.8.8', '10.0.0.1')).answer).toBe('unknown');
    expect(reversePath(UNKNOWN_HOST, packet('224.0.0.1', '10.0.0.1')).answer).toBe('martian-source');
  });
});

describe('-m rpfilter', () => {
  const none: RpfilterOptions = { loose: false, validmark: false, acceptLocal: false };
  it.each<[string, string, string, string | null, Partial<RpfilterOptions>, string]>([
    ['from its own side', '10.244.1.20', '10.96.0.1', 'cni0', {}, 'yes'],
    ['from the wrong side', '10.244.1.20', '10.96.0.1', 'eth0', {}, 'no'],
    ['from the wrong side, loose', '10.244.1.20', '10.96.0.1', 'eth0', { loose: true }, 'yes'],
    ['from an own address', '10.244.1.1', '10.96.0.1', 'cni0', {}, 'no'],
    ['from an own address, accept-local', '10.244.1.1', '10.96.0.1', 'cni0', { acceptLocal: true }, 'yes'],
    ['without a way back', '10.52.0.1', '10.96.0.1', 'cni0', { loose: true }, 'no'],
    ['on loopback', '10.52.0.1', '10.96.0.1', 'lo', {}, 'yes'],
    ['DHCP', '0.0.0.0', '255.255.255.255', 'eth0', {}, 'yes'],
    ['unknown interface', '10.244.1.20', '10.96.0.1', null, {}, 'unknown'],
    ['IPv6', 'fd00:10:244:1::5', 'fd00::1', 'cni0', {}, 'yes'],
    ['IPv6 from the wrong side', 'fd00:10:244:1::5', 'fd00::1', 'eth0', {}, 'no'],
    ['IPv6 by any metric', 'fd00:5::1', 'fd00::1', 'eth0', {}, 'yes'],
    ['IPv6 link-local', 'fe80::5', 'fd00::1', 'int0', {}, 'yes'],
    ['IPv6 unreachable', 'fd00:8::5', 'fd00::1', 'eth0', { loose: true }, 'no'],
    ['IPv6 unspecified', '::', 'ff02::1', 'eth0', {}, 'yes'],
  ])('%s', (_, source, destination, inInterface, options, expected) => {
    const asked = { source: address(source), destination: address(destination), inInterface, mark: 0 };
    expect(matchRpfilter(node(), asked, { ...none, ...options })).toBe(expected);
  });

  it('is unknown for an unknown sender', () => {
    const asked = { source: null, destination: address('10.0.0.1'), inInterface: 'eth0', mark: 0 };
    expect(matchRpfilter(node(), asked, none)).toBe('unknown');
  });
});

describe('switches of an interface', () => {
  const values = {
    ...UNKNOWN_HOST,
    sysctls: new Map([
      ['net.ipv4.conf.all.rp_filter', '1'],
      ['net.ipv4.conf.eth0/100.rp_filter', '2'],
      ['net.ipv4.conf.all.route_localnet', '0'],
      ['net.ipv4.conf.eth0/100.route_localnet', '1'],
      ['net.ipv4.conf.eth0/100.forwarding', '0'],
      ['net.ipv4.ip_forward', '1'],
      ['net.ipv6.conf.all.forwarding', '1'],
    ]),
  };
  it('joins `all` and the device as the kernel does', () => {
    expect(interfaceSwitch(values, 'ipv4', 'rp_filter', 'eth0.100', 'max')).toBe(2);
    expect(interfaceSwitch(values, 'ipv4', 'rp_filter', 'gone', 'max')).toBeNull();
    expect(interfaceSwitch(values, 'ipv4', 'route_localnet', 'eth0.100', 'or')).toBe(1);
    expect(interfaceSwitch(values, 'ipv4', 'route_localnet', 'gone', 'or')).toBeNull();
    expect(interfaceSwitch(values, 'ipv4', 'route_localnet', 'gone', 'and')).toBe(0);
    expect(interfaceSwitch(values, 'ipv4', 'route_localnet', 'eth0.100', 'and')).toBe(0);
    expect(interfaceSwitch(UNKNOWN_HOST, 'ipv4', 'rp_filter', 'eth0', 'max')).toBeNull();
  });

  it('forwards by device for IPv4 and by `all` for IPv6', () => {
    expect(forwards(values, 'ipv4', 'eth0.100')).toBe(false);
    expect(forwards(values, 'ipv4', 'eth1')).toBe(true);
    expect(forwards(values, 'ipv6', 'eth0.100')).toBe(true);
    expect(forwards(UNKNOWN_HOST, 'ipv6', 'eth0')).toBeNull();
  });
});
