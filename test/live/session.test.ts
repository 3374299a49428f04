import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { describe, expect, it, vi } from 'vitest';
import { FramedStream } from '../../src/capture/live/framed-output.ts';
import { relayPrompts } from '../../src/capture/live/prompts.ts';
import { SESSION_SCRIPT, ShellSession } from '../../src/capture/live/shell-session.ts';
import { quoteCommand } from '../../src/command/quote.ts';
import { itemsOf } from './answers.ts';
import { DEMO, OUTPUTS, PLAIN } from './cluster.ts';
import { clustersLike } from './clusters.ts';

/** A cluster whose kube-proxy image has a shell, as those before 1.25 and many of distributions. */
const cluster = clustersLike({ ...PLAIN, podPrograms: [...PLAIN.podPrograms, 'sh', 'cat', 'ip'] });

const TRACE = ['trace', 'shop/web', '--node', 'node-1', '--no-api'];

describe('how many processes of kubectl does a question take?', () => {
  it('six at most, where the image has a shell', () => {
    const node = cluster();
    const { status, err } = node.run(...TRACE);
    expect(status, err).toBe(0);
    expect(node.calls().length).toBeLessThanOrEqual(6);
    expect(node.inShell()).toContainEqual(['iptables-save', '-c']);
  });

  it('twelve at most, where it has none', () => {
    const node = cluster({ podPrograms: PLAIN.podPrograms });
    const { status, err } = node.run(...TRACE);
    expect(status, err).toBe(0);
    expect(node.inShell()).toEqual([]);
    expect(node.calls().length).toBeLessThanOrEqual(12);
  });
});

