import { describe, expect, it } from 'vitest';
import { type FakeCluster, PLAIN, type Scenario } from './cluster.ts';
import { clustersLike } from './clusters.ts';

const cluster = clustersLike(PLAIN);

const ASK = ['services', '--node', 'node-1', '--via', 'debug'];
const POD = 'node-debugger-node-1-x7k2p';
const deletes = (node: FakeCluster) => node.calls().filter((call) => call.includes('delete'));

describe('a debug pod', () => {
  it('is made in the context’s namespace, used through chroot, and removed', () => {
    const node = cluster();
    const { status, err } = node.run(...ASK);
    expect(status, err).toBe(0);
    const made = node.calls().find((call) => call.includes('debug'));
    expect(made).toEqual([
      '--context=prod',
      'debug',
      'node/node-1',
      '--namespace=team',
      '--image=busybox:1.36',
      '--profile=sysadmin',
      expect.stringMatching(/^--container=kp-explain-[0-9a-f]{8}$/),
      '--',
      'sleep',
      '600',
    ]);
    expect(node.calls().some((call) => call.join(' ').includes('-- chroot /host iptables-save -c'))).toBe(
      true,
    );
    expect(deletes(node)).toHaveLength(1);
    expect(node.podsLeft()).toEqual([]);
  });

  it('with an image that has the tools needs no more than netadmin', () => {
    const tools = [
      'iptables',
      'iptables-save',
      'ip6tables-save',
      'conntrack',
      'ip',
      'cat',
      'nft',
      'grep',
      'sysctl',
    ];
    const node = cluster({ imagePrograms: { netshoot: tools } });
    expect(node.run(...ASK, '--image', 'netshoot').status).toBe(0);
    const profiles = node.calls().flatMap((call) => call.filter((word) => word.startsWith('--profile')));
    expect(profiles).toEqual(['--profile=netadmin']);
  });

  it('with an image that lacks them is made anew with sysadmin, and both are removed', () => {
    const node = cluster({ imagePrograms: { tiny: ['sleep'] } });
    const { status, err } = node.run(...ASK, '--image', 'tiny');
    expect(status, err).toBe(0);
    const profiles = node.calls().flatMap((call) => call.filter((word) => word.startsWith('--profile')));
    expect(profiles).toEqual(['--profile=netadmin', '--profile=sysadmin']);
    expect(deletes(node)).toHaveLength(2);
    expect(node.podsLeft()).toEqual([]);
  });

  it('is removed where the question cannot be asked', () => {
    const node = cluster();
    const { status, err } = node.run('trace', 'no/such', '--node', 'node-1', '--via', 'debug');
    expect(status).toBe(2);
    expect(err).toContain('no Service no/such');
    expect(node.podsLeft()).toEqual([]);
  });

  it('that cannot pull its image is given up at once, removed, and named', () => {
    const waiting = { reason: 'ImagePullBackOff', message: 'Back-off pulling image "busybox:1.36"' };
    const node = cluster({ debugStatus: { phase: 'Pending', containerStatuses: [{ state: { waiting } }] } });
    const { status, err } = node.run(...ASK);
    expect(status).toBe(3);
    expect(err).toMatch(/ImagePullBackOff.*--image/s);
    expect(node.podsLeft()).toEqual([]);
  });

  it('that ends at once is given up and removed', () => {
    const node = cluster({
      debugStatus: { phase: 'Failed', reason: 'OutOfpods', message: 'Node has too many pods' },
    });
    const { status, err } = node.run(...ASK);
    expect(status).toBe(3);
    expect(err).toContain('OutOfpods, Node has too many pods');
    expect(node.podsLeft()).toEqual([]);
  });

  it('that an admission policy refuses is not looked for, and the way out is told', () => {
    const refused =
      'Error from server (Forbidden): pods "node-debugger-node-1-x7k2p" is forbidden: violates PodSecurity "baseline:latest": host namespaces\n';
    const node = cluster({
      trouble: {
        debug: {
          status: 1,
          err: refused,
          out: `Creating debugging pod ${POD} with container c on node node-1.\n`,
        },
      },
    });
    const { status, err } = node.run(...ASK);
    expect(status).toBe(3);
    expect(err).toContain('--debug-namespace');
    expect(deletes(node)).toEqual([]);
  });

  it('of an old kubectl is told as such', () => {
    const node = cluster({ trouble: { debug: { status: 1, err: 'error: unknown profile: sysadmin\n' } } });
    expect(node.run(...ASK).err).toContain('sysadmin with 1.30');
  });

  it('is removed where kubectl lost the answer after it was made', () => {
    const lost = { status: 1, err: 'error: unexpected EOF\n', named: true };
    const node = cluster({ trouble: { debug: lost } });
    expect(node.run(...ASK).status).toBe(3);
    expect(node.calls().some((call) => call.includes('delete'))).toBe(true);
    expect(node.podsLeft()).toEqual([]);
  });

  it('is removed where the first command on the node fails', () => {
    const refused = {
      status: 4,
      err: 'iptables-save v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)\ncommand terminated with exit code 4\n',
    };
    const node = cluster({ trouble: { 'exec chroot /host iptables-save -c': refused } });
    const { status, err } = node.run(...ASK);
    expect(status).toBe(3);
    expect(err).toContain('Permission denied');
    expect(node.podsLeft()).toEqual([]);
  });

  it('that will not go is named with the command that removes it, also where the answer is given', () => {
    const node = cluster({
      trouble: { delete: { status: 1, err: 'error: timed out waiting for the condition on pods/x\n' } },
    });
    const { status, out, err } = node.run(...ASK);
    expect(status).toBe(0);
    expect(out).toContain('shop/web');
    expect(err).toContain(`kubectl --context=prod delete pod/${POD} --namespace=team`);
    expect(err).toContain('timed out waiting');
    expect(deletes(node)).toHaveLength(2);
  });

  it('and where it is not', () => {
    const node = cluster({ trouble: { delete: { status: 1, err: 'error: gone away\n' } } });
    const { status, err } = node.run('trace', 'no/such', '--node', 'node-1', '--via', 'debug');
    expect(status).toBe(2);
    expect(err).toContain(`kubectl --context=prod delete pod/${POD} --namespace=team`);
  });
});

