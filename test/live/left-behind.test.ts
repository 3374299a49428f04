import { describe, expect, it } from 'vitest';
import { runCommand } from '../../src/capture/live/run-command.ts';
import { noTerminal } from '../support/terminal.ts';
import { type FakeCluster, PLAIN } from './cluster.ts';
import { clustersLike } from './clusters.ts';

const cluster = clustersLike(PLAIN);

const ASK = ['services', '--node', 'node-1', '--via', 'debug'];
const POD = 'node-debugger-node-1-x7k2p';
const REMOVE = `kubectl --context=prod delete pod/${POD} --namespace=team`;
const SAVE = 'exec chroot /host iptables-save -c';
const deletes = (node: FakeCluster) => node.calls().filter((call) => call.includes('delete'));

/** Longer than a run stays silent: what goes on stands on the terminal then. */
const slow = { sleepMs: 3000 };

describe.skipIf(noTerminal !== null)('a terminal that is closed leaves no pod and no crash', () => {
  it.each([
    // Both families are asked at once: either name may stand there.
    ['while a command runs', SAVE, /ip6?tables-save/],
    ['while the pod is made', 'debug', /making a debug pod/],
    ['while the pod is removed', 'delete', /removing debug pod/],
  ])('%s', async (_, key, when) => {
    const node = cluster({ trouble: { [key]: slow } });
    const { status, screen } = await node.hangUp(ASK, when);
    expect(status, screen).toBe(129);
    expect(deletes(node).length).toBeGreaterThan(0);
    expect(node.podsLeft()).toEqual([]);
  });

  it('where no pod was made', async () => {
    const node = cluster({ trouble: { 'get pods': slow } });
    const args = ['capture', '-w', 'cap', '--node', 'node-1', '--via', 'exec'];
    const { status, screen } = await node.hangUp(args, /looking for the kube-proxy pod/);
    expect(status, screen).toBe(129);
    expect(node.files()).toEqual([]);
  });
});

describe('a pod is removed', () => {
  it('where the terminal’s end is told twice: a second SIGHUP is nobody who insists', async () => {
    const node = cluster({ trouble: { delete: { sleepMs: 1500 } } });
    const run = await node.interrupt(ASK, (call) => call.includes('iptables-save'), [
      'SIGHUP',
      'SIGHUP',
      'SIGHUP',
    ]);
    expect(run.status, run.err).toBe(129);
    expect(node.podsLeft()).toEqual([]);
  });

  it('on SIGQUIT, which would end the process without a word', async () => {
    const node = cluster({ trouble: { [SAVE]: { sleepMs: 1500 } } });
    const run = await node.interrupt(ASK, (call) => call.includes('iptables-save'), ['SIGQUIT']);
    expect(run.status, run.err).toBe(131);
    expect(node.podsLeft()).toEqual([]);
  });

  it('where standard error has no reader and Ctrl-C insists: nobody could be told', async () => {
    const node = cluster({ trouble: { delete: { sleepMs: 1500 } } });
    const signals = ['SIGINT', 'SIGINT', 'SIGINT'] as const;
    const run = await node.interruptUnheard(ASK, (call) => call.includes('iptables-save'), signals);
    expect(run.status).toBe(130);
    expect(node.podsLeft()).toEqual([]);
  });

  it('where a bug throws outside of any question, and the bug is told', () => {
    const node = cluster({ trouble: { [SAVE]: { sleepMs: 1500 } } });
    const trouble = JSON.stringify(`${node.home}/in-trouble`);
    node.preload = `const watch = setInterval(() => {
      if (!require('fs').existsSync(${trouble})) return;
      clearInterval(watch);
      throw new Error('out of nowhere');
    }, 50);`;
    const { status, err } = node.run(...ASK);
    expect(status, err).toBe(70);
    expect(err).toMatch(/error: out of nowhere\nthis is a bug/);
    expect(node.podsLeft()).toEqual([]);
  });

  it('where the user’s kuberc makes delete ask first', () => {
    const node = cluster({ interactiveDelete: true });
    const { status, err } = node.run(...ASK);
    expect(status, err).toBe(0);
    expect(node.podsLeft()).toEqual([]);
  });

  it('only where it is gone: a delete that is called done and did nothing is tried again, and the command told', () => {
    const done = { status: 0, out: `pod "${POD}" deleted\n` };
    const node = cluster({ trouble: { delete: done } });
    const { status, err } = node.run(...ASK);
    expect(status).toBe(0);
    expect(deletes(node)).toHaveLength(2);
    expect(node.podsLeft()).toEqual([POD]);
    expect(err).toContain(REMOVE);
    expect(err).toContain('kubectl delete called it done, but it is there');
  });

  it('and where nobody can say whether it is gone the command is told', () => {
    const node = cluster({
      trouble: { [`get pod/${POD}`]: { status: 1, err: 'Error from server (Forbidden): no\n' } },
    });
    expect(node.run(...ASK).err).toContain(REMOVE);
  });

  it('where the node floods its output, and the reason is told', () => {
    const node = cluster({ trouble: { [SAVE]: { flood: 'stdout' } } });
    const { status, err } = node.run(...ASK);
    expect(status, err).toBe(3);
    expect(err).toContain('`iptables-save -c` wrote more than 448 MiB and was stopped');
    expect(node.podsLeft()).toEqual([]);
  }, 120_000);

  it('where it floods its messages', () => {
    const node = cluster({ trouble: { [SAVE]: { flood: 'stderr' } } });
    const { status, err } = node.run(...ASK);
    expect(status, err).toBe(3);
    expect(err).toContain('`iptables-save -c` wrote more than 8.0 MiB of messages and was stopped');
    expect(err.length).toBeLessThan(2000);
    expect(node.podsLeft()).toEqual([]);
  }, 60_000);

  it('soon, where kubectl leaves a program behind that keeps its pipes open', () => {
    const node = cluster({ trouble: { delete: { grandchildMs: 60_000 } } });
    const started = performance.now();
    const { status, err } = node.run(...ASK);
    expect(status, err).toBe(0);
    expect(performance.now() - started).toBeLessThan(30_000);
    expect(node.podsLeft()).toEqual([]);
  }, 90_000);
});

