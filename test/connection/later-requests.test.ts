import { describe, expect, it } from 'vitest';
import { folderPerTest } from '../support/folder-per-test.ts';
import { LATER_CASES } from './later-cases.ts';
import { type NodeChanges, traceOver, writeNode } from './two-nodes.ts';

const here = folderPerTest();

/** From a client of the LAN to a pod of the first node. */
async function through(changes: NodeChanges, to = '10.244.1.5:8080', from = '192.168.0.77') {
  const { item } = await traceOver(
    [writeNode(here.path, 1, 2, changes), writeNode(here.path, 2, 2)],
    to,
    from,
  );
  return item;
}

describe('does the connection carry what the client sends when it has its answer?', () => {
  it.each(LATER_CASES)('$name: $sees', async ({ filter, raw = [], mangle = [], sees }) => {
    const pod = (lines: readonly string[]) => lines.map((line) => line.replaceAll('POD', '10.244.1.5/32'));
    const item = await through({
      ...{ forward: 'DROP', filter: pod(filter), raw: pod(raw), mangle: pod(mangle) },
    });
    const [way, ...others] = item.outcomes.map(({ connection }) => connection);
    expect(others).toEqual([]);
    // Whether the pod listens is not in the capture.
    expect(way?.sees).toBe(sees);
    expect(way?.reason?.code).toBe(sees === 'works' ? undefined : 'later-lost');
  });

  it.each([
    ['-m conntrack ! --ctstate NEW -j DROP', 'times-out'],
    ['-m conntrack --ctstate NEW,ESTABLISHED -m tcp ! --syn -j DROP', 'times-out'],
    ['-m conntrack --ctstate RELATED -j DROP', 'works'],
    ['-m conntrack ! --ctstate NEW,ESTABLISHED -j DROP', 'works'],
    ['-m tcp ! --syn -j DROP', 'times-out'],
  ])('where one rule alone stops some: %s: %s', async (rule, sees) => {
    const filter = [`-A FORWARD -d 10.244.1.5/32 -p tcp ${rule}`];
    const [outcome] = (await through({ filter })).outcomes;
    expect(outcome?.connection?.sees).toBe(sees);
  });

  it('of a Service not where what is translated is dropped behind its first packet', async () => {
    const filter = ['-A FORWARD -d 10.244.1.5/32 -p tcp -m conntrack --ctstate DNAT -m tcp ! --syn -j DROP'];
    const item = await through({ filter }, '10.96.0.5:80', 'pod:shop/client-1');
    expect(item.connection).toMatchObject({ timesOut: 0.5 });
  });

  it('of a Service not, and it says what is dropped, and where', async () => {
    const filter = [
      '-A FORWARD -m conntrack --ctstate NEW -j ACCEPT',
      '-A FORWARD -s 10.244.0.0/16 -j ACCEPT',
    ];
    const item = await through({ forward: 'DROP', filter }, '10.96.0.5:80');
    expect(item.connection).toMatchObject({ works: 0, timesOut: 0.5 });
    const outcome = item.outcomes.find(({ destination }) => destination.address === '10.244.1.5');
    expect(outcome?.connection?.reason?.text).toBe(
      'the connection opens, and node-1 drops what the client sends next: the policy of filter FORWARD',
    );
    expect(outcome?.connection?.legs.map(({ direction }) => direction)).toEqual([
      'request',
      'answer',
      'request',
    ]);
  });

  it('is unknown where what drops it asks for a set that was not captured', async () => {
    const filter = [
      '-A FORWARD -m conntrack --ctstate NEW -j ACCEPT',
      '-A FORWARD -s 10.244.0.0/16 -j ACCEPT',
      '-A FORWARD -m set --match-set odd src -j ACCEPT',
    ];
    const [outcome] = (await through({ forward: 'DROP', filter })).outcomes;
    expect(outcome?.connection).toMatchObject({ sees: 'unknown', reason: { code: 'open-question' } });
  });

  it('is as the first packet where both ask the same that was not captured', async () => {
    const filter = [
      '-A FORWARD -m set --match-set odd src,dst -j ACCEPT',
      '-A FORWARD -s 10.244.0.0/16 -j ACCEPT',
    ];
    const { outcomes } = await through({ forward: 'DROP', filter });
    const sees = outcomes.map(({ verdict, connection }) => [verdict, connection?.sees]);
    expect(sees).toEqual(
      expect.arrayContaining([
        ['accept', 'works'],
        ['drop', 'times-out'],
      ]),
    );
    expect(sees).toHaveLength(2);
  });
});