describe('an interrupt', () => {
  const slow = (key: string): Partial<Scenario> => ({ trouble: { [key]: { sleepMs: 1500 } } });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    'by %s while a command runs removes the pod and ends with status %i',
    async (signal, status) => {
      const node = cluster(slow('exec chroot /host iptables-save -c'));
      const run = await node.interrupt(ASK, (call) => call.includes('iptables-save'), [signal]);
      expect(run.status, run.err).toBe(status);
      expect(run.out).toBe('');
      expect(run.err).toContain('stopping');
      expect(run.err).not.toContain('this is a bug');
      expect(deletes(node)).toHaveLength(1);
      expect(node.podsLeft()).toEqual([]);
    },
  );

  it('while the pod is being made waits for its name and removes it', async () => {
    const node = cluster(slow('debug'));
    const run = await node.interrupt(ASK, (call) => call.includes('debug'), ['SIGINT']);
    expect(run.status).toBe(130);
    expect(deletes(node)).toHaveLength(1);
    expect(node.podsLeft()).toEqual([]);
  });

  it('while the pod starts removes it', async () => {
    const node = cluster({ debugStatus: { phase: 'Pending' } });
    const run = await node.interrupt(ASK, (call) => call.some((word) => word.startsWith('pod/')), ['SIGINT']);
    expect(run.status).toBe(130);
    expect(node.podsLeft()).toEqual([]);
  });

  it('while the pod is removed does not stop the removing', async () => {
    const node = cluster(slow('delete'));
    const run = await node.interrupt(ASK, (call) => call.includes('delete'), ['SIGINT']);
    expect(node.podsLeft()).toEqual([]);
    expect(run.status).toBe(130);
    expect(run.out).toBe('');
  });

  it('given twice ends at once and says what is left and how to remove it', async () => {
    const node = cluster({ trouble: { delete: { sleepMs: 4000, status: 1, err: 'error: too late\n' } } });
    const run = await node.interrupt(ASK, (call) => call.includes('delete'), ['SIGINT', 'SIGINT']);
    expect(run.status).toBe(130);
    expect(run.err).toContain(`delete pod/${POD} --namespace=team`);
  });

  it('of a capture leaves no half-written folder', async () => {
    const node = cluster(slow('exec iptables-save -c'));
    const args = ['capture', '-w', 'cap', '--node', 'node-1', '--via', 'exec'];
    const run = await node.interrupt(args, (call) => call.includes('iptables-save'), ['SIGTERM']);
    expect(run.status).toBe(143);
    expect(node.files()).toEqual([]);
  });
});
