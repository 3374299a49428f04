import { describe, expect, it } from 'vitest';
import { explainTrace } from '../../../src/explain/explain-trace.ts';
import { plainQuestion, type TraceQuestion } from '../../../src/explain/question/question.ts';
import { demo } from './ask.ts';

const QUESTION: TraceQuestion = {
  ...plainQuestion('shop/udp-stale'),
};

async function trace(question: Partial<TraceQuestion>) {
  const [item] = explainTrace({ ...QUESTION, ...question }, await demo());
  if (item === undefined) throw new Error('no answer');
  return item;
}

const STUCK = { from: '10.244.1.13', sourcePort: 40001 };

describe('a packet of a captured flow', () => {
  it('goes where conntrack remembers, and a stuck flow is called stuck', async () => {
    const item = await trace(STUCK);
    expect(item.flow).toMatchObject({
      direction: 'original',
      item: { stale: true, problems: [{ code: 'endpoint-gone' }] },
    });
    expect(item.outcomes).toMatchObject([{ destination: { address: '10.244.1.11' } }]);
    expect(item.packet.state).toBe('ESTABLISHED');
    expect(item.flows?.to).toMatchObject([
      { address: '10.244.1.11', count: 5, stale: 5 },
      { address: '10.244.2.11', count: 3, stale: 0 },
    ]);
  });

  it('keeps the name of the Service behind its node port', async () => {
    const item = await trace({ destination: 'node:30080', from: '192.168.100.50', sourcePort: 34340 });
    expect(item.service).toMatchObject({ name: 'np-cluster', via: 'nodePort' });
    expect(item.flow).toMatchObject({ direction: 'original', item: { stale: false } });
  });

  it('that answers is an answer of that flow', async () => {
    const item = await trace({
      destination: '10.244.1.13:46834',
      protocol: 'tcp',
      from: '10.244.2.11',
      sourcePort: 8080,
    });
    expect(item.flow).toMatchObject({
      direction: 'reply',
      item: { service: { name: 'web', via: 'clusterIP' } },
    });
    expect(item.service).toBeNull();
  });

  it('is traced as a first packet where --ctstate NEW asks for that, and this is said', async () => {
    const item = await trace({ ...STUCK, ctstate: 'NEW' });
    expect(item.flow).toBeNull();
    expect(item.outcomes).toMatchObject([{ destination: { address: '10.244.2.11' } }]);
    expect(item.assumptions.map(({ code }) => code)).toContain('asked-as-new');
    const free = await trace({ ...STUCK, sourcePort: 39999, ctstate: 'NEW' });
    expect(free.assumptions.map(({ code }) => code)).not.toContain('asked-as-new');
  });
});

describe('live flows beside the answer for a new connection', () => {
  it('are those of the source that routing chose for a process of the node', async () => {
    const node = await trace({ destination: 'shop/web', from: 'node' });
    const given = await trace({ destination: 'shop/web', from: '192.168.100.11' });
    expect(node.packet.source.address).toBe('192.168.100.11');
    expect(node.flows?.total).toBe(given.flows?.total);
    const anyone = await trace({ destination: 'shop/web', from: 'external' });
    expect(anyone.packet.source.address).toBeNull();
    expect(anyone.flows?.total).toBeGreaterThan(node.flows?.total ?? 0);
  });

  it('need no second capture of conntrack to be told apart', async () => {
    const item = await trace({ destination: 'node:30080', from: 'external', ctstate: 'ESTABLISHED' });
    const note = item.assumptions.find(({ code }) => code === 'flow-not-rewritten');
    expect(note?.settle).toBe('give --from ADDRESS and --source-port');
    expect(item.service).toMatchObject({ name: 'np-cluster' });
  });
});
