import { describe, expect, it } from 'vitest';
import { OUTPUTS, PLAIN } from './cluster.ts';
import { clustersLike } from './clusters.ts';

const cluster = clustersLike(PLAIN);

const FOLLOW = 'conntrack -E -o timestamp -b 8388608';
const EVENT =
  '[1700000000.123456]\t    [NEW] tcp      6 120 SYN_SENT src=10.244.1.13 dst=10.96.10.1 sport=41000 dport=80 [UNREPLIED] src=10.244.2.11 dst=10.244.1.13 sport=8080 dport=41000\n';
const WATCH = ['conntrack', '--svc', 'shop/web', '--watch', '--node', 'node-1', '--no-api'];

describe('Are flows of a live node told as they come and go?', () => {
  it.each(['exec', 'debug'])('through --via %s, until conntrack ends', (via) => {
    const node = cluster({ outputs: { ...OUTPUTS, [FOLLOW]: { out: EVENT } } });
    const { status, out, err } = node.run(...WATCH, '--via', via);
    expect(status, err).toBe(0);
    expect(out).toMatch(
      /begins {2}tcp 10\.244\.1\.13:41000 .* → shop\/web \(10\.96\.10\.1:80\) → 10\.244\.2\.11:8080/,
    );
    expect(err).toContain('node-1: conntrack -E ended');
    expect(node.podsLeft()).toEqual([]);
  });

  it.each(['exec', 'debug'])('and Ctrl-C leaves nothing behind: --via %s', async (via) => {
    const node = cluster({
      trouble: {
        [`exec ${FOLLOW}`]: { sleepMs: 60_000, status: 1 },
        [`exec chroot /host ${FOLLOW}`]: { sleepMs: 60_000, status: 1 },
      },
    });
    const run = await node.interrupt([...WATCH, '--via', via], (call) => call.includes('-E'), ['SIGINT']);
    expect(run.status, run.err).toBe(130);
    expect(run.err).not.toContain('error');
    expect(node.podsLeft()).toEqual([]);
  });

  it('where conntrack may not follow, that is the error, with the way out', () => {
    const words = "conntrack v1.4.7 (conntrack-tools): Can't open netlink socket: Operation not permitted";
    const node = cluster({
      trouble: { [`exec ${FOLLOW}`]: { status: 1, err: `${words}\ncommand terminated with exit code 1\n` } },
    });
    const { status, err } = node.run(...WATCH, '--via', 'exec');
    expect(status).toBe(3);
    expect(err).toContain('what comes and goes is not told');
    expect(err).toContain('try --via debug');
  });

  it('and --show-commands says what will be run', () => {
    const { out } = cluster({}).run(...WATCH, '--via', 'exec', '--show-commands');
    expect(out).toContain(`-- ${FOLLOW}`);
    expect(out).not.toContain('conntrack -L');
  });
});
