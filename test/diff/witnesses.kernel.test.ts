import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDifference, groupWays } from '../../src/diff/explore/compare-ways.ts';
import { explore, type Side } from '../../src/diff/explore/explore.ts';
import { Space } from '../../src/diff/space/space.ts';
import { bits, everything, makeUniverse } from '../../src/diff/space/universe.ts';
import { formatAddress } from '../../src/net/address.ts';
import { UDP } from '../../src/net/protocol.ts';
import type { Packet } from '../../src/trace/packet.ts';
import { followPacket } from '../../src/trace/trace-packet.ts';
import type { World } from '../../src/trace/world.ts';
import { Lab, whyNoKernel } from '../kernel/lab.ts';
import { packetOf, worldOf } from '../trace/ask.ts';

const why = whyNoKernel();

/** Rules by destination and port alone, of which the kernel's counters tell what became of a packet. */
const option = fc.constantFrom(
  '-d 172.16.0.2/32',
  '-d 172.16.0.0/24',
  '! -d 172.16.0.3/32',
  '-d 192.168.1.9/32',
  '',
);
const port = fc.constantFrom(
  '-p udp -m udp --dport 4000',
  '-p udp -m udp --dport 4000:4001',
  '-p udp',
  '-p udp -m udp ! --dport 4001',
);
const rule = (chain: string, targets: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(option, port, fc.constantFrom(...targets))
    .map(([to, of, target]) => `-A ${chain} ${to} ${of} -j ${target}`.replace(/ {2,}/g, ' '));
const chain = (name: string, targets: readonly string[]): fc.Arbitrary<string[]> =>
  fc.array(rule(name, targets), { maxLength: 3 });
const side = fc.record({
  nat: chain('PREROUTING', ['DNAT --to-destination 172.16.0.3:4001', 'ACCEPT', 'RETURN']),
  forward: chain('FORWARD', ['DROP', 'ACCEPT', 'RETURN']),
  input: chain('INPUT', ['DROP', 'ACCEPT']),
});
type Rules = typeof side extends fc.Arbitrary<infer R> ? R : never;

/** The last rules only count: what the packet was when it left the node, or arrived at it. */
function textOf({ nat, forward, input }: Rules): string {
  const lines = (rules: readonly string[]): string => rules.map((text) => `${text}\n`).join('');
  return `*nat
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
${lines(nat)}COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
${lines(forward)}${lines(input)}COMMIT
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -d 172.16.0.2/32 -p udp -m udp --dport 4000
-A POSTROUTING -d 172.16.0.2/32 -p udp -m udp --dport 4001
-A POSTROUTING -d 172.16.0.3/32 -p udp -m udp --dport 4000
-A POSTROUTING -d 172.16.0.3/32 -p udp -m udp --dport 4001
COMMIT
*security
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
-A INPUT -p udp -m udp --dport 4000
-A INPUT -p udp -m udp --dport 4001
COMMIT
`;
}

describe.skipIf(why !== null)(
  `Does the kernel treat witnesses as differently as told?${why === null ? '' : ` (${why})`}`,
  () => {
    let lab: Lab;
    beforeAll(() => {
      lab = new Lab();
    });
    afterAll(() => lab?.close());

    it('a sample of witnesses, and of packets that are none, sent through both rule sets', () => {
      const host = { ...lab.host(), nft: null };
      const universe = makeUniverse('ipv4', {
        doors: [{ kind: 'in', device: 'eth0' }],
        protocols: new Set(),
      });
      const client = 0xc0a80102n;
      const examples = { sources: () => [client], destinations: [0xac100002n, 0xac100003n, 0xc0a80109n] };
      let told = 0;
      for (const [before, after] of fc.sample(fc.tuple(side, side), { numRuns: 12, seed: 66 })) {
        const texts = [textOf(before), textOf(after)] as const;
        const worlds = texts.map((text): World => worldOf(text, packetOf({}), { host }));
        const [own, other] = worlds;
        if (own === undefined || other === undefined) throw new Error('two sides');
        const found = explore(
          [{ ...everything(universe), protocols: bits(universe.protocols, (each) => each === UDP) }],
          new Space(universe, [host, host]),
          [sideThrough(own), sideThrough(other)],
          examples,
          5000,
        );
        const witnesses = found.classes
          .map(({ packet }) => packet)
          .filter(isSendable)
          .slice(0, 3);
        const others = probes()
          .filter((packet) => !differs(packet, [own, other]))
          .slice(0, 1);
        for (const packet of [...witnesses, ...others]) {
          const [one, two] = texts.map((text) => send(lab, text, packet));
          expect({ packet: label(packet), same: one === two }).toEqual({
            packet: label(packet),
            same: !witnesses.includes(packet),
          });
          told++;
        }
      }
      expect(told).toBeGreaterThan(20);
    }, 120_000);
  },
);

/** The client sends from its own address, to ports that are counted. */
function isSendable(packet: Packet): boolean {
  const { source, destination, destinationPort, state } = packet;
  const known = [0xac100002n, 0xac100003n, 0xc0a80109n].includes(destination.value);
  return (
    source.address?.value === 0xc0a80102n &&
    known &&
    (destinationPort === 4000 || destinationPort === 4001) &&
    state === 'NEW'
  );
}

function probes(): Packet[] {
  return ['172.16.0.2:4000', '172.16.0.3:4001', '192.168.1.9:4000'].map((to) =>
    packetOf({ from: '192.168.1.2:40000', to, protocol: 'udp' }),
  );
}

function sideThrough(world: World): Side {
  return { world: () => world, nameQuestion: ({ key }) => key };
}

function differs(packet: Packet, worlds: readonly World[]): boolean {
  const [before, after] = worlds.map((world) => groupWays(followPacket(packet, world), ({ key }) => key));
  return findDifference(before ?? [], after ?? []) !== null;
}

function label({ destination, destinationPort }: Packet): string {
  return `${formatAddress(destination)}:${destinationPort}`;
}

let sourcePort = 20_000;

/** @returns which of the counting rules saw the packet: where it left the node or arrived, or nothing where it was dropped. */
function send(lab: Lab, rules: string, packet: Packet): string {
  lab.load(rules, 'iptables-nft', 'ipv4');
  lab.send('client', formatAddress(packet.destination), packet.destinationPort ?? 0, sourcePort++);
  return lab
    .save('iptables-nft', 'ipv4')
    .split('\n')
    .filter((line) =>
      /^\[[1-9]\d*:\d+\] -A (?:POSTROUTING|INPUT) (?:-d \S+ )?-p udp -m udp --dport \d+$/.test(line),
    )
    .map((line) => line.replace(/^\[\S+ /, ''))
    .join('; ');
}
