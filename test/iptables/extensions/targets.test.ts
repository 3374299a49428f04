import { describe, expect, it } from 'vitest';
import type { Target } from '../../../src/iptables/target.ts';
import type { Family } from '../../../src/net/address.ts';
import { allRules, read, readOne } from '../read.ts';

function targetOf(options: string, family: Family = 'ipv4'): Target | null {
  return readOne(options, family).target;
}

describe('targets', () => {
  it.each<[string, Record<string, unknown>]>([
    ['-j ACCEPT', { kind: 'accept' }],
    ['-j KUBE-SVC-A', { kind: 'jump', chain: 'KUBE-SVC-A' }],
    ['-g A', { kind: 'goto', chain: 'A' }],
    ['-j RETURN', { kind: 'return' }],
    ['-j REJECT', { kind: 'reject', with: 'icmp-port-unreachable' }],
    ['-p tcp -j REJECT --reject-with tcp-reset', { kind: 'reject', with: 'tcp-reset' }],
    [
      '-j NFQUEUE --queue-num 5 --queue-bypass',
      { kind: 'queue', name: 'NFQUEUE', bypass: true, text: 'NFQUEUE --queue-num 5 --queue-bypass' },
    ],
    [
      '-j TPROXY --on-port 80 --on-ip 0.0.0.0 --tproxy-mark 0x200/0xffffffff',
      { kind: 'tproxy', onIp: null, onPort: 80, mark: 0x200, mask: 0xffffffff },
    ],
    [
      '-j MASQUERADE --to-ports 1024-2048 --random-fully',
      { kind: 'masquerade', ports: { from: 1024, to: 2048 }, random: true },
    ],
    ['-j REDIRECT --to-ports 80', { kind: 'redirect', ports: { from: 80, to: 80 }, random: false }],
    ['-j NETMAP --to 10.8.0.0/16', { kind: 'netmap', value: 0x0a080000n, mask: 0xffff0000n }],
    ['-j MARK --set-xmark 0x4000/0x4000', { kind: 'mark', value: 0x4000, mask: 0x4000 }],
    ['-j MARK --set-mark 0x20/0x3', { kind: 'mark', value: 0x20, mask: 0x23 }],
    ['-j MARK --set-mark 4294967295', { kind: 'mark', value: 0xffffffff, mask: 0xffffffff }],
    ['-j MARK --and-mark 0xfff', { kind: 'mark', value: 0, mask: 0xfffff000 }],
    ['-j MARK --or-mark 0x80000000', { kind: 'mark', value: 0x80000000, mask: 0x80000000 }],
    ['-j MARK --xor-mark 0x5', { kind: 'mark', value: 5, mask: 0 }],
    ['-j CONNMARK --set-xmark 0x80/0x80', { kind: 'connmark-set', value: 0x80, mask: 0x80 }],
    ['-j CONNMARK --save-mark', { kind: 'connmark-save', nfmask: 0xffffffff, ctmask: 0xffffffff }],
    [
      '-j CONNMARK --restore-mark --nfmask 0xf0 --ctmask 0xf',
      { kind: 'connmark-restore', nfmask: 0xf0, ctmask: 0xf },
    ],
    ['-j CONNMARK --restore-mark --mask 0x80', { kind: 'connmark-restore', nfmask: 0x80, ctmask: 0x80 }],
    [
      '-j CONNMARK --set-xmark 0x1/0x1 --left-shift-mark 2',
      { kind: 'unrecognised', name: 'CONNMARK', text: 'CONNMARK --set-xmark 0x1/0x1 --left-shift-mark 2' },
    ],
    ['-j NOTRACK', { kind: 'notrack' }],
    ['-j CT --notrack', { kind: 'notrack' }],
    ['-j CT --zone 5', { kind: 'ct', original: 5, reply: 5, text: 'CT --zone 5' }],
    ['-j DSCP --set-dscp 0x2e', { kind: 'dscp', value: 46 }],
    ['-j TOS --set-tos 0x10/0x3f', { kind: 'tos', value: 16, mask: 63 }],
    ['-j TTL --ttl-dec 1', { kind: 'ttl', operator: 'dec', value: 1 }],
    [
      '-j LOG --log-prefix "[UFW -j] "',
      { kind: 'passive', name: 'LOG', text: 'LOG --log-prefix "[UFW -j] "' },
    ],
    ['-j CLUSTERIP --new', { kind: 'unrecognised', name: 'CLUSTERIP', text: 'CLUSTERIP --new' }],
    ['-j NOSUCH --option', { kind: 'unrecognised', name: 'NOSUCH', text: 'NOSUCH --option' }],
    ['-j MARK', { kind: 'unrecognised', name: 'MARK', text: 'MARK' }],
  ])('%s', (options, expected) => {
    expect(targetOf(options)).toEqual(expected);
  });

  it('of a rule without -j are none', () => {
    expect(targetOf('-m comment --comment x')).toBeNull();
  });

  it('of IPv6 have their own default and names', () => {
    expect(targetOf('-j REJECT', 'ipv6')).toEqual({ kind: 'reject', with: 'icmp6-port-unreachable' });
    expect(targetOf('-j HL --hl-set 64', 'ipv6')).toEqual({ kind: 'ttl', operator: 'set', value: 64 });
  });

  it('named like a target that the node lacks are chains where the table has such a chain', () => {
    const { rulesets } = read('*nat\n:ACCOUNT - [0:0]\n-A ACCOUNT -j ACCOUNT\nCOMMIT\n');
    expect(allRules(rulesets[0])[0]?.target).toEqual({ kind: 'jump', chain: 'ACCOUNT' });
  });
});

