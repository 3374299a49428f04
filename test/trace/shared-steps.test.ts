import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tracedNode } from '../../src/explain/connection/traced-node.ts';
import { parseAddress } from '../../src/net/address.ts';
import { type Packet, senderOf } from '../../src/trace/packet.ts';
import { StepBook } from '../../src/trace/steps.ts';
import { followPacket } from '../../src/trace/trace-packet.ts';
import { openCapture } from '../support/open-capture.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('packets that share one book of steps', () => {
  it.each(['fixtures/demo', 'fixtures/demo-nftables'])('go as each would by itself: %s', async (folder) => {
    const { known } = await openCapture(join(ROOT, folder));
    const world = tracedNode(known, false).view.world('ipv4');
    const address = (text: string) => parseAddress(text) ?? expect.fail(text);
    const packetTo = (text: string): Packet => ({
      ...{ protocol: 6, source: senderOf(address('10.244.1.13')), sourcePort: null, icmp: null, mark: 0 },
      ...{ destination: address(text), destinationIsLocal: false, destinationPort: 80, inInterface: 'cni0' },
      ...({ family: 'ipv4', entersAt: 'PREROUTING', state: 'NEW' } as const),
    });
    const told = (text: string, steps?: StepBook) =>
      followPacket(packetTo(text), world, steps === undefined ? {} : { steps }).endings.map(
        ({ verdict, branch: { state, probability, path } }) => ({
          ...{ verdict, state, probability, length: path?.length },
        }),
      );
    const steps = new StepBook();
    for (const text of ['10.96.10.1', '10.96.0.10', '10.244.2.11']) {
      expect(told(text, steps)).toEqual(told(text));
      const described = steps.list().length;
      // Again, it describes nothing.
      expect(told(text, steps)).toEqual(told(text));
      expect(steps.list()).toHaveLength(described);
    }
    expect(steps.list().length).toBeGreaterThan(10);
  });
});
