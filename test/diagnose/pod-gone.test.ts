import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { type Edit, editObjects, withAltered } from '../findings/altered-capture.ts';

interface Named {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: unknown;
}

const ask = async (words: string, edits: readonly Edit[]) =>
  await withAltered(edits, async (folder) => await run([...words.split(' '), '-f', folder]));

describe('Does it work to reach an endpoint whose pod is gone?', () => {
  const isWebA1 = ({ metadata }: Named) => metadata.namespace === 'shop' && metadata.name === 'web-a1';
  const pods = (change: (items: Named[]) => Named[]): Edit => [
    'pods.json',
    (text) => {
      const list: { items: Named[] } = JSON.parse(text);
      return JSON.stringify({ ...list, items: change(list.items) });
    },
  ];
  const GONE = pods((items) => items.filter((item) => !isWebA1(item)));
  const remarked = async (...edits: readonly Edit[]) => {
    const { out } = await ask('trace shop/web --from pod -o json', edits);
    const items: { outcomes: { remarks: { code: string; text: string }[] }[] }[] = JSON.parse(out).items;
    return items
      .flatMap(({ outcomes }) => outcomes.flatMap(({ remarks }) => remarks))
      .filter(({ code }) => code === 'endpoint-pod-gone')
      .map(({ text }) => text);
  };

  it('nobody knows, and that is said: no such pod', async () => {
    expect(await remarked(GONE)).toEqual([
      'the API has no pod shop/web-a1: its EndpointSlice still lists 10.244.1.11:8080 as a ready endpoint of shop/web, and whether anybody answers there is unknown',
    ]);
    const { out } = await ask('why shop/web --from pod', [GONE]);
    expect(out).toContain('the API has no pod shop/web-a1');
  });

  it('nor where the pod has another address now', async () => {
    const moved = editObjects('pods.json', (item) => {
      if (isWebA1(item as unknown as Named))
        Object.assign(item, {
          status: { phase: 'Running', podIP: '10.244.1.99', podIPs: [{ ip: '10.244.1.99' }] },
        });
    });
    const [text] = await remarked(moved);
    expect(text).toMatch(/^the API has pod shop\/web-a1 at 10\.244\.1\.99, not there: /);
  });

  it('nothing is said where the list may not be whole: of one namespace, or not of the cluster', async () => {
    const shop = pods((items) =>
      items.filter((item) => item.metadata.namespace === 'shop' && !isWebA1(item)),
    );
    expect(await remarked(shop)).toEqual([]);
    const some: Edit = [
      'services.json',
      (text) => {
        const list: { items: Named[] } = JSON.parse(text);
        return JSON.stringify({
          ...list,
          items: list.items.filter(({ metadata }) => metadata.namespace === 'shop'),
        });
      },
    ];
    expect(await remarked(GONE, some)).toEqual([]);
  });

  it('and where only the pods of this node were asked for, nothing of those of others', async () => {
    const own = pods((items) =>
      items.filter((item) => (item.spec as { nodeName?: string }).nodeName === 'node-1'),
    );
    expect(await remarked(own)).toEqual([]);
  });
});
