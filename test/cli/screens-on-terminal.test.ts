import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withoutColours } from '../support/in-colour.ts';
import { noTerminal, runOnTerminal } from '../support/terminal.ts';

const ROOT = join(import.meta.dirname, '../..');
const SCREENS = join(ROOT, 'fixtures/screens');

const FLOW =
  'udp 17 29 src=10.244.1.13 dst=10.96.10.40 sport=40004 dport=5353 src=10.244.1.11 dst=10.244.1.13 sport=5353 dport=40004 mark=0 use=1';

const CHANGES = 'fixtures/changes/endpoint-removed';

/** Each screen by the name of its file, how it ends, and what is typed. */
const TYPED: readonly (readonly [string, number, readonly string[]])[] = [
  ['help', 0, ['--help']],
  ['mistyped', 2, ['trace', 'shop/wbe', '--demo']],
  ['why-works', 0, ['why', 'shop/web', '--demo']],
  ['why-broken', 1, ['why', 'shop/np-local-none', '--demo']],
  ['why-stale', 1, ['why', 'shop/udp-stale', '--demo']],
  ['why-nftables', 0, ['why', 'shop/np-cluster', '--demo', 'nftables']],
  ['trace', 0, ['trace', 'shop/web', '--demo']],
  ['trace-refused', 0, ['trace', 'shop/empty', '--demo']],
  ['trace-dropped', 0, ['trace', 'node:30082', '--from', 'external', '--demo']],
  ['trace-flow', 0, ['trace', FLOW, '--demo']],
  ['trace-path', 0, ['trace', '198.51.100.14:80', '--from', 'external', '--detail', 'path', '--demo']],
  [
    'trace-nftables',
    0,
    ['trace', '198.51.100.14:80', '--from', 'external', '--detail', 'path', '--demo', 'nftables'],
  ],
  ['conntrack', 0, ['conntrack', '--demo']],
  ['conntrack-service', 0, ['conntrack', '--svc', 'shop/udp-stale', '--demo']],
  ['diff', 1, ['diff', `${CHANGES}/before`, `${CHANGES}/after`]],
  ['check', 1, ['check', '--demo']],
  ['services', 0, ['services', '--demo']],
  ['services-wide', 0, ['services', '-n', 'kube-system', '-o', 'wide', '--demo']],
  ['chain', 0, ['chain', 'KUBE-SEP-FBUQD36J3XDXJWPV', '--demo']],
  ['chain-nftables', 0, ['chain', 'service-ips 10.96.10.1 . tcp . 80', '--demo', 'nftables']],
  ['explain', 0, ['explain', 'KP206']],
  ['capture-commands', 0, ['capture', '-w', 'node', '--show-commands']],
];

/** What a run shows for a moment once it takes more than a second. */
const PROGRESS = /\r\x1b\[K(?:[^\r\n]*?(?=\r\x1b\[K))?/g;

async function screenOf(
  args: readonly string[],
  columns: number,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly text: string; readonly status: number }> {
  const { screen, status } = await runOnTerminal(args, /$^/, null, {
    cwd: ROOT,
    env: { PAGER: 'cat', ...env },
    size: { rows: 24, columns },
  });
  return { text: screen.replace(PROGRESS, '').replaceAll('\r\n', '\n'), status };
}

// `npx vitest run test/cli/screens-on-terminal.test.ts -u` writes them anew: read the difference before it is committed.
describe.skipIf(noTerminal !== null)('Does a terminal show what it showed before?', () => {
  it.each(TYPED)('%s', { timeout: 120_000 }, async (name, expected, args) => {
    const shown: string[] = [];
    for (const columns of [80, 160]) {
      const [coloured, plain] = await Promise.all([
        screenOf(args, columns, { NO_COLOR: '', FORCE_COLOR: '1' }),
        screenOf(args, columns, { NO_COLOR: '1' }),
      ]);
      expect(plain.text).not.toContain('\x1b');
      expect(withoutColours(coloured.text)).toBe(plain.text);
      expect([coloured.status, plain.status]).toEqual([expected, expected]);
      const typed = args.map((word) => (/[ =]/.test(word) ? `'${word}'` : word)).join(' ');
      shown.push(`${columns} columns: kp-explain ${typed}\n${coloured.text.replaceAll('\x1b', '␛')}`);
    }
    await expect(shown.join('\n')).toMatchFileSnapshot(join(SCREENS, `${name}.txt`));
  });
});

describe.skipIf(noTerminal !== null)('Is an answer that is longer than the terminal paged?', () => {
  const LONG = ['trace', 'shop/web', '--demo', '--detail', 'path'];
  const END = /KUBE-POSTROUTING 3/;
  const size = { rows: 24, columns: 80 };
  const paged = async (key: 'q' | 'ctrl-c q' | null, env: NodeJS.ProcessEnv, args = LONG) =>
    await runOnTerminal(args, /sees the client as/, key, { cwd: ROOT, env, size });

  it('q ends less, and the run as if all had been read', async () => {
    const { screen, status, seconds } = await paged('q', { PAGER: 'less' });
    expect(screen).not.toMatch(END);
    expect(status).toBe(0);
    expect(seconds).toBeLessThan(10);
  });

  it('Ctrl-C is the pager’s own: less stays, and q ends it', async () => {
    const { screen, status } = await paged('ctrl-c q', { PAGER: 'less' });
    expect(screen).not.toMatch(END);
    expect(status).toBe(0);
  });

  it('what the answer says is the exit status, also behind a pager', async () => {
    const { status } = await runOnTerminal(['why', 'shop/np-local-none', '--demo'], /DOES NOT WORK/, 'q', {
      cwd: ROOT,
      env: { PAGER: 'less' },
      size: { rows: 10, columns: 80 },
    });
    expect(status).toBe(1);
  });

  it('a pager that leaves early is no failure', async () => {
    const { screen, status } = await paged(null, { PAGER: 'head -n 2' });
    expect(screen.trim().split('\r\n')).toHaveLength(1);
    expect(status).toBe(0);
  });

  it.each([
    ['PAGER=cat', { PAGER: 'cat' }, LONG],
    ['a pager that is not there', { PAGER: 'no-such-pager' }, LONG],
    ['KP_EXPLAIN_PAGER before PAGER', { PAGER: 'head -n 2', KP_EXPLAIN_PAGER: 'cat' }, LONG],
    ['--no-pager', { PAGER: 'head -n 2' }, [...LONG, '--no-pager']],
  ])('%s: all of it stands there', async (_what, env, args) => {
    const { screen, status } = await paged(null, env, args);
    expect(screen).toMatch(END);
    expect(status).toBe(0);
  });

  it('an answer that fits is not', async () => {
    const { screen } = await paged(null, { PAGER: 'head -n 2' }, ['why', 'shop/web', '--demo']);
    expect(screen).toContain('in the API');
  });
});