describe('DNAT and SNAT', () => {
  const ip = 0x01020304n;
  it.each<[string, Record<string, unknown> | null]>([
    ['1.2.3.4', { from: ip, to: ip, ports: null, portBase: null }],
    ['1.2.3.4:80', { from: ip, to: ip, ports: { from: 80, to: 80 }, portBase: null }],
    ['1.2.3.4-1.2.3.9:80-90', { from: ip, to: ip + 5n, ports: { from: 80, to: 90 }, portBase: null }],
    [':80', { from: null, to: null, ports: { from: 80, to: 80 }, portBase: null }],
    ['1.2.3.4:80-90/8000', { from: ip, to: ip, ports: { from: 80, to: 90 }, portBase: 8000 }],
    [':0', null],
    ['0.0.0.0', null],
    ['0.0.0.0:0', null],
    ['1.2.3.4:99999', null],
    ['fd00::1', null],
    ['', null],
  ])('to %s', (text, to) => {
    expect(targetOf(`-j DNAT --to-destination ${text}`)).toMatchObject({ kind: 'dnat', to });
    expect(targetOf(`-j SNAT --to-source ${text}`)).toMatchObject({ kind: 'snat', to });
  });

  it.each<[string, Record<string, unknown> | null]>([
    ['[fd00::1]:80', { ports: { from: 80, to: 80 } }],
    ['[fd00::1-fd00::9]:80', { to: 0xfd000000000000000000000000000009n }],
    ['fd00::1', { ports: null }],
    [':80', { from: null, ports: { from: 80, to: 80 } }],
    ['[fd00::1', null],
  ])('to %s in IPv6', (text, to) => {
    expect(targetOf(`-j DNAT --to-destination ${text}`, 'ipv6')).toMatchObject({ kind: 'dnat', to });
  });

  it('say whether ports are random and addresses persistent', () => {
    expect(targetOf('-j SNAT --to-source 1.2.3.4 --random-fully --persistent')).toMatchObject({
      random: true,
      persistent: true,
    });
  });

  it.each([
    'DNAT [unsupported revision]',
    'DNAT --to-destination :0 --persistent',
    'DNAT --to-destination :0 --persistent --to-destination :0 --persistent --to-destination 0.0.0.0 --persistent',
    'DNAT --to-destination 10.0.0.1:80 --to-destination 10.0.0.2:80',
    'DNAT',
  ])('printed by an iptables older than the rule have no address: %s', (text) => {
    expect(targetOf(`-p tcp -j ${text}`)).toMatchObject({ kind: 'dnat', to: null, text });
  });
});
