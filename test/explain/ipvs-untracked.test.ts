import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BrokenDemo } from './broken-demo.ts';

const IPVS = join(import.meta.dirname, '../../fixtures/ipvs');

/** What was measured on a node whose `net.ipv4.vs.conntrack` was set to 0 (../shared/broken/ipvs-conntrack-off). */
describe('Whose connections past IPVS work where conntrack does not know them?', () => {
  const demo = new BrokenDemo(
    { 'sysctl.txt': (text) => text.replace('net.ipv4.vs.conntrack = 1', 'net.ipv4.vs.conntrack = 0') },
    IPVS,
  );
  const seen = async (destination: string, from: string) =>
    Object.fromEntries(
      (await demo.ask(destination, from, { ctstate: 'NEW' })).outcomes.map(
        ({ destination: to, connection }) => [to.address, connection?.sees],
      ),
    );

  it('those of pods: IPVS itself gives the answer its address back', async () => {
    expect(await seen('shop/web-extip', 'pod')).toMatchObject({
      '10.244.1.11': 'works',
      '10.244.1.12': 'works',
    });
  });

  it('those of clients outside, to endpoints of this node', async () => {
    expect(await seen('node:30080', 'external')).toMatchObject({
      '10.244.1.11': 'works',
      '10.244.1.12': 'works',
    });
  });

  it('not those of the node: what is said behind the handshake is NEW, and KUBE-IPVS-FILTER rejects it', async () => {
    const { outcomes } = await demo.ask('shop/web-extip', 'node', { ctstate: 'NEW' });
    const local = outcomes.filter(({ destination }) => destination.address.startsWith('10.244.1.'));
    expect(local.length).toBe(2);
    for (const { connection } of local) {
      expect(connection).toMatchObject({ sees: 'times-out', reason: { code: 'lost' } });
      expect(connection?.reason?.text).toContain('KUBE-IPVS-FILTER');
    }
  });

  it('not those of the node to another node: who answers has the address itself', async () => {
    const { outcomes } = await demo.ask('shop/web-extip', 'node', { ctstate: 'NEW' });
    const remote = outcomes.filter(({ destination }) => destination.address.startsWith('10.244.2.'));
    expect(remote).toHaveLength(1);
    expect(remote[0]?.remarks).toContainEqual(
      expect.objectContaining({ code: 'answers-to-own-node', effect: 'breaks' }),
    );
  });
});

/** Measured: a member of KUBE-CLUSTER-IP was gone. Pods are rejected; the node reaches endpoints of its own, and remote ones time out. */
it('whom does the node reach whose own packets are not masqueraded, for want of a set member?', async () => {
  const demo = new BrokenDemo(
    { 'ipset.txt': (text) => text.replace('add KUBE-CLUSTER-IP 10.96.10.3,tcp:80\n', '') },
    IPVS,
  );
  const { outcomes } = await demo.ask('10.96.10.3:80', 'node', { ctstate: 'NEW' });
  const breaks = outcomes.map(({ destination, remarks }) => [
    destination.address,
    remarks.some(({ code, effect }) => code === 'answers-to-own-node' && effect === 'breaks'),
  ]);
  expect(breaks).toEqual([
    ['10.244.1.11', false],
    ['10.244.1.12', false],
    ['10.244.2.11', true],
  ]);
  const { outcomes: masqueraded } = await new BrokenDemo({ 'capture.json': (text) => `${text}\n` }, IPVS).ask(
    '10.96.10.3:80',
    'node',
    { ctstate: 'NEW' },
  );
  expect(masqueraded.flatMap(({ remarks }) => remarks)).toEqual([]);
});
