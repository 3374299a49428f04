import { describe, expect, it } from 'vitest';
import { PLAIN } from './cluster.ts';
import { clustersLike } from './clusters.ts';

/** A pod of node-1, which is not this machine. */
const POD = { metadata: { name: 'client-a', namespace: 'shop' }, spec: { nodeName: 'node-1' } };

const cluster = clustersLike({ ...PLAIN, pods: [...PLAIN.pods, POD] });

/** No pod there is kube-proxy's. */
const withoutProxy = clustersLike({ ...PLAIN, pods: [POD] });

const ASK = ['get', 'pod/client-a', '--namespace=shop', '-o', 'json'];

describe('Does --from with a pod find its node, without --node?', () => {
  it.each(['trace', 'why'])('%s asks kubectl where it runs, and reads that node', (command) => {
    const node = cluster();
    node.run(command, 'shop/web', '--from', 'pod:shop/client-a');
    const [first, ...others] = node.calls();
    expect(first).toEqual(ASK);
    expect(others.some((call) => call[1] === 'pod/kube-proxy-node-1' && call.includes('iptables-save'))).toBe(
      true,
    );
  });

  it('--show-commands and --show-role tell of that, and of the node that is then read', () => {
    const node = cluster();
    const question = ['trace', 'shop/web', '--from', 'pod:shop/client-a'];
    const { out } = node.run(...question, '--show-commands');
    expect(out).toContain(`\nkubectl ${ASK.join(' ')}\n`);
    expect(out).toContain('\nkubectl get node/NODE -o json\n');
    expect(out).toContain('\n# on this machine;');
    // Nobody named that node, so no privileged pod is made on it.
    expect(out).not.toContain(' debug node/');
    const role = node.run(...question, '--show-role').out;
    expect(role).toMatch(/namespace: "shop"\nrules:\n.*\n.*resources: \[pods\]\n.*verbs: \[get\]/);
    expect(role).toContain('resources: [pods/exec]');
    expect(role).not.toContain('delete');
    expect(node.calls()).toEqual([]);
  });

  it('where exec does not get there, no debug pod is made on a node that nobody named', () => {
    const node = withoutProxy();
    const question = ['trace', 'shop/web', '--from', 'pod:shop/client-a'];
    const { status, err } = node.run(...question);
    expect(status).toBe(3);
    expect(err).toContain('no kube-proxy pod runs on node node-1');
    expect(node.calls().some((call) => call.includes('debug'))).toBe(false);
    node.run(...question, '--node', 'node-1');
    expect(node.calls().some((call) => call.includes('debug'))).toBe(true);
  });

  it('only where there is nothing else that says whom to ask', () => {
    const node = cluster();
    for (const more of [['--node', 'node-1'], ['--demo'], ['--no-api']])
      node.run('trace', 'shop/web', '--from', 'pod:shop/client-a', ...more);
    expect(node.calls()).not.toContainEqual(ASK);
  });

  it('and where kubectl does not know the pod, this machine is asked', () => {
    const node = cluster();
    const { status, err } = node.run('trace', 'shop/web', '--from', 'pod:shop/nobody');
    expect(status).toBe(2);
    expect(err).toContain('--node');
    expect(node.calls().some((call) => call.includes('exec'))).toBe(false);
  });
});
