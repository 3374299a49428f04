import { describe, expect, it } from 'vitest';
import { sourceOfBytes } from '../../src/capture/source.ts';
import type { SourceKind } from '../../src/capture/source-kind.ts';
import { parseAddress } from '../../src/net/address.ts';
import { findTwins } from '../../src/twins/find-twins.ts';

const ENDPOINTS = ['10.1.0.33', '10.1.0.34', '10.1.0.50', '10.1.0.51'];
const CHAINS = ['KUBE-SEP-A', 'KUBE-SEP-B', 'KUBE-SEP-C', 'KUBE-SEP-D'];

/** Rules of one Service of four endpoints. */
const RULES = [
  '*nat',
  ...CHAINS.map((name) => `:${name} - [7:420]`),
  ...CHAINS.flatMap((name, index) => [
    `-A KUBE-SVC-X -m statistic --mode random --probability ${1 / (4 - index)} -j ${name}`,
    `[${index}:60] -A ${name} -s ${ENDPOINTS[index]}/32 -j KUBE-MARK-MASQ`,
    `-A ${name} -p tcp -m tcp -j DNAT --to-destination ${ENDPOINTS[index]}:80`,
  ]),
];

/** @returns the endpoints that have a twin, as letters; those of one kind together. */
function twinsOf(
  rules: readonly string[],
  more: Partial<Record<SourceKind, string>> = {},
  chains: readonly string[] = CHAINS,
  name = 'other.txt',
): string {
  const captured = new Map(
    Object.entries({ 'iptables-save': rules.join('\n'), ...more }).map(([kind, text]) => [
      kind as SourceKind,
      [{ source: sourceOfBytes(kind === 'iptables-save' ? 'rules.txt' : name, Buffer.from(text), null) }],
    ]),
  );
  const endpoints = chains.map((chain, index) => {
    const address = parseAddress(ENDPOINTS[index] ?? '');
    if (address === null) throw new Error('an address');
    return { chain, address };
  });
  const kinds = new Map<number, string>();
  for (const [index, kind] of findTwins(() => captured)
    .kindsOf(endpoints)
    .entries())
    if (kind !== null) kinds.set(kind, (kinds.get(kind) ?? '') + 'ABCD'[index]);
  return [...kinds.values()].filter((letters) => letters.length > 1).join(' ');
}

