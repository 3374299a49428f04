import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { whyNoKernel } from '../kernel/lab.ts';
import { noTerminal, runOnTerminal } from '../support/terminal.ts';
import { WatchedNode } from './watched-node.ts';

const PROGRAM = join(import.meta.dirname, '../../bin/kp-explain.cjs');
const missing = whyNoKernel();
const required = (process.env.KP_EXPLAIN_REQUIRE_KERNEL ?? '') !== '';

/** A watch that runs on the node. */
class Watch {
  out = '';
  err = '';
  readonly child: ChildProcess;
  readonly #ended: Promise<number | null>;

  constructor(node: WatchedNode, args: readonly string[]) {
    const argv = [process.execPath, PROGRAM, 'conntrack', '--watch', '--no-api', ...args];
    this.child = node.start(argv, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, NO_COLOR: '1' },
    });
    this.child.stdout?.on('data', (piece: Buffer) => {
      this.out += piece.toString();
    });
    this.child.stderr?.on('data', (piece: Buffer) => {
      this.err += piece.toString();
    });
    this.#ended = new Promise((resolve) => {
      this.child.on('exit', (status, by) => resolve(by === null ? status : 128 + constants.signals[by]));
    });
  }

  async until(what: () => boolean, why: string): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (!what()) {
      if (Date.now() > deadline) throw new Error(`${why}; it wrote:\n${this.out}\n${this.err}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** @returns the status as a shell tells it, and how long the end took. */
  async end(how: () => void): Promise<{ readonly status: number | null; readonly seconds: number }> {
    const start = performance.now();
    how();
    const status = await this.#ended;
    return { status, seconds: (performance.now() - start) / 1000 };
  }
}

describe.skipIf(missing !== null && !required)('Does --watch tell what the kernel does?', () => {
  const node = new WatchedNode();
  const open: Watch[] = [];
  beforeAll(async () => await node.setUp());
  afterAll(() => node.close());
  afterEach(() => {
    for (const { child } of open.splice(0)) child.kill('SIGKILL');
  });

  async function watch(...args: readonly string[]): Promise<Watch> {
    const started = new Watch(node, args);
    open.push(started);
    const follows = (): boolean => node.programs().some((line) => line.startsWith('conntrack -E'));
    await started.until(() => started.err.includes('comes and goes') && follows(), 'it did not begin');
    return started;
  }

  it('can be asked', () => expect(missing).toBeNull());

  it('a connection begins, is established, and ends, at the endpoint that it went to', async () => {
    const shown = await watch('--svc', 'shop/web');
    node.send('tcp', '10.96.10.1', 80, 41_001);
    // No line is of another Service.
    node.send('udp', '10.96.10.40', 5353, 41_002);
    node.run('conntrack', '-D', '-p', 'tcp', '--sport', '41001');
    await shown.until(() => shown.out.includes('  ends '), 'the end was not told');
    const lines = shown.out.trimEnd().split('\n');
    const [first = ''] = lines;
    const endpoint = /→ (10\.244\.[12]\.1[12]:8080), SYN_SENT$/.exec(first)?.[1];
    expect(first).toMatch(
      /^\d\d:\d\d:\d\d {2}begins {2}tcp 10\.244\.1\.13:41001 \(a pod\) → shop\/web \(10\.96\.10\.1:80\)/,
    );
    expect(endpoint).toBeDefined();
    expect(lines.every((line) => line.includes('shop/web') && line.includes(`→ ${endpoint}`))).toBe(true);
    expect(lines.some((line) => line.includes('changes') && line.includes('ESTABLISHED, ASSURED'))).toBe(
      true,
    );
    expect(lines.at(-1)).toMatch(/ ends .*8080/);
    expect(shown.out).not.toMatch(/endpoint-gone|never answered/);
  });

  it('nothing wrong is told of an endpoint that came after the rules were read', async () => {
    const shown = await watch('--svc', 'shop/udp-stale');
    const rule = ['-p', 'udp', '-m', 'comment', '--comment', 'shop/udp-stale:echo', '-j', 'DNAT'];
    const svc = 'KUBE-SVC-C5UNC2JGCGDGY5QR';
    const sep = 'KUBE-SEP-ABCDEFGHIJKLMNOP';
    node.run('iptables-nft', '-t', 'nat', '-N', sep);
    node.run('iptables-nft', '-t', 'nat', '-A', sep, ...rule, '--to-destination', '10.244.1.12:5353');
    const jump = ['-m', 'comment', '--comment', 'shop/udp-stale:echo -> 10.244.1.12:5353', '-j', sep];
    node.run('iptables-nft', '-t', 'nat', '-I', svc, '1', ...jump);
    node.send('udp', '10.96.10.40', 5353, 41_010);
    await shown.until(() => shown.out.includes('10.244.1.12:5353'), 'the flow was not told');
    expect(shown.out).not.toContain('endpoint-gone');
    // And once the endpoint is gone again, that is told, by rules that are younger than the event.
    node.run('iptables-nft', '-t', 'nat', '-D', svc, '1');
    let port = 41_011;
    const stuck = setInterval(() => {
      node.run(
        ...['conntrack', '-I', '-p', 'udp', '-t', '60', '-s', '10.244.1.13', '-d', '10.96.10.40'],
        ...['--sport', String(port), '--dport', '5353', '-r', '10.244.1.12', '-q', '10.244.1.13'],
        ...['--reply-port-src', '5353', '--reply-port-dst', String(port)],
      );
      port++;
    }, 1000);
    await shown
      .until(() => shown.out.includes('endpoint-gone'), 'a stuck flow was not told')
      .finally(() => clearInterval(stuck));
    expect(shown.out).toMatch(
      /endpoint-gone: no rule of shop\/udp-stale:echo sends new connections to 10.244.1.12/,
    );
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends it within half a second with %i, and conntrack too', async (signal, status) => {
    const shown = await watch();
    const ending = await shown.end(() => shown.child.kill(signal));
    expect(ending.status).toBe(status);
    expect(ending.seconds).toBeLessThan(0.5);
    expect(node.programs()).toEqual([]);
    expect(shown.err).not.toContain('error');
  });

  it.skipIf(noTerminal !== null)('Ctrl-C on a terminal ends it, and conntrack too', async () => {
    const shown = await runOnTerminal(['conntrack', '--watch', '--no-api'], /comes and goes/, 'ctrl-c', {
      within: ['ip', 'netns', 'exec', node.node],
      size: { rows: 24, columns: 80 },
    });
    expect(shown.status).toBe(130);
    expect(shown.seconds).toBeLessThan(0.5);
    expect(node.programs()).toEqual([]);
  });

  it('a closed pipe ends it with the next line, and conntrack too', async () => {
    const shown = await watch();
    shown.child.stdout?.destroy();
    let port = 41_020;
    const packets = setInterval(() => node.send('udp', '192.168.100.254', 9, port++), 300);
    const ending = await shown.end(() => undefined).finally(() => clearInterval(packets));
    expect(ending.status).toBe(0);
    expect(node.programs()).toEqual([]);
  });

  it('where conntrack ends, it ends and says so', async () => {
    const shown = await watch();
    const ending = await shown.end(() =>
      node.run('pkill', '-f', '^conntrack -E', '--ns', String(shown.child.pid)),
    );
    expect(ending.status).toBe(0);
    expect(shown.err).toContain('conntrack -E ended');
  });
});
