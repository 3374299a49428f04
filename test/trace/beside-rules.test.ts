import { describe, expect, it } from 'vitest';
import { addressesAsJson } from '../../src/host/addresses-text.ts';
import type { Host } from '../../src/host/facts.ts';
import { parseAddressLabels } from '../../src/host/parse-address-labels.ts';
import { parseIpsecPolicies } from '../../src/host/parse-ipsec-policies.ts';
import { parseLinks } from '../../src/host/parse-links.ts';
import { selectAddressIpv6 } from '../../src/host/select-address-ipv6.ts';
import { formatAddress, parseAddress } from '../../src/net/address.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { ask, type Question } from './ask.ts';
import { nodeOf } from './node.ts';

// What beside rules and routes decides about packets, and is not followed: the listings are those of iproute2 on Linux 6.18.

function named(host: Partial<Host>, question: Question = {}): string[] {
  const { assumptions } = ask('', { ...question, host: { ...nodeOf(), ...host } });
  return assumptions.flatMap((each) =>
    each.code === 'xdp' ? [`xdp ${each.device}`] : each.code === 'ipsec' ? [`ipsec ${each.direction}`] : [],
  );
}

describe('A program of XDP sees a frame before any rule', () => {
  const withXdp = (...devices: readonly string[]): Partial<Host> => ({
    links: (nodeOf().links ?? []).map((link) =>
      devices.includes(link.name) ? { ...link, xdp: true as const } : link,
    ),
  });
  it('so the answer names it, where the packet comes in there (netif_receive_generic_xdp)', () => {
    expect(named(withXdp('eth0'))).toEqual(['xdp eth0']);
    expect(named(withXdp('eth1'))).toEqual([]);
    expect(named(withXdp('eth0'), { via: null, from: '?' })).toEqual([]);
    const pod = { via: 'cni0', from: '10.244.1.5:1' };
    expect(named(withXdp('veth1'), pod)).toEqual(['xdp veth1']);
    expect(named(withXdp('veth1'), { ...pod, port: 'veth2' })).toEqual([]);
  });
  it('it stands in `ip addr`, as JSON and as text', () => {
    const entry = { ifindex: 3, ifname: 'v0', flags: ['UP'], addr_info: [] };
    const json = JSON.stringify([
      { ...entry, xdp: { mode: 2, prog: { id: 97 } } },
      { ...entry, ifname: 'v2' },
    ]);
    const text = addressesAsJson(
      '3: v0@v1: <UP> mtu 1500 xdpgeneric/id:97 qdisc noop state DOWN group default qlen 1000\n4: v2: <UP> mtu 1500 qdisc noop\n',
    );
    for (const listing of [json, text]) {
      const links = parseLinks(listing, 'ip-addr.json', new ProblemList()) ?? [];
      expect(links.map(({ name, xdp }) => [name, xdp])).toEqual([
        ['v0', true],
        ['v2', undefined],
      ]);
    }
  });
});

describe('A policy of IPsec may wrap or drop a packet', () => {
  const ipsec = parseIpsecPolicies(`src ::/0 dst fd00::/8 
	dir fwd action block priority 0 ptype main 
src 8.8.8.0/24 dst 8.8.4.0/24 proto tcp 
	dir out priority 0 ptype main 
	tmpl src 192.168.1.1 dst 192.168.1.2
		proto esp reqid 0 mode tunnel
src 0.0.0.0/0 dst 192.168.1.1/32 
	dir in priority 0 ptype main 
src 0.0.0.0/0 dst 0.0.0.0/0 
	socket out priority 0 ptype main 
`);
  it('those of sockets are theirs alone, and left out', () => {
    expect(ipsec.map(({ direction }) => direction)).toEqual(['fwd', 'out', 'in']);
  });
  it('so the answer names one that fits the addresses (xfrm_lookup, __xfrm_policy_check)', () => {
    expect(named({ ipsec }, { from: '8.8.8.8:1', to: '8.8.4.4:80' })).toEqual(['ipsec out']);
    expect(named({ ipsec }, { from: '8.8.9.8:1', to: '8.8.4.4:80' })).toEqual([]);
    expect(named({ ipsec }, { from: '8.8.9.8:1', to: '192.168.1.1:80' })).toEqual(['ipsec in']);
    expect(named({ ipsec }, { via: null, from: '?', to: '192.168.1.1:80' })).toEqual([]);
  });
});

describe('Which IPv6 source has the label of the destination?', () => {
  const addresses = ['fd00:1::1', '2001:db8::1'];
  const links = parseLinks(
    JSON.stringify([
      {
        ...{ ifindex: 2, ifname: 'eth0', flags: ['UP'] },
        addr_info: addresses.map((local) => ({ family: 'inet6', local, prefixlen: 64, scope: 'global' })),
      },
    ]),
    'ip-addr.json',
    new ProblemList(),
  );
  const chosen = (labels: Host['labels'] = null): string => {
    const to = parseAddress('2001:db9::9');
    const found = to === null ? null : selectAddressIpv6({ ...nodeOf(), links, labels }, 'eth0', to);
    return found === null ? 'none' : formatAddress(found);
  };
  const listed = [
    { address: 'fd00:1::', prefixlen: 64, ifname: 'eth0', label: 99 },
    { address: '2001:db9::', prefixlen: 32, label: 99 },
    { address: 'fc00::', prefixlen: 7, label: 5 },
    { address: '::', prefixlen: 0, label: 1 },
  ];
  const read = (entries: readonly object[]): Host['labels'] =>
    parseAddressLabels(JSON.stringify(entries), 'ip-addrlabel.json', new ProblemList());
  it('one that `ip addrlabel` gave it (ipv6_get_saddr_eval: IPV6_SADDR_RULE_LABEL)', () => {
    expect(chosen()).toBe('2001:db8::1');
    expect(chosen(read(listed.slice(2)))).toBe('2001:db8::1');
    expect(chosen(read(listed))).toBe('fd00:1::1');
  });
  it('a label of another device is not its (__ip6addrlbl_match)', () => {
    const [own, ...others] = listed;
    expect(chosen(read([{ ...own, ifname: 'eth1' }, ...others]))).not.toBe('fd00:1::1');
  });
});
