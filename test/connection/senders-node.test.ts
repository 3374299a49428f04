import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TraceItem } from '../../src/explain/trace-list.ts';
import { run } from '../cli/run-main.ts';
import { folderPerTest } from '../support/folder-per-test.ts';
import { type NodeChanges, traceOver, writeNode } from './two-nodes.ts';

const here = folderPerTest();

/** Captures of node-1 and node-2 of so many; FORWARD of the first drops what the second's lets pass. */
function captures(of = 2, one: NodeChanges = {}, two: NodeChanges = {}): string[] {
  return [writeNode(here.path, 1, of, { forward: 'DROP', ...one }), writeNode(here.path, 2, of, two)];
}

/** Gives nodes.json of all captures other pod networks. */
function podCIDRs(folders: readonly string[], networks: Readonly<Record<string, readonly string[]>>): void {
  for (const folder of folders) {
    const file = join(folder, 'nodes.json');
    const list = JSON.parse(readFileSync(file, 'utf8'));
    for (const node of list.items) node.spec.podCIDRs = networks[node.metadata.name] ?? [];
    writeFileSync(file, JSON.stringify(list));
  }
}

const begins = ({ outcomes }: TraceItem) => [
  ...new Set(
    outcomes.map(({ connection }) => connection?.legs[0]).map((leg) => `${leg?.node} by ${leg?.enters}`),
  ),
];

const codes = ({ assumptions }: TraceItem) => assumptions.map(({ code }) => code);

describe('on which node does a packet begin whose sender is in no pods.json?', () => {
  it('on the one whose pod network it lies in', async () => {
    const { item } = await traceOver(captures(), 'shop/web', '10.244.2.13');
    expect(begins(item)).toEqual(['node-2 by cni0']);
    expect(item.connection).toMatchObject({ works: 0.5 });
    expect(codes(item)).not.toContain('sender-node-unknown');
  });

  it('on the one that has a bridge for its network, where no Node says which pods it has', async () => {
    const folders = captures();
    podCIDRs(folders, {});
    const { item, read } = await traceOver(folders, 'shop/web', '10.244.2.13');
    expect(begins(item)).toEqual(['node-2 by cni0']);
    expect(read).toHaveLength(2);
  });

  it('on the one that has a veth for it, whatever network its Node tells (Calico)', async () => {
    const routes = [{ dst: '10.244.1.77', dev: 'cali7', scope: 'link' }];
    const { item } = await traceOver(captures(2, {}, { routes }), 'shop/web', '10.244.1.77');
    expect(begins(item)).toEqual(['node-2 by cali7']);
  });

  it('of a pod that the API puts on no node yet, the one that has a way to its address', async () => {
    const folders = captures();
    podCIDRs(folders, {});
    for (const folder of folders) {
      const file = join(folder, 'pods.json');
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll('"nodeName":"node-2"', '"hostname":"x"'));
    }
    const { item } = await traceOver(folders, 'shop/web', 'pod:shop/client-2');
    expect(begins(item)).toEqual(['node-2 by cni0']);
  });

  it('on the one that its EndpointSlice names', async () => {
    const folders = captures();
    podCIDRs(folders, { 'node-1': ['10.244.0.0/16'] });
    for (const folder of folders) rmSync(join(folder, 'pods.json'));
    const { item } = await traceOver(folders, 'shop/web', '10.244.2.5');
    expect(begins(item)).toEqual(['node-2 by cni0']);
  });

  it('on one that was not captured: that is said, and what becomes of it is not known', async () => {
    const { item } = await traceOver(captures(3), 'shop/web', '10.244.3.13');
    expect(item.connection).toEqual({ works: 0, refused: 0, timesOut: 0, wrongSource: 0, unknown: 1 });
    expect(item.outcomes[0]?.connection?.reason).toEqual({
      code: 'sender-node-not-captured',
      text: '10.244.3.13 is on node-3, which is not among the captures: its packets are traced as node-1 takes them',
      settle: 'capture node-3 too, and give both with -f',
    });
    expect(codes(item)).toContain('sender-node-not-captured');
  });

  it('the same by the next hop of a captured node, where no Node says which pods it has', async () => {
    const folders = captures(3);
    podCIDRs(folders, {});
    const { item } = await traceOver(folders, 'shop/web', '10.244.3.13');
    expect(item.outcomes[0]?.connection?.reason?.text).toMatch(/^10\.244\.3\.13 is on node-3, which/);
  });

  it('nobody knows, where several have a bridge for its network', async () => {
    const docker = { dst: '10.244.9.0/24', dev: 'cni0', scope: 'link' };
    const folders = captures(2, { routes: [docker] }, { routes: [docker] });
    podCIDRs(folders, {});
    const { item } = await traceOver(folders, 'shop/web', '10.244.9.13');
    expect(item.connection).toMatchObject({ unknown: 1 });
    expect(item.outcomes[0]?.connection?.reason?.text).toBe(
      'nothing in the captures tells which node 10.244.9.13 is on: its packets are traced as node-1 takes them',
    );
    const why = await run([
      'why',
      'shop/web',
      '--from',
      '10.244.9.13',
      '-f',
      folders[0] ?? '',
      '-f',
      folders[1] ?? '',
    ]);
    expect(why.out).toContain('UNKNOWN');
    expect(why.out).toContain('nothing in the captures tells which node 10.244.9.13 is on');
  });

  it('on the node that is asked, which takes it whichever node it comes from, where its own was not captured', async () => {
    const { item } = await traceOver(captures(3), 'node-2:30080', '10.244.3.13');
    expect(begins(item)).toEqual(['node-2 by eth0']);
    expect(item.connection).toMatchObject({ timesOut: 0.5, unknown: 0.5 });
    const reasons = item.outcomes.map(({ connection }) => connection?.reason?.code);
    expect(reasons.sort()).toEqual(['lost', 'node-not-captured']);
    expect(codes(item)).toContain('sender-node-not-captured');
  });

  it('of somebody outside on the node that is asked, and nothing is said', async () => {
    const { item } = await traceOver(captures(), 'node-2:30080', '198.51.100.9');
    expect(begins(item)).toEqual(['node-2 by eth0']);
    expect(codes(item)).toEqual([]);
  });
});

describe('to which node does a packet go whose pod is in no pods.json?', () => {
  it('to the one that has a veth for it, though its Node tells another network and a router stands between', async () => {
    const routes = [{ dst: '10.244.1.77', dev: 'cali7', scope: 'link' }];
    const folders = captures(2, { forward: 'ACCEPT', lost: true }, { routes, lost: true });
    const hop = [{ dst: '10.244.1.77', gateway: '192.168.0.254', dev: 'eth0' }];
    writeNode(here.path, 1, 2, { lost: true, routes: hop });
    const { item } = await traceOver(folders, '10.244.1.77:8080', 'pod:shop/client-1');
    expect(item.outcomes[0]?.connection?.legs.map(({ node }) => node)).toContain('node-2');
  });
});
