import { describe, expect, it } from 'vitest';
import { compareStates } from '../../../src/diff/compare-states.ts';
import type { Known } from '../../../src/explain/question/question.ts';
import { UNKNOWN_CLUSTER } from '../../../src/kubernetes/objects.ts';
import { parseNftables } from '../../../src/nftables/parse-nft.ts';
import { ProblemList } from '../../../src/problems/problem.ts';
import { AddressBook } from '../../../src/proxy/addresses.ts';
import { packetOf, worldOf } from '../../trace/ask.ts';
import { CAPTURED, filter } from '../compare.ts';

function listed(family: string, parts: string): Known {
  return {
    ...{
      rulesets: worldOf(filter(''), packetOf({}), { host: CAPTURED }).rulesets,
      host: CAPTURED,
      cluster: UNKNOWN_CLUSTER,
    },
    ...{ book: new AddressBook(UNKNOWN_CLUSTER), proxyMode: 'iptables', flows: null, node: null },
    nft: parseNftables(Buffer.from(`table ${family} fw {\n${parts}}\n`), 'nft.txt', new ProblemList()),
  };
}

const compare = (before: Known, after: Known) =>
  compareStates(before, after, { budget: 2000, senders: null, service: null, strict: false });

const forward = (...rules: readonly string[]): string =>
  `chain forward {\ntype filter hook forward priority 0; policy accept;\n${rules.join('\n')}\n}\n`;

const LIMITS = 'limit slow {\nrate 1/hour\n}\nlimit fast {\nrate 100/second\n}\n';

describe('A map picks the limit, quota or counter that a rule asks: what of another element?', () => {
  const picked = (element: string): Known =>
    listed(
      'ip',
      `${LIMITS}counter hits {\npackets 0 bytes 0\n}\nmap m {\ntype ipv4_addr : limit\nelements = { ${element} }\n}\n${forward('limit name ip saddr map @m accept', 'ip saddr 10.0.0.0/30 drop')}`,
    );
  it.each([
    ['another limit', '10.0.0.1 : "fast"'],
    ['no limit: the rule breaks', '10.9.9.9 : "slow"'],
  ])('a client has %s: it fares otherwise', (_, element) => {
    const { identical, witnesses } = compare(picked('10.0.0.1 : "slow"'), picked(element));
    expect([identical, [...new Set(witnesses.map(({ packet }) => packet.source.address))]]).toEqual([
      false,
      ['10.0.0.1'],
    ]);
  });
  it('the same elements in another order: nothing', () => {
    const [one, two] = ['10.0.0.1 : "slow"', '10.0.0.2 : "fast"'];
    expect(compare(picked(`${one}, ${two}`), picked(`${two}, ${one}`)).identical).toBe(true);
  });
  it('a counter for a client: what stands behind it is for that client, too', () => {
    const counted = (element: string): Known =>
      listed(
        'ip',
        `counter hits {\npackets 0 bytes 0\n}\nmap m {\ntype ipv4_addr : counter\nelements = { ${element} }\n}\n${forward('counter name ip saddr map @m drop')}`,
      );
    const { witnesses } = compare(counted('10.0.0.1 : "hits"'), counted('10.0.0.2 : "hits"'));
    expect(
      [...new Set(witnesses.map(({ change, packet }) => `${change} ${packet.source.address}`))].sort(),
    ).toEqual(['admitted 10.0.0.1', 'dropped 10.0.0.2']);
  });
});

describe('A named limit lets through more than before', () => {
  const limited = (rate: string): Known =>
    listed('ip', `limit l {\nrate ${rate}\n}\n${forward('ip saddr 10.0.0.1 limit name "l" drop')}`);
  it('who is asked by it fares otherwise, though its rule says the same', () => {
    const { identical, witnesses } = compare(limited('1/hour'), limited('100/second'));
    expect([identical, [...new Set(witnesses.map(({ packet }) => packet.source.address))]]).toEqual([
      false,
      ['10.0.0.1'],
    ]);
    expect(compare(limited('1/hour'), limited('1/hour')).identical).toBe(true);
  });
});

describe('Connections are handed to a flowtable on one side alone', () => {
  const offloading = (devices: string, ...rules: readonly string[]): Known =>
    listed(
      'ip',
      `flowtable f {\nhook ingress priority filter\ndevices = { ${devices} }\n}\n${forward(...rules)}`,
    );
  const FLOW = 'meta l4proto tcp flow add @f';
  it.each([
    ['its devices are others', offloading('eth0', FLOW), offloading('eth0, eth1', FLOW)],
    ['no rule hands to it', offloading('eth0', FLOW), offloading('eth0', 'meta l4proto tcp counter')],
    [
      'a rule above keeps some away',
      offloading('eth0', FLOW),
      offloading('eth0', 'tcp dport 80 accept', FLOW),
    ],
  ])('%s: nothing is proved of their later packets', (_, before, after) => {
    const { identical, proof, state } = compare(before, after);
    expect([identical, proof.unexplored.join()]).toEqual([false, expect.stringMatching(/ip fw.*flowtable/)]);
    expect(state.map(({ name }) => name).join()).toMatch(/^ip fw /);
    expect(compare(before, before).identical).toBe(true);
  });
});

describe('`fib saddr . iif type` of IPv6: whose type is it?', () => {
  // The device does not limit the look-up of the route (nft_fib6_flowi_init), as it does for -m addrtype --limit-iface-in.
  const input = (rule: string): Known =>
    listed('ip6', `chain in {\ntype filter hook prerouting priority 0; policy accept;\n${rule}\n}\n`);
  const dropped = (type: string): unknown[] =>
    compare(
      input(''),
      input(
        `iifname "eth1" ip6 saddr fd00:1::/120 meta l4proto udp ip6 daddr fd00:244::5 fib saddr . iif type ${type} drop`,
      ),
    ).witnesses.map(({ change, packet }) => [change, packet.source.address === 'fd00:1::']);
  it.each([
    ['anycast', true],
    ['unicast', false],
  ])('the subnet-router address of another device’s network is a class of its own: %s', (type, isRouter) => {
    expect(dropped(type)).toEqual([['dropped', isRouter]]);
  });
});
