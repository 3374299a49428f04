import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { writeNode } from '../connection/two-nodes.ts';

const root = mkdtempSync(join(tmpdir(), 'kp-explain-diff-nodes-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const before = join(root, 'before');
const after = join(root, 'after');
const moved = join(root, 'moved');
const DROP = '-A FORWARD -d 10.244.2.5/32 -p tcp -j DROP';
const put = (folder: string, number: number, filter: readonly string[] = []): void =>
  writeFileSync(join(writeNode(folder, number, 2, { filter }), 'nft.json'), '{"nftables": []}');
for (const number of [1, 2]) put(before, number);
put(after, 1);
put(after, 2, [DROP]);
cpSync(join(after, 'node-1'), join(moved, 'node-1'), { recursive: true });
writeNode(moved, 3, 3);

describe('What changed between two states of a cluster?', () => {
  it('is told node by node, those that changed opened', async () => {
    const { out, status } = await run(['diff', before, after]);
    expect(status).toBe(1);
    expect(out).toMatch(/^1 of 2 nodes differs, or may\nno packet fares otherwise on node-1\n\nnode-2\n/);
    expect(out).toContain(DROP);
    expect(out).not.toContain('\nnode-1\n');
  });

  it('with what could not be read of any of them beside it, as of one node', async () => {
    const cut = join(root, 'cut');
    for (const number of [1, 2]) put(cut, number);
    writeFileSync(join(cut, 'node-2', 'ip-route.json'), '[{"dst": "default"');
    const [all, one] = [
      await run(['diff', before, cut]),
      await run(['diff', join(before, 'node-2'), join(cut, 'node-2')]),
    ];
    expect(all.err).toContain('node-2/ip-route.json: the JSON ends in the middle');
    expect(all.err).toBe(one.err);
    const { err, out } = await run(['diff', before, cut, '-o', 'json']);
    expect(err).toBe('');
    expect(JSON.parse(out).items[1].problems).not.toEqual([]);
  });

  it('nothing, where no node did', async () => {
    const { out, status } = await run(['diff', before, before]);
    expect({ out, status }).toEqual({ out: 'no packet fares otherwise on any of 2 nodes\n', status: 0 });
  });

  it('names the nodes that one of them lacks, which is a change', async () => {
    const { out, status } = await run(['diff', before, moved, '-o', 'json']);
    const { kind, identical, items, onlyBefore, onlyAfter } = JSON.parse(out);
    expect({ kind, identical, onlyBefore, onlyAfter, status }).toEqual({
      ...{ kind: 'DiffList', identical: false, status: 1 },
      ...{ onlyBefore: ['node-2'], onlyAfter: ['node-3'] },
    });
    expect(items).toMatchObject([{ kind: 'Diff', identical: true, capture: { node: 'node-1' } }]);
    expect((await run(['diff', before, moved])).out).toContain('only before: node-2\nonly after: node-3\n');
  });

  it('and in Markdown', async () => {
    const { out } = await run(['diff', before, after, '-o', 'markdown']);
    expect(out).toMatch(/^# What changed on the nodes, in behaviour\n/);
    expect(out.match(/^## .*/gm)).toEqual(['## node-1', '## node-2']);
  });

  it('cannot be asked of several nodes and one', async () => {
    const { err, status } = await run(['diff', before, join(after, 'node-1')]);
    expect(status).toBe(2);
    expect(err).toContain(
      '<before> holds captures of several nodes (node-1, node-2), and <after> is one state: name the folder of one node',
    );
  });

  it('nor of nodes that have no name in common', async () => {
    const other = join(root, 'other');
    for (const number of [3, 4]) writeNode(other, number, 4);
    const { err, status } = await run(['diff', before, other]);
    expect(status).toBe(2);
    expect(err).toContain('no node is in both states');
  });
});