describe('endpoints are twins', () => {
  it('where only their own rules name them, whatever those counted and by what chance they are chosen', () => {
    expect(twinsOf(RULES)).toBe('ABCD');
    expect(twinsOf(RULES, { conntrack: '', 'ip-route': '[{"dst":"10.0.0.0/8","dev":"eth0"}]' })).toBe('ABCD');
  });

  it.each([
    ['a rule names it', '-A FORWARD -d 10.1.0.34/32 -j DROP'],
    ['a rule names its chain', '-A KUBE-SVC-Y -j KUBE-SEP-B'],
    ['it has a rule more', '-A KUBE-SEP-B -j KUBE-MARK-MASQ'],
    ['its comment tells of another Service', '-A KUBE-SEP-B -m comment --comment "shop/other" -j RETURN'],
  ])('but for one of which %s', (_, line) => {
    expect(twinsOf([...RULES, line])).toBe('ACD');
  });

  it.each([
    ['a rule names the block that two are in', '-A FORWARD -d 10.1.0.48/29 -j DROP', 'AB CD'],
    // Its own address, and its broadcast address.
    ['two are the ends of a block', '-A FORWARD -d 10.1.0.50/255.255.255.254 -j DROP', 'AB'],
  ])('by blocks where %s', (_, line, twins) => {
    expect(twinsOf([...RULES, line])).toBe(twins);
  });

  it.each<[string, SourceKind, string, string]>([
    ['a route leads to some', 'ip-route', '10.1.0.32/28 via 10.0.0.1 dev eth0', 'AB CD'],
    ['a route leads to one', 'ip-route', '10.1.0.34 dev cali1 scope link', 'CD'],
    ['a policy rule tells the length beside it', 'ip-rule', '[{"src":"10.1.0.49","srclen":28}]', 'AB'],
    ['an ipset lists one', 'ipset', 'add blocked 10.1.0.51', 'AB'],
    ['a flow goes to one', 'conntrack', 'tcp 6 60 ESTABLISHED src=9.9.9.9 dst=10.1.0.51', 'AB'],
  ])('by how near they are where %s', (_, kind, text, twins) => {
    expect(twinsOf(RULES, { [kind]: text })).toBe(twins);
  });

  it.each(['xt_recent/KUBE-SEP-B', 'KUBE-SEP-captures/xt_recent/KUBE-SEP-B.txt'])(
    'but for one that has a list of clients: %s',
    (name) => {
      expect(twinsOf(RULES, { recent: 'src=9.9.9.9 ttl: 64' }, CHAINS, name)).toBe('ACD');
    },
  );

  it.each([
    ['an address is computed', '-A PREROUTING -d 10.9.0.0/16 -j NETMAP --to 10.1.0.0/16'],
    ['a range is chosen from by a hash', '-A POSTROUTING -j SNAT --to-source 10.2.0.1-10.2.0.4'],
    ['a mask is no block', '-A FORWARD -d 10.0.0.12/255.0.0.255 -j DROP'],
    [
      'a list holds networks',
      '-A FORWARD -m recent --rcheck --name L --mask 255.255.255.0 --rsource -j DROP',
    ],
    [
      'a prefix is put in another',
      '-A PREROUTING -d 10.9.0.0/16 -j DNPT --src-pfx fd00::/64 --dst-pfx fd01::/64',
    ],
    ['a list holds destinations', '-A FORWARD -m recent --rcheck --name L --rdest -j DROP'],
  ])('but for all where %s', (_, line) => {
    expect(twinsOf([...RULES, line])).toBe('');
  });

  it('but for all where an ipset asks for some bits of an address', () => {
    const ipset = 'create some hash:ip family inet bitmask 255.0.0.255\nadd some 10.0.0.51';
    expect(twinsOf(RULES, { ipset })).toBe('');
  });

  it.each([
    ['might be addresses', (chain: string) => chain.replace('KUBE-SEP-', '10.')],
    ['have nothing in common', (chain: string) => `${chain.at(-1)}-EP`],
    ['do not stand as one word', (chain: string) => chain.replace('-SEP', ',SEP')],
  ])('but for all where the names of their chains %s', (_, renamed) => {
    const chains = CHAINS.map(renamed);
    const rules = RULES.map((rule) => rule.replace(/KUBE-SEP-\w/g, renamed));
    expect(twinsOf(rules, {}, chains)).toBe('');
  });

  it('but for all where something was captured that is not read for it', () => {
    expect(twinsOf(RULES, { nft: '{"nftables": []}' })).toBe('');
    expect(twinsOf(RULES, { kubernetes: '{"items": []}' })).toBe('ABCD');
  });

  it('of IPv6, too', () => {
    const [a, b] = ['fd00::a', 'fd00::b'].map((text) => parseAddress(text));
    const rules = ['KUBE-SEP-A', 'KUBE-SEP-B'].flatMap((name, index) => [
      `-A KUBE-SVC-X -j ${name}`,
      `-A ${name} -j DNAT --to-destination [fd00::${'ab'[index]}]:80`,
    ]);
    const kindsOf = (...more: string[]) => {
      const bytes = Buffer.from([...rules, ...more].join('\n'));
      const captured = new Map([
        ['iptables-save' as const, [{ source: sourceOfBytes('rules', bytes, null) }]],
      ]);
      return findTwins(() => captured).kindsOf(
        [a, b].flatMap((address, index) =>
          address == null ? [] : [{ chain: `KUBE-SEP-${'AB'[index]}`, address }],
        ),
      );
    };
    expect(kindsOf()).toEqual([0, 0]);
    expect(kindsOf('-A FORWARD -d fd00::b/128 -j DROP')).toEqual([0, 1]);
    expect(kindsOf('-A FORWARD -d fd00::8/125 -j DROP')).toEqual([0, 0]);
    expect(kindsOf('-A FORWARD -d fd00::a/127 -j DROP')).toEqual([null, null]);
  });
});
