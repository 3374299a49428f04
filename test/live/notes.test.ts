import { describe, expect, it } from 'vitest';
import type { CaptureReport } from '../../src/explain/capture-report.ts';
import { renderCaptureText } from '../../src/render/capture-text.ts';
import { NO_COLOURS } from '../../src/render/colours.ts';
import { PLAIN, proxyPod, type Trouble } from './cluster.ts';
import { clustersLike } from './clusters.ts';

const NODES = ['node-1', 'node-2', 'node-3'];
const cluster = clustersLike({ ...PLAIN, nodes: NODES, pods: NODES.map((node) => proxyPod(node)) });

/** conntrack that fails in the same way on every node. */
const BROKEN: Trouble = {
  status: 1,
  err: 'conntrack v1.4.7: Operation failed: no such thing\ncommand terminated with exit code 1\n',
};
const broken = { 'exec conntrack -S': BROKEN, 'exec conntrack -L': BROKEN };

const notesIn = (err: string): string[] => err.split('\n').filter((line) => line.startsWith('note:'));

describe('what is noted of a standard kube-proxy image, which has no ip, ss, sysctl, cat and shell?', () => {
  it.each([
    ['trace', ['trace', 'shop/web', '--node', 'node-1']],
    ['why', ['why', 'shop/web', '--node', 'node-1']],
    ['services', ['services', '--node', 'node-1']],
    ['conntrack', ['conntrack', '--node', 'node-1']],
    ['check', ['check', '--node', 'node-1']],
    ['check of all nodes', ['check', '--all-nodes']],
  ])('%s: nothing', (_, args) => {
    const { err, out } = cluster().run(...args, '--no-api');
    expect(out).not.toBe('');
    expect(notesIn(err)).toEqual([]);
  });

  it('trace tells in its answer what it takes for granted', () => {
    const { out } = cluster().run('trace', 'shop/web', '--node', 'node-1', '--no-api');
    expect(out).toContain('a route to every destination is taken for granted');
  });

  it('a capture lacks something for good, so that it is told, once for all nodes, with the way to get it', () => {
    const { err } = cluster().run('capture', '-w', 'all', '--all-nodes', '--no-api');
    expect(notesIn(err)).toEqual([
      expect.stringMatching(/^note: node-1, node-2 and node-3: \/proc\/net\/xt_recent cannot be read/),
      expect.stringMatching(/^note: node-1, node-2 and node-3: there is no ip, sysctl or ss: .*--via debug/),
    ]);
  });

  it('another image’s lack is a note', () => {
    const [pod] = PLAIN.pods as { metadata: object }[];
    const calico = { ...pod, metadata: { ...pod?.metadata, labels: { 'k8s-app': 'calico-node' } } };
    const { err } = cluster({ nodes: ['node-1'], pods: [calico] }).run(
      'trace',
      'shop/web',
      '--node',
      'node-1',
    );
    const missing = notesIn(err).filter((line) => line.includes('there is no ip'));
    expect(missing).toHaveLength(1);
    expect(missing[0]).toContain('--via debug');
    expect(missing[0]).toContain('which addresses are the node’s own is not known');
  });
});

describe('what several nodes have in common is noted once', () => {
  it('with their names, in a fixed order', () => {
    const runs = [1, 2].map(() => {
      const node = cluster({ trouble: broken });
      return notesIn(node.run('check', '--all-nodes', '--no-api').err);
    });
    expect(runs[0]).toEqual([
      expect.stringMatching(/^note: node-1, node-2 and node-3: `conntrack -L` ended with status 1/),
      expect.stringMatching(/^note: node-1, node-2 and node-3: `conntrack -S` ended with status 1/),
    ]);
    expect(runs[1]).toEqual(runs[0]);
  });

  it('and not again as a finding', () => {
    const node = cluster({ trouble: broken });
    const { findings, problems } = JSON.parse(
      node.run('check', '--node', 'node-1', '--no-api', '-o', 'json').out,
    );
    expect(problems.map(({ message }: { message: string }) => message).join()).toContain('conntrack -S');
    expect(JSON.stringify(findings)).not.toContain('no such thing');
    node.run('capture', '-w', 'cap', '--node', 'node-1', '--no-api');
    // From the capture it is the finding that tells.
    expect(node.run('check', 'cap', '-o', 'json').out).toContain('no such thing');
  });
});

describe('a node that cannot be read', () => {
  it('is a word in the table of nodes, and its reason stands once below', () => {
    const forbidden = { status: 1, err: 'Error from server (Forbidden): pods/exec is forbidden\n' };
    const node = cluster({ trouble: { 'exec kube-system/kube-proxy-node-2': forbidden } });
    const { out, err } = node.run('capture', '-w', 'all', '--all-nodes', '--via', 'exec', '--no-api');
    expect(out).toMatch(/^node-2 +- +- +FAILED, see below$/m);
    expect(`${out}${err}`.split('pods/exec is forbidden')).toHaveLength(2);
  });
});

it.each([
  ['redacted', 'redacted (2 lists)'],
  ['node-1: /proc/net/xt_recent/A', 'node-1: /proc/net/xt_recent (2 lists)'],
])('lists of session affinity of %s are one row', (origin, from) => {
  const files = ['A', 'B'].map((name) => ({ name: `xt_recent/${name}`, bytes: 1, origin }));
  const item = { node: 'n', path: 'new', takenAt: null, backend: null, kubeProxy: null, files, error: null };
  const report = {
    ...{ apiVersion: 'kp-explain/v1', kind: 'CaptureManifest', problems: [], path: 'new' },
    capture: { origin: 'new', node: 'n', takenAt: null, proxyMode: 'none', backends: [] },
    items: [{ ...item, proxyMode: 'none' }],
  } as const satisfies CaptureReport;
  const text = renderCaptureText(report, { width: null, colours: NO_COLOURS });
  expect(text).toMatch(new RegExp(`^xt_recent/ +2 B +${from.replace(/[()]/g, '\\$&')}$`, 'm'));
});