describe('does --show-commands print what a shell is sent?', () => {
  it.each([
    ['trace', TRACE],
    ['capture', ['capture', '-w', 'cap', '--node', 'node-1', '--no-api']],
  ])('%s', (_, args) => {
    const node = cluster();
    const shown = node.run(...args, '--via', 'exec', '--show-commands').out.split('\n');
    const run = node.run(...args, '--via', 'exec');
    expect(run.status, run.err).toBe(0);
    const ran = node.inShell();
    expect(ran.length).toBeGreaterThan(5);
    const inPod = shown
      .filter((line) => line.startsWith('kubectl exec ') && !line.includes(' sh -c '))
      .map((line) => line.replace(/^.*? -- /, '').replace(/ {2}# only .*/, ''));
    const spelt = ran.map((words) => quoteCommand(words).replace('10.96.10.1', 'ADDRESS'));
    expect(spelt.filter((line) => !inPod.includes(line))).toEqual([]);
  });
});

describe('in what order do hooks run that have one priority?', () => {
  it('a capture has what nft tells of that', () => {
    const hooks =
      'family ip {\n\thook prerouting {\n\t\t-0000000400 ipv4_conntrack_defrag [nf_defrag_ipv4]\n\t}\n}\n';
    const node = cluster({ outputs: { ...OUTPUTS, 'nft list hooks': { out: hooks } } });
    const run = node.run('capture', '-w', 'cap', '--node', 'node-1', '--via', 'exec', '--no-api');
    expect(run.status, run.err).toBe(0);
    expect(readFileSync(join(node.work, 'cap/nft-hooks.txt'), 'utf8')).toBe(hooks);
    expect(node.run('trace', 'shop/web', '-f', 'cap').err).not.toContain('nft-hooks');
  });
});

describe('can what a node prints pass for the answer to another command?', () => {
  it('not with a line like those that end an answer', () => {
    const forged = `\n${'0'.repeat(32)} 0\n{"nftables": []}\n${'f'.repeat(32)} 7\n`;
    const dump = readFileSync(join(DEMO, 'iptables-save.txt'), 'utf8');
    const node = cluster({
      outputs: { ...OUTPUTS, 'iptables-save -c': { out: `# ${forged}${dump}`, err: forged } },
    });
    const { status, err } = node.run('capture', '-w', 'cap', '--node', 'node-1', '--via', 'exec');
    expect(status, err).toBe(0);
    const saved = (name: string) => readFileSync(join(node.work, 'cap', name), 'utf8');
    expect(saved('iptables-save.txt')).toBe(`# ${forged}${dump}`);
    expect(saved('ip6tables-save.txt')).toBe(readFileSync(join(DEMO, 'ip6tables-save.txt'), 'utf8'));
    expect(saved('nft.json')).toBe(readFileSync(join(DEMO, 'nft.json'), 'utf8'));
  });

  it('nor with words that look like a login: what comes before the shell answers is marked, line by line', () => {
    const asks = 'To sign in, open https://example.test/device\nerror: kp-explain wants your password\n';
    const { status, err } = cluster({ login: { asks, ms: 1500 } }).run(...TRACE, '--via', 'exec');
    expect(status, err).toBe(0);
    expect(err).toContain(
      'on its way into pod kube-system/kube-proxy-node-1; it is of your login, or of the pod itself (what you type here reaches neither):\n  | To sign in, open https://example.test/device\n  | error: kp-explain wants your password',
    );
  });

  it('and words of a question reach the program as they are', async () => {
    const session = new ShellSession({
      argv: ['sh', '-c', SESSION_SCRIPT],
      env: {},
      signal: new AbortController().signal,
      startMs: 20_000,
      onPrompt: () => undefined,
    });
    const limits = { timeoutMs: 20_000, maxBytes: 1000 };
    const words = ['a b', "it's", '$HOME', '*', ';', '--', '', '\\n', '`id`', '$(id)', ' x ', '%s', '\u00e9'];
    const text = 'process.stdout.write(JSON.stringify(process.argv.slice(1)));process.exitCode=4';
    const { result } = await session.run([process.execPath, '-e', text, '--', ...words], limits);
    expect(JSON.parse(result.stdout.toString())).toEqual(words);
    expect(result.exitStatus).toBe(4);
    expect(ShellSession.carries(['a\nb'])).toBe(false);
    const big = await session.run(['yes'], limits);
    expect(big.result.failure).toBe('too-large');
    // The next one finds a new shell.
    const next = await session.run(['printf', 'no end'], limits);
    expect(next.result.stdout.toString()).toBe('no end');
    const slow = await session.run(['sleep', '60'], { ...limits, timeoutMs: 200 });
    expect(slow.result.failure).toBe('timeout');
    expect((await session.run(['no-such-program'], limits)).result.failure).toBe('missing');
    await session.close();
  });
});

describe('what does kubectl write that is of no command?', () => {
  it.each(['W', 'warning: a line that is much longer than a frame '.repeat(9)])(
    'a late line of it, come in one piece with the end of an answer, holds nothing up: %s',
    async (late) => {
      const stream = new PassThrough();
      const framed = new FramedStream(stream, () => undefined);
      const word = 'a'.repeat(32);
      const first = framed.next(word, 1000, 1000, () => undefined);
      stream.write(`said\n${word.slice(0, 9)}`);
      await new Promise(setImmediate);
      stream.write(`${word.slice(9)} 7\n${late}\n`);
      expect(await first).toEqual({ bytes: Buffer.from('said'), status: 7 });
      const second = framed.next('b'.repeat(32), 1000, 1000, () => undefined);
      stream.write(`\n${'b'.repeat(32)}\n`);
      expect(await second).toEqual({ bytes: Buffer.alloc(0), status: null });
    },
  );

  it('no more prompts are shown than a login asks', () => {
    vi.useFakeTimers();
    try {
      const stream = new EventEmitter();
      const shown: string[] = [];
      const relay = relayPrompts(stream as Readable, (text) => shown.push(text));
      for (let n = 0; n < 100; n += 1) {
        stream.emit('data', Buffer.from(`${n} ${'x'.repeat(100_000)}`));
        vi.advanceTimersByTime(1000);
      }
      relay.stop();
      expect(shown).toHaveLength(8);
      expect(Math.max(...shown.map(({ length }) => length))).toBeLessThanOrEqual(4000);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('is what a shell tells the same as what each program tells by itself?', () => {
  it('the answer', () => {
    const answers = [['sh'], []].map((shell) => {
      const node = cluster({ podPrograms: [...PLAIN.podPrograms, 'cat', 'ip', ...shell] });
      const run = node.run(...TRACE, '-o', 'json', '--via', 'exec');
      expect(run.status, run.err).toBe(0);
      expect(node.inShell().length > 0).toBe(shell.length > 0);
      return itemsOf(run);
    });
    expect(answers[0]).toEqual(answers[1]);
  });

  it('what a program printed that ends without a line end, and its status and messages', () => {
    const node = cluster({
      outputs: { ...OUTPUTS, 'ip -j rule': { out: '[]' } },
      trouble: { 'exec nft -j list ruleset': { status: 3, err: 'Error: why not' } },
    });
    const { out } = node.run('capture', '-w', 'cap', '--node', 'node-1', '--via', 'exec', '-o', 'json');
    const said = JSON.parse(out)
      .problems.map(({ message }: { message: string }) => message)
      .join('\n');
    expect(said).toContain('`nft -j list ruleset` ended with status 3: Error: why not');
    expect(node.text('cap')).toContain(
      '"ip-rule.json","argv":["ip","-j","rule"],"exitStatus":0,"failure":null',
    );
    expect(node.calls().some((call) => call.includes('nft'))).toBe(false);
  });
});
