import { describe, expect, it } from 'vitest';
import { NodeComparer } from '../../src/check/nodes/compare-nodes.ts';
import type { NodeProfile, ProgrammedPort } from '../../src/check/nodes/node-profile.ts';
import { ProfilePool } from '../../src/check/nodes/profile-pool.ts';

const port = (endpoint: string): ProgrammedPort => ({
  places: ['10.96.0.1:80'],
  endpoints: [endpoint],
  shares: ['equal'],
  affinity: ['none'],
  sourceRanges: [],
});

/** A node as a thread hands it over: nothing in it is another node's. */
const profile = (node: string, services: Readonly<Record<string, string>>): NodeProfile => ({
  node,
  takenAt: null,
  cluster: ['the', 'nodes'].join(' '),
  settings: new Map(),
  services: new Map(Object.entries(services).map(([label, endpoint]) => [label, port(endpoint)])),
});

describe('Is what nodes have alike held once?', () => {
  const pool = new ProfilePool();
  const [first, second, third] = [
    profile('node-1', { 'shop/web tcp': '10.244.1.1:80', 'shop/db tcp': '10.244.1.2:80' }),
    profile('node-2', { 'shop/db tcp': '10.244.1.2:80', 'shop/web tcp': '10.244.1.1:80' }),
    profile('node-3', { 'shop/web tcp': '10.244.1.1:80', 'shop/db tcp': '10.244.9.9:80' }),
  ].map((each) => pool.shared(each));

  it('all ports, where they are the same in any order', () => {
    expect(second?.services).toBe(first?.services);
    expect(second?.node).toBe('node-2');
  });

  it('those that are the same, where one is not', () => {
    expect(third?.services).not.toBe(first?.services);
    expect(third?.services?.get('shop/web tcp')).toBe(first?.services?.get('shop/web tcp'));
    expect(third?.services?.get('shop/db tcp')).toEqual(port('10.244.9.9:80'));
  });

  it('and is compared as before: the ports that differ, on the nodes in their order', () => {
    const comparer = new NodeComparer();
    const others = ['node-4', 'node-5'].map((name) => profile(name, { 'shop/web tcp': '10.244.1.1:80' }));
    for (const each of [first, third, second, ...others])
      if (each !== undefined) comparer.add(each, { findings: [] });
    const { nodes, differences } = comparer.compare();
    expect(nodes).toEqual(['node-1', 'node-3', 'node-2', 'node-4', 'node-5']);
    expect(differences.map(({ subject, nodes, rest }) => [subject, nodes, rest])).toEqual([
      ['shop/db tcp', ['node-4', 'node-5'], ['node-1', 'node-3', 'node-2']],
      ['shop/db tcp', ['node-3'], ['node-1', 'node-2']],
    ]);
  });
});
