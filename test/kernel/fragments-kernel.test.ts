import { describe, expect, it } from 'vitest';
import type { Family } from '../../src/net/address.ts';
import { UDP } from '../../src/net/protocol.ts';
import { addressOf } from './generate/packets.ts';
import { POOLS } from './generate/pools.ts';
import { whyNoKernel } from './lab.ts';
import type { Observation } from './node/observation.ts';
import { type NativeRules, type Probe, TestNode } from './node/test-node.ts';
import { NEIGHBOURS, type NeighbourName } from './node/topology.ts';

// What rules see of a packet that comes in three parts, on the kernel of this machine: the ground on which the lanes stand that send
// packets in parts, and the tracer, which is asked about a packet and never about a part.

const missing = whyNoKernel();
const required = (process.env.KP_EXPLAIN_REQUIRE_KERNEL ?? '') !== '';
if (missing !== null && !required) console.log(`skipped: packets in parts: it ${missing}`);

const WAYS = (['iptables-nft', 'iptables-legacy'] as const).flatMap((backend) =>
  (['ipv4', 'ipv6'] as const).map((family) => ({ backend, family })),
);
type Way = (typeof WAYS)[number];

/** Datagram of 712 bytes behind the IP header, in three parts of 240, 240 and 232. */
function threeParts(family: Family, from: NeighbourName, to: string): Probe {
  return {
    ...{ from, bridgedTo: null, mark: 0, bound: false, answersTo: 0 },
    cuts: { at: [240, 480], lastFirst: false },
    wire: {
      ...{ family, protocol: UDP, icmp: null, tcpFlags: 0, ttl: 64, tos: 0, serial: 0x7001, padding: 700 },
      source: addressOf(NEIGHBOURS[from][family]),
      destination: addressOf(to),
      sourcePort: 40_000,
      destinationPort: 80,
    },
  };
}

/** In each chain: how many packets of UDP come by, how many to port 80, how many that are 712 bytes long behind the header or more. */
function counting(family: Family, chains: readonly string[], more = ''): string {
  const length = (family === 'ipv4' ? 20 : 40) + 712;
  const tables = new Map<string, string[]>();
  for (const [table = '', chain = ''] of chains.map((each) => each.split(' ')))
    tables.set(table, [...(tables.get(table) ?? []), chain]);
  const rule = (chain: string, what: string, name: string): string =>
    `-A ${chain} -p udp ${what} -m comment --comment ${name}`;
  const texts = [...tables].map(([table, names]) =>
    [
      `*${table}`,
      ...names.map((name) => `:${name} ACCEPT [0:0]`),
      ...(table === 'raw' ? [more] : []),
      ...names.flatMap((name) => [
        rule(name, '', `${table}-${name}-all`),
        rule(name, '-m udp --dport 80', `${table}-${name}-port`),
        rule(name, `-m length --length ${length}:65535`, `${table}-${name}-long`),
        ...(family === 'ipv4' ? [rule(name, '-f', `${table}-${name}-further`)] : []),
      ]),
      'COMMIT\n',
    ].join('\n'),
  );
  return texts.join('');
}

interface Counted {
  /** `raw-PREROUTING`: packets, those with the port, those as long as the whole, further parts. */
  readonly counts: Readonly<Record<string, string>>;
  readonly seen: Observation;
}

