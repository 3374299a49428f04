import { describe, expect, it } from 'vitest';
import { UDP } from '../../src/net/protocol.ts';
import { addressOf } from './generate/packets.ts';
import { whyNoKernel } from './lab.ts';
import { type NativeRules, type Probe, TestNode } from './node/test-node.ts';
import { NEIGHBOURS } from './node/topology.ts';

// What a packet finds where it is asked the same twice, on the kernel of this machine: the ground on which `trace/buckets.ts` and
// `trace/bytes-read.ts` stand. `test/trace/limits.test.ts` and `bytes-read.test.ts` hold what the tracer says of it.

const missing = whyNoKernel();
const required = (process.env.KP_EXPLAIN_REQUIRE_KERNEL ?? '') !== '';
if (missing !== null && !required) console.log(`skipped: asked twice: it ${missing}`);

/** What DNAT turns to a pod; nobody has it. */
const VIRTUAL = '10.96.0.10';
const POD = NEIGHBOURS.pod1.ipv4;

/** A datagram of 60 bytes from a client to the virtual address. */
const PROBE: Probe = {
  ...{ from: 'client', bridgedTo: null, mark: 0, bound: false, answersTo: 0 },
  wire: {
    ...{
      family: 'ipv4',
      protocol: UDP,
      icmp: null,
      tcpFlags: 0,
      ttl: 64,
      tos: 0,
      serial: 0x7101,
      padding: 32,
    },
    source: addressOf(NEIGHBOURS.client.ipv4),
    destination: addressOf(VIRTUAL),
    sourcePort: 40_000,
    destinationPort: 80,
  },
};

const DNAT = `*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p udp -j DNAT --to-destination ${POD}\nCOMMIT\n`;

/** @returns how many packets each rule with a comment counted, by its comment. */
async function counted(
  backend: 'iptables-nft' | 'iptables-legacy',
  text: string,
  native: NativeRules | null = null,
): Promise<Record<string, number>> {
  const node = await TestNode.create();
  try {
    const loaded = await node.load([{ backend, family: 'ipv4', text }], '', native);
    await node.send(PROBE, loaded);
    const saved = await node.node.run(`${backend}-save`, '-c');
    const listed = native === null ? '' : await node.node.run('nft', 'list', 'ruleset');
    const found = [
      ...[...saved.matchAll(/^\[(\d+):.*--comment "?(\w+)"?/gm)].map(([, n, name]) => [name, Number(n)]),
      ...[...listed.matchAll(/packets (\d+) .*comment "(\w+)"/g)].map(([, n, name]) => [name, Number(n)]),
    ];
    return Object.fromEntries(found) as Record<string, number>;
  } finally {
    node.close();
  }
}

const named = (name: string): string => `-m comment --comment ${name}`;

describe.skipIf(missing !== null && !required)(
  'What does a packet find that is asked the same twice?',
  () => {
    describe.each(['iptables-nft', 'iptables-legacy'] as const)('%s', (backend) => {
      /** The chain is come to twice; what the first rule lets through returns from it, and only the rest is counted by the second. */
      const twice = (fits: string): string =>
        `*mangle\n:FORWARD ACCEPT [0:0]\n:S - [0:0]\n-A FORWARD -p udp -j S\n-A FORWARD -p udp -j S\n-A S ${fits} ${named('first')} -j RETURN\n-A S ${named('rest')}\nCOMMIT\n`;

      it.each([
        ['-m limit --limit 1/min --limit-burst 1', 1, 1],
        ['-m hashlimit --hashlimit-upto 1/min --hashlimit-burst 1 --hashlimit-name kpa', 1, 1],
        ['-m hashlimit --hashlimit-above 1/min --hashlimit-burst 1 --hashlimit-name kpb', 1, 1],
        ['-m quota --quota 80', 1, 1],
        ['-m quota ! --quota 80', 1, 1],
      ])('of %s, the second time the other answer', async (fits, first, rest) => {
        expect(await counted(backend, `${DNAT}${twice(fits)}`)).toEqual({ first, rest });
      });

      /** The same before NAT and behind it; at POSTROUTING the hop is counted down, too. */
      const along = (fits: string): string =>
        `*mangle\n:PREROUTING ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n-A PREROUTING -p udp ${fits} ${named('before')}\n-A FORWARD -p udp ${fits} ${named('behind')}\nCOMMIT\n`;

      it.each([
        ['-m u32 --u32 "16=0xa60000a"', 1, 0],
        ['-m u32 --u32 "8>>24=64"', 1, 0],
        ['-m string --hex-string "|0a60000a|" --algo bm --from 16 --to 20', 1, 0],
        ['-m bpf --bytecode "4,48 0 0 8,21 0 1 64,6 0 0 65535,6 0 0 0"', 1, 0],
        // Another destination has another bucket; without one they share it.
        [
          '-m hashlimit --hashlimit-upto 1/min --hashlimit-burst 1 --hashlimit-mode dstip --hashlimit-name kpc',
          1,
          1,
        ],
        ['-m hashlimit --hashlimit-upto 1/min --hashlimit-burst 1 --hashlimit-name kpd', 1, 0],
      ])('of %s, before NAT and behind it', async (fits, before, behind) => {
        expect(await counted(backend, `${DNAT}${along(fits)}`)).toEqual({ before, behind });
      });

      it('of two rules of one number in chains of one name, each its own bucket (xt_limit)', async () => {
        const limit = '-p udp -m limit --limit 1/min --limit-burst 1';
        const table = (name: string) =>
          `*${name}\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING ${limit} ${named(name)}\nCOMMIT\n`;
        expect(await counted(backend, `${table('raw')}${table('mangle')}`)).toEqual({ raw: 1, mangle: 1 });
      });
    });

    it.each([
      ['limit rate 1/minute burst 1 packets', 1, 1],
      ['limit rate over 1/minute burst 1 packets', 1, 1],
      ['quota 80 bytes', 1, 1],
      ['quota over 80 bytes', 1, 1],
    ])('of native rules: %s', async (fits, first, rest) => {
      const text = `table ip kpt {\nchain s {\nmeta l4proto udp ${fits} counter return comment "first"\nmeta l4proto udp counter comment "rest"\n}\nchain f {\ntype filter hook forward priority 10; policy accept;\njump s\njump s\n}\n}\n`;
      expect(await counted('iptables-nft', DNAT, { text, last: true })).toEqual({ first, rest });
    });
  },
);