describe('a kubeconfig that never ends', () => {
  it('is refused before kubectl is asked to read it', () => {
    const node = cluster();
    const { status, err } = node.run(...ASK, '--kubeconfig', '/dev/zero');
    expect(status).toBe(2);
    expect(err).toContain('It cannot be a kubeconfig: it is no regular file.');
    expect(node.calls()).toEqual([]);
  });
});

describe('a capture that is given up twice', () => {
  it('leaves no half-written folder', async () => {
    const node = cluster({ trouble: { delete: { sleepMs: 4000 } } });
    const args = ['capture', '-w', 'cap', '--node', 'node-1', '--via', 'debug'];
    const run = await node.interrupt(args, (call) => call.includes('delete'), ['SIGINT', 'SIGINT']);
    expect(run.status).toBe(130);
    expect(run.err).toContain(REMOVE);
    expect(node.files()).toEqual([]);
  });
});

describe('a command and what it leaves behind', () => {
  const limits = { timeoutMs: 500, maxBytes: 1000 };
  const bash = (text: string) => ['bash', '-c', text];

  it.each([
    ['its child', 'sleep 60 & sleep 60'],
    ['a child in a session of its own', 'setsid sleep 60 & sleep 60'],
    ['a child, and it does not listen', 'trap "" TERM; sleep 60 & while :; do sleep 1; done'],
  ])('is ended in time where %s keeps the pipes open', async (_, text) => {
    for (const detached of [true, false]) {
      const started = performance.now();
      const result = await runCommand(bash(text), { ...limits, detached });
      expect(result.failure).toBe('timeout');
      expect(performance.now() - started).toBeLessThan(5000);
    }
  });

  it('has ended, with all that it wrote, where only its child keeps the pipes open', async () => {
    const result = await runCommand(bash('setsid sleep 60 & echo all; echo said >&2; exit 4'), {
      ...limits,
      timeoutMs: 30_000,
    });
    expect(result).toMatchObject({ failure: 'status', exitStatus: 4, lastWords: 'said' });
    expect(result.stdout.toString()).toBe('all\n');
    expect(result.durationMs).toBeLessThan(10_000);
  });

  it('is ended by an interrupt in time too', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 100);
    const started = performance.now();
    const run = runCommand(bash('setsid sleep 60 & sleep 60'), {
      ...limits,
      timeoutMs: 60_000,
      detached: true,
      signal: controller.signal,
    });
    await expect(run).rejects.toThrow('enough');
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('takes no more memory than its limit, however much it writes', async () => {
    const before = process.memoryUsage().rss;
    const maxBytes = 1024 * 1024;
    const flood = (typed: string): ReturnType<typeof runCommand> =>
      runCommand(['bash', '-c', typed], { timeoutMs: 60_000, maxBytes, detached: true });
    const output = await flood('cat /dev/zero');
    expect([output.failure, output.stdout.length]).toEqual(['too-large', 0]);
    const messages = await flood('cat /dev/zero >&2');
    expect([messages.failure, messages.stdout.length]).toEqual(['too-wordy', 0]);
    // Which of two breaks its limit first is chance: what the other wrote by then is within its own.
    const both = await flood('cat /dev/zero & cat /dev/zero >&2');
    expect(both.failure).toMatch(/^too-(?:large|wordy)$/);
    expect(both.stdout.length).toBeLessThanOrEqual(both.failure === 'too-large' ? 0 : maxBytes);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  }, 60_000);

  it('is not looked for in the folder that one happens to be in', async () => {
    const path = process.env.PATH;
    process.env.PATH = `.:bin::${path}`;
    try {
      const { stdout } = await runCommand(bash('printf %s "$PATH"'), limits);
      expect(
        stdout
          .toString()
          .split(':')
          .every((folder) => folder.startsWith('/')),
      ).toBe(true);
    } finally {
      process.env.PATH = path;
    }
  });
});