async function countedOf(
  { backend, family }: Way,
  text: string,
  probe: Probe,
  native: NativeRules | null = null,
  before = ':',
): Promise<Counted> {
  const node = await TestNode.create();
  try {
    await node.node.script(before);
    const loaded = await node.load([{ backend, family, text }], '', native);
    const seen = await node.send(probe, loaded);
    const tool = `${family === 'ipv6' ? 'ip6tables' : 'iptables'}-${backend.replace('iptables-', '')}-save`;
    const saved = await node.node.run(tool, '-c');
    const listed = native === null ? '' : await node.node.run('nft', 'list', 'ruleset');
    const found = [
      ...[...saved.matchAll(/^\[(\d+):.*--comment "?([\w-]+)-(\w+)"?/gm)].map(([, n, chain, what]) => [
        chain,
        what,
        n,
      ]),
      ...[...listed.matchAll(/packets (\d+) .*comment "([\w-]+)-(\w+)"/g)].map(([, n, chain, what]) => [
        chain,
        what,
        n,
      ]),
    ];
    const counts: Record<string, string> = {};
    for (const [chain = '', , n] of found) counts[chain] = [counts[chain], n].filter(Boolean).join(' ');
    return { counts, seen };
  } finally {
    node.close();
  }
}

/** The kernel counts what passes of one packet that rules meet whole, or of its three parts, one of which has the ports. */
const WHOLE = { ipv4: '1 1 1 0', ipv6: '1 1 1' } as const;
const PARTS = { ipv4: '3 1 0 2', ipv6: '3 1 0' } as const;
const FORWARDED = [
  'raw PREROUTING',
  'mangle PREROUTING',
  'mangle FORWARD',
  'filter FORWARD',
  'mangle POSTROUTING',
];
const RECEIVED = ['raw PREROUTING', 'mangle PREROUTING', 'mangle INPUT', 'filter INPUT'];
const OUTSIDE = { ipv4: NEIGHBOURS.outside.ipv4, ipv6: NEIGHBOURS.outside.ipv6 } as const;
const own = (family: Family): string => POOLS[family].own[0] ?? '';
const all = (chains: readonly string[], count: string): Record<string, string> =>
  Object.fromEntries(chains.map((each) => [each.replace(' ', '-'), count]));

describe.skipIf(missing !== null && !required)('What do rules see of a packet that comes in parts?', () => {
  describe.each(WAYS)('$backend, $family', (way) => {
    const { family } = way;
    const ask = (chains: readonly string[], probe: Probe, more = ''): Promise<Counted> =>
      countedOf(way, counting(family, chains, more), probe);
    const tracking = '-A PREROUTING -m conntrack --ctstate INVALID';

    it('one packet, once a rule asks conntrack (nf_ct_netns_do_get: nf_defrag_ipv4_enable), and it leaves in parts again (ip_finish_output, ip6_finish_output: frag_max_size)', async () => {
      const { counts, seen } = await ask(FORWARDED, threeParts(family, 'client', OUTSIDE[family]), tracking);
      expect(counts).toEqual(all(FORWARDED, WHOLE[family]));
      expect(seen.out).toMatchObject({ device: 'eth1', packet: { cut: true }, bytes: 712 });
    });
    it('one packet, where raw has it not tracked and another rule asks: it is put together in front of raw (NF_IP_PRI_CONNTRACK_DEFRAG)', async () => {
      const probe = threeParts(family, 'client', OUTSIDE[family]);
      const { counts } = await ask(FORWARDED, probe, `${tracking}\n-A PREROUTING -j CT --notrack`);
      expect(counts).toEqual(all(FORWARDED, WHOLE[family]));
    });
    it('three, where that is the only rule about connections: it asks for none (xt_ct_tg_check)', async () => {
      const probe = threeParts(family, 'client', OUTSIDE[family]);
      const { counts } = await ask(FORWARDED, probe, '-A PREROUTING -j CT --notrack');
      expect(counts).toEqual(all(FORWARDED, PARTS[family]));
    });
    it('one packet from a port of a bridge, which leaves whole: its way up forgets the size of the parts (ip_rcv_core, ip6_rcv_core)', async () => {
      const { counts, seen } = await ask(FORWARDED, threeParts(family, 'pod1', OUTSIDE[family]), tracking);
      expect(counts).toEqual(all(FORWARDED, WHOLE[family]));
      expect(seen.out).toMatchObject({ device: 'eth1', bytes: 712 });
      expect(seen.out?.packet.cut).toBeUndefined();
    });
    it('one packet, where TPROXY alone asks (tproxy_tg4_check)', async () => {
      const target = '-A PREROUTING -p udp -m mark --mark 0x77 -j TPROXY --on-port 9 --on-ip';
      const text = counting(family, FORWARDED).replace(
        /(\*mangle\n(?::.*\n)+)/,
        `$1${target} ${family === 'ipv4' ? '127.0.0.1' : '::1'}\n`,
      );
      const { counts } = await countedOf(way, text, threeParts(family, 'client', OUTSIDE[family]));
      expect(counts).toEqual(all(FORWARDED, WHOLE[family]));
    });
    it('none in FORWARD, where a part of IPv6 is too long for the way out (ip6_pkt_too_big); of IPv4 shorter ones are made (ip_fragment)', async () => {
      const sent = threeParts(family, 'client', OUTSIDE[family]);
      const long = {
        ...sent,
        ...{ cuts: { at: [1400], lastFirst: false }, wire: { ...sent.wire, padding: 1500 } },
      };
      const text = counting(family, FORWARDED, tracking);
      const { counts, seen } = await countedOf(way, text, long, null, 'ip link set eth1 mtu 1300');
      if (family === 'ipv4') {
        expect(counts).toEqual(all(FORWARDED, WHOLE.ipv4));
        expect(seen.out).toMatchObject({ device: 'eth1', packet: { cut: true }, bytes: 1512 });
      } else {
        expect(counts).toEqual({
          ...all(FORWARDED.slice(0, 2), WHOLE.ipv6),
          ...all(FORWARDED.slice(2), '0 0 0'),
        });
        expect(seen).toMatchObject({ out: null, answer: 'icmp6 2/0' });
      }
    });
    it('three, of which one has the ports and none the length, where no rule asks: they leave as they came', async () => {
      const { counts, seen } = await ask(FORWARDED, threeParts(family, 'client', OUTSIDE[family]));
      expect(counts).toEqual(all(FORWARDED, PARTS[family]));
      expect(seen.out).toMatchObject({ device: 'eth1', packet: { cut: true }, bytes: 712 });
    });
    it('in INPUT one of IPv4 all the same (ip_local_deliver), and three of IPv6 (ip6_input)', async () => {
      const { counts, seen } = await ask(RECEIVED, threeParts(family, 'client', own(family)));
      const [before, behind] = [RECEIVED.slice(0, 2), RECEIVED.slice(2)];
      const received = family === 'ipv4' ? WHOLE.ipv4 : PARTS.ipv6;
      expect(counts).toEqual({ ...all(before, PARTS[family]), ...all(behind, received) });
      expect(seen.delivered?.bytes).toBe(712);
    });
    it('three in native chains at devices and in front of priority -400, where conntrack is asked, and one behind', async () => {
      const [ip, header] = family === 'ipv4' ? ['ip', 20] : ['ip6', 40];
      const chain = (name: string, head: string): string => {
        const rules = ['', 'udp dport 80', `meta length >= ${header + 712}`].map(
          (what, i) =>
            `${ip} daddr ${OUTSIDE[family]} meta l4proto udp ${what} counter comment "${name}-${['all', 'port', 'long'][i]}"`,
        );
        return `chain ${name} { type filter hook ${head};\n${rules.join('\n')}\n}`;
      };
      const text = [
        `table netdev t {\n${chain('onlink', 'ingress device eth0 priority 0')}\n}`,
        `table inet t {\n${chain('early', 'prerouting priority -401')}`,
        `${chain('behind', 'prerouting priority -399')}\n}`,
      ].join('\n');
      const { counts } = await countedOf(
        way,
        counting(family, ['raw PREROUTING'], tracking),
        threeParts(family, 'client', OUTSIDE[family]),
        { text, last: true },
      );
      expect(counts).toEqual({
        ...all(['raw PREROUTING'], WHOLE[family]),
        ...{ onlink: '3 1 0', early: '3 1 0', behind: '1 1 1' },
      });
    });
  });
});
