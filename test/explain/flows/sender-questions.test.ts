import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { AddressIds } from '../../../src/conntrack/address-ids.ts';
import { ClientKinds, ClientNumbers } from '../../../src/explain/flows/today/client-kinds.ts';
import { DestinationFates, FirstPackets } from '../../../src/explain/flows/today/first-packets.ts';
import type { Known } from '../../../src/explain/question/question.ts';
import { parseAddress } from '../../../src/net/address.ts';
import { parseProtocol } from '../../../src/net/protocol.ts';
import { openCapture } from '../../support/open-capture.ts';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDERS = [
  'fixtures/demo',
  'fixtures/ipvs',
  '../shared/captures/1.20-iptables-legacy',
  '../shared/captures/1.36-iptables-nft-realworld',
  '../shared/captures/1.36-nftables-nft',
];

/** Pods of this node and others, endpoints, neighbours of the node, addresses in and outside of source ranges, the node itself. */
const CLIENTS = [
  ...[
    '10.244.1.11',
    '10.244.1.12',
    '10.244.1.13',
    '10.244.1.15',
    '10.244.2.11',
    '10.244.2.12',
    '10.244.2.15',
  ],
  ...[
    '192.168.100.50',
    '192.168.100.12',
    '203.0.113.9',
    '198.51.100.77',
    '10.96.10.1',
    '8.8.8.8',
    '172.31.0.9',
  ],
  ...['192.168.100.11', '10.244.1.1'],
];

/** Where the Services of a capture are asked: cluster IPs, addresses of load balancers, node ports. */
function* asked({ cluster }: Known) {
  for (const { clusterIPs, externalIPs, loadBalancer, ports } of cluster.services ?? []) {
    for (const { protocol, port, nodePort } of ports) {
      const number = parseProtocol(protocol.toLowerCase());
      if (number === null) continue;
      const texts = [...clusterIPs, ...externalIPs, ...loadBalancer.flatMap(({ ip }) => ip ?? [])];
      const spots = texts.map((text) => [text, port] as const);
      for (const [text, at] of [
        ...spots,
        ...(nodePort === null ? [] : [['192.168.100.11', nodePort] as const]),
      ]) {
        const address = parseAddress(text);
        if (address?.family === 'ipv4') yield { protocol: number, address, port: at, icmp: null };
      }
    }
  }
}

const told = (fate: unknown): string =>
  JSON.stringify(fate, (_, value) => (typeof value === 'bigint' ? String(value) : value));

describe('Clients that are told apart by no question that was asked of one of them', () => {
  const there = (folder: string): boolean => existsSync(join(ROOT, folder));
  for (const folder of FOLDERS) if (!there(folder)) console.log(`skipped: ${folder} is not here`);
  it.each(FOLDERS.filter(there))(
    'fare as if each were traced for itself: %s',
    { timeout: 300_000 },
    async (folder) => {
      const { known } = await openCapture(join(ROOT, folder));
      const clients = CLIENTS.flatMap((text) => parseAddress(text) ?? []);
      let compared = 0;
      for (const [at, spot] of [...asked(known)].entries()) {
        // Whoever comes first is traced; so another one does, each time.
        const turned = [...clients.slice(at % clients.length), ...clients.slice(0, at % clients.length)];
        const packets = new FirstPackets(known);
        const shared = packets.destination(spot);
        if (shared === null) continue;
        const ids = new AddressIds();
        const byNumber = new FirstPackets(known).destination(spot);
        const numbers = new ClientNumbers(new FirstPackets(known), ids);
        const kinds = byNumber === null ? null : new ClientKinds(byNumber, numbers);
        for (const client of turned) {
          const alone = new FirstPackets(known).destination(spot)?.closely(client);
          const fate = shared.of(client);
          const goals = (each: typeof fate | undefined) =>
            each == null ? null : told({ ...each, goals: each.goals.map((goal) => told(goal)).sort() });
          expect(goals(fate), `${client.value} to ${spot.address.value}:${spot.port}`).toBe(goals(alone));
          // Asked by its number, the first time and again.
          const number = ids.of(client);
          expect(goals(kinds?.fateOf(number))).toBe(goals(alone));
          expect(goals(kinds?.fateOf(number))).toBe(goals(alone));
          compared++;
        }
      }
      expect(compared).toBeGreaterThan(300);
    },
  );

  it('are traced once: an endpoint for itself, and all others together', async () => {
    const { known } = await openCapture(join(ROOT, 'fixtures/demo'));
    const follow = vi.spyOn(FirstPackets.prototype, 'follow');
    const address = parseAddress('10.96.10.1');
    if (address === null) throw new Error('no address');
    const fates = new FirstPackets(known).destination({ protocol: 6, address, port: 80, icmp: null });
    expect(fates).toBeInstanceOf(DestinationFates);
    for (let at = 2; at < 250; at++) fates?.of(parseAddress(`10.244.1.${at}`) ?? address);
    // Three endpoints, of which one is on another node, and one trace for everybody else.
    expect(follow.mock.calls.length).toBeLessThanOrEqual(4);
    follow.mockRestore();
  });
});
