import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { findInFolder } from '../findings/altered-capture.ts';
import { BROKEN_NODES, canLoad, makeNode } from './broken-nodes.ts';

const there = canLoad();
if (!there) console.log('skipped: no root, or no nft');

describe.skipIf(!there)(
  'What does check say of a node in nftables mode that was broken in the kernel?',
  () => {
    const box = mkdtempSync(join(tmpdir(), 'kp-explain-nft-'));
    afterAll(() => rmSync(box, { recursive: true, force: true }));

    const alarms = async (folder: string): Promise<string[]> =>
      (await findInFolder(folder))
        .filter(({ severity }) => severity !== 'info')
        .map(({ code, message }) => `${code} ${message}`);

    it('nothing, where nothing is broken', async () => {
      const folder = join(box, 'healthy');
      makeNode(folder, null);
      expect(await alarms(folder)).toEqual([]);
    });

    it.each(BROKEN_NODES)('$done', async (broken) => {
      const folder = join(box, broken.done.replaceAll(/\W+/g, '-'));
      makeNode(folder, broken);
      const [first] = await alarms(folder);
      expect(first).toMatch(broken.says);
    });
  },
);
