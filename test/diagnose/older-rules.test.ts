import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { type Edit, editObjects, withAltered } from '../findings/altered-capture.ts';

interface Named {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: { clusterIP?: string; clusterIPs?: string[]; type?: string };
}

const ask = async (words: string, edits: readonly Edit[]) =>
  await withAltered(edits, async (folder) => await run([...words.split(' '), '-f', folder]));

/** The API's Service shop/web, made anew while the node has the rules of the old one. */
function remade(change: (spec: Named['spec']) => void): Edit {
  return editObjects('services.json', (item) => {
    const { metadata, spec } = item as unknown as Named;
    if (metadata.namespace === 'shop' && metadata.name === 'web') change(spec);
  });
}

describe('Has a Service without an address no rules either?', () => {
  it.each([
    [
      'headless (clusterIP None)',
      remade((spec) => Object.assign(spec, { clusterIP: 'None', clusterIPs: ['None'] })),
    ],
    [
      'an ExternalName Service',
      remade((spec) => Object.assign(spec, { type: 'ExternalName', clusterIP: '', clusterIPs: [] })),
    ],
  ])('the node may have old ones: %s', async (kind, edit) => {
    for (const command of ['why shop/web', 'trace shop/web --from pod']) {
      const { status, err } = await ask(command, [edit]);
      expect(status).toBe(2);
      expect(err).toContain(
        `shop/web is ${kind} in the API, and rules of this node still name it, at 10.96.10.1:80/tcp: ask for 10.96.10.1:80`,
      );
    }
  });

  it('none where no rule names it', async () => {
    const gone: Edit = ['iptables-save.txt', (text) => text.replaceAll(/^.*"shop\/web[ :].*\n/gm, '')];
    const headless = remade((spec) => Object.assign(spec, { clusterIP: 'None', clusterIPs: ['None'] }));
    const { err } = await ask('why shop/web', [headless, gone]);
    expect(err).toContain('shop/web is headless (clusterIP None): it has no address and no rules');
  });
});
