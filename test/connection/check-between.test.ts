import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { writeNode } from './two-nodes.ts';

const CAPTURES = join(import.meta.dirname, '../../../shared/captures');

const root = mkdtempSync(join(tmpdir(), 'kp-explain-between-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Across {
  readonly nodes: readonly string[];
  readonly notTried: readonly string[];
}

interface Item {
  readonly capture: { readonly node: string };
  readonly coverage: { readonly across: Across | null };
  readonly findings: readonly { readonly code: string; readonly message: string }[];
}

async function check(...captures: readonly string[]): Promise<readonly Item[]> {
  const { out } = await run(['check', ...captures, '--only', 'KP133', '-o', 'json']);
  return JSON.parse(out).items;
}

describe('Who stands for a pod of a node that has none?', () => {
  it('an address of that node’s own pod network, not of the first node’s', async () => {
    const folder = join(root, 'no-pods');
    for (let number = 1; number <= 3; number++) writeNode(folder, number, 3);
    const { out } = await run(
      `trace 10.96.0.5:80 --from pod -f ${join(folder, 'node-3')} -o json`.split(' '),
    );
    expect(JSON.parse(out).items[0].from).toBe('a pod of this node (10.244.3.254)');
  });
});

describe('Does check follow connections between nodes?', () => {
  it('to three others of each node, so that each is gone to, and says which it did not try', async () => {
    const folder = join(root, 'six');
    for (let number = 1; number <= 6; number++) writeNode(folder, number, 6);
    const items = await check(folder);
    expect(items.map(({ capture, coverage }) => [capture.node, coverage.across?.nodes])).toEqual([
      ['node-1', ['node-2', 'node-3', 'node-4']],
      ['node-2', ['node-3', 'node-4', 'node-5']],
      ['node-3', ['node-4', 'node-5', 'node-6']],
      ['node-4', ['node-5', 'node-6', 'node-1']],
      ['node-5', ['node-6', 'node-1', 'node-2']],
      ['node-6', ['node-1', 'node-2', 'node-3']],
    ]);
    expect(items[0]?.coverage.across?.notTried).toEqual(['node-5', 'node-6']);
    expect(items.flatMap(({ findings }) => findings)).toEqual([]);
  });

  it('and tells where one of them drops, also on the way of the answer', async () => {
    const folder = join(root, 'dropping');
    writeNode(folder, 1, 2);
    writeNode(folder, 2, 2, { filter: ['-A FORWARD -s 10.244.2.5/32 -d 10.244.1.0/24 -j DROP'] });
    const [first, second] = await check(folder);
    expect(first?.findings.map(({ message }) => message)).toEqual([
      'connections from this node to endpoints of shop/web on node-2 time out: the answer is lost on node-2: filter FORWARD rule 1',
    ]);
    expect(second?.findings).toEqual([]);
  });

  it('and of the node whose rule gives requests a stranger’s source, with that rule as the proof', async () => {
    const folder = join(root, 'snat');
    const nat = ['-A POSTROUTING -o eth0 -j SNAT --to-source 192.168.0.77'];
    writeNode(folder, 1, 2, { nat });
    writeNode(folder, 2, 2);
    const [first, second] = await check(folder);
    expect(first?.findings).toMatchObject([
      {
        objects: ['node node-1', 'shop/web'],
        evidence: [{ text: nat[0] }, {}],
        advice: expect.stringContaining('nat POSTROUTING rule 2 of node-1'),
      },
    ]);
    expect(second?.findings).toEqual([]);
    const captures = ['node-1', 'node-2'].flatMap((name) => ['-f', join(folder, name)]);
    const { out } = await run(['why', 'shop/web', '-o', 'json', ...captures]);
    expect(JSON.parse(out).causes).toContainEqual(
      expect.objectContaining({
        code: 'answer-astray',
        advice: expect.stringContaining('nat POSTROUTING rule 2 of node-1'),
        evidence: [expect.objectContaining({ text: nat[0] })],
      }),
    );
  });

  it('without proof where a question of this node decides, whatever else is lost on it for certain', async () => {
    const folder = join(root, 'open');
    writeNode(folder, 1, 2, {
      filter: ['-A FORWARD -d 10.244.1.5/32 -j DROP'],
      nat: ['-A POSTROUTING -d 10.244.2.5/32 -m set --match-set x dst -j SNAT --to-source 192.168.0.77'],
    });
    writeNode(folder, 2, 2, { filter: ['-A FORWARD -s 192.168.0.77/32 -j DROP'] });
    const [first] = await check(folder);
    expect(first?.findings).toMatchObject([
      {
        ...{ severity: 'warning', certainty: 'probable' },
        message: expect.stringContaining('the request is lost on node-2: filter FORWARD rule 1'),
      },
    ]);
  });

  it('not over captures of two clusters that call their nodes alike', async () => {
    const folder = join(root, 'two-clusters');
    writeNode(folder, 1, 2);
    const other = writeNode(folder, 2, 2, { forward: 'DROP' });
    const link = { ifname: 'eth0', addr_info: [{ family: 'inet', local: '172.18.0.9', prefixlen: 16 }] };
    writeFileSync(join(other, 'ip-addr.json'), JSON.stringify([link]));
    const [first] = await check(folder);
    expect(first?.coverage.across).toBeNull();
    expect(first?.findings).toEqual([]);
  });

  it('not from a node that has none of the addresses that its own API knows of it, and checks it all the same', async () => {
    const folder = join(root, 'renamed');
    writeNode(folder, 1, 2);
    const renamed = writeNode(folder, 2, 2);
    const link = { ifname: 'eth0', addr_info: [{ family: 'inet', local: '172.18.0.9', prefixlen: 16 }] };
    writeFileSync(join(renamed, 'ip-addr.json'), JSON.stringify([link]));
    const items = await check(folder);
    expect(items.map(({ coverage }) => coverage.across)).toEqual([null, null]);
  });

  it('not to a node of which two captures are there', async () => {
    const [a, b] = [join(root, 'a'), join(root, 'b')];
    writeNode(a, 1, 2);
    writeNode(a, 2, 2);
    writeNode(b, 2, 2, { forward: 'DROP' });
    const [first] = await check(a, b);
    expect(first?.coverage.across).toBeNull();
  });

  it('to the others where one cannot be read', async () => {
    const folder = join(root, 'unread');
    for (let number = 1; number <= 3; number++) writeNode(folder, number, 3);
    writeFileSync(join(folder, 'node-2', 'iptables-save.txt'), '');
    writeFileSync(join(folder, 'node-2', 'ip-addr.json'), '');
    const [first] = await check(folder);
    expect(first?.coverage.across?.nodes).toContain('node-3');
  });

  it.skipIf(!existsSync(CAPTURES)).each(['1.20-iptables-legacy', '1.36-iptables-nft', '6.1-ipvs-default'])(
    'without a word about healthy nodes: %s',
    async (name) => {
      const items = await check(join(CAPTURES, name), join(CAPTURES, `${name}-node2`));
      expect(items.map(({ coverage }) => coverage.across?.nodes)).toEqual([['node-2'], ['node-1']]);
      expect(items.flatMap(({ findings }) => findings)).toEqual([]);
    },
  );
});
