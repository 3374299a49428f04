import { spawn } from 'node:child_process';
import { getEventListeners } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { displayed } from '../../src/cli/display.ts';
import { SILENT_IO } from '../../src/cli/io.ts';
import { type LiveOptions, liveRequest } from '../../src/cli/live-options.ts';
import { main } from '../../src/cli/main.ts';
import { changedLines } from '../../src/cli/watch/changed-lines.ts';
import { EventLines } from '../../src/cli/watch/event-lines.ts';
import { beatIntoPipes } from '../../src/cli/watch/heartbeat.ts';
import { repeat } from '../../src/cli/watch/repeat.ts';
import { ScreenView } from '../../src/cli/watch/screen-view.ts';
import { watched } from '../../src/cli/watch/watch-option.ts';
import { type Heard, hear } from '../support/hear.ts';
import { noTerminal, runOnTerminal } from '../support/terminal.ts';
import { run } from './run-main.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = join(ROOT, 'bin/kp-explain.cjs');
const DEMO = join(ROOT, 'fixtures/demo');
const CHANGES = join(ROOT, 'fixtures/changes/endpoint-removed');

const folder = mkdtempSync(join(tmpdir(), 'kp-explain-watch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A capture that something happens to while it is watched. */
function changing(name: string): { readonly path: string; change(): void } {
  const path = join(folder, name);
  cpSync(join(CHANGES, 'before'), path, { recursive: true });
  return { path, change: () => cpSync(join(CHANGES, 'after'), path, { recursive: true, force: true }) };
}

describe('What does a watch take for a change?', () => {
  it.each([
    ['another word', ['web 3', 'api 1'], ['web 2', 'api 1'], [true, false], ['web 3']],
    ['columns that got wider', ['web  3', 'api  1'], ['web   3', 'api   1'], [false, false], []],
    ['another order', ['web', 'api'], ['api', 'web'], [false, false], []],
    ['a colour', ['\x1b[31mweb\x1b[39m'], ['web'], [false], []],
    ['one of two like lines', ['web', 'web'], ['web'], [false], ['web']],
    ['a time that runs down', ['udp 29 s left'], ['udp 27 s left'], [false], []],
    ['a line more', ['web'], ['web', 'api'], [false, true], []],
  ] as const)('%s', (_, before, after, isNew, gone) => {
    expect(changedLines(before, after)).toEqual({ isNew, gone });
  });
});

describe('Are events cut into lines wherever a piece ends?', () => {
  it('also in the middle of a line and of a letter', () => {
    const lines = new EventLines();
    const bytes = Buffer.from('eins zwölf\ndrei\n');
    const found = [...bytes].flatMap((byte) => lines.take(Buffer.from([byte])));
    expect(found).toEqual(['eins zwölf', 'drei']);
  });

  it('and a line without end takes no memory, and ends nothing else', () => {
    const lines = new EventLines();
    for (let piece = 0; piece < 100; piece++) expect(lines.take(Buffer.alloc(10_000, 'x'))).toEqual([]);
    expect(lines.take(Buffer.from('x\nwhole\n'))).toEqual(['whole']);
  });
});

describe('Does a watch that writes into a pipe give a sign of life?', () => {
  const io = {
    programName: 'kp-explain',
    env: {},
    showsProgress: false,
    err: () => undefined,
    async *stdin() {},
  };

  it('now and then, with the time', async () => {
    let out = '';
    const beat = beatIntoPipes(
      {
        ...io,
        columns: null,
        out: (text) => {
          out += text;
        },
      },
      20,
    );
    await sleep(100);
    beat.stop();
    expect(out).toMatch(/^\d\d:\d\d:\d\d {2}still watching\n/);
    const before = out;
    await sleep(60);
    expect(out).toBe(before);
  });

  it('not on a terminal', async () => {
    let out = '';
    const screen = {
      ...io,
      columns: 80,
      rows: 24,
      out: (text: string) => {
        out += text;
      },
    };
    const beat = beatIntoPipes(screen, 10);
    await sleep(50);
    beat.stop();
    expect(out).toBe('');
  });
});

describe('How often does a watch ask where no seconds are told?', () => {
  const pods = [{ namespace: 'shop', name: 'client-a' }];
  const needs = { host: 'packets', flows: 'some' } as const;
  const every = (files: readonly string[], options: LiveOptions, named: typeof pods) => {
    const live = { ...liveRequest(options, needs), pods: named };
    return watched({ sources: { files, demo: false, live }, output: 'text' }, '').watch;
  };

  it.each([
    ['files', every(['node'], {}, []), 2],
    ['this machine', every([], {}, []), 2],
    ['a node', every([], { node: 'node-1' }, []), 10],
    ['the node of a pod', every([], {}, pods), 10],
    ['files, of a pod', every(['node'], {}, pods), 2],
    ['this machine, where the API is not asked about the pod', every([], { api: false }, pods), 2],
  ])('%s', (_, seconds, expected) => expect(seconds).toBe(expected));
});

describe('What does a watch show on a terminal?', () => {
  const screen = () => {
    const frames: string[] = [];
    const io = {
      programName: 'kp-explain',
      env: {},
      columns: 80,
      rows: 24,
      showsProgress: false,
      out: (text: string) => void frames.push(text),
      err: () => undefined,
      async *stdin() {},
    };
    return { frames, view: new ScreenView(io, 2) };
  };

  it('marks at the lines that changed, also where they stand elsewhere later', () => {
    const { frames, view } = screen();
    for (const out of ['web 3\napi\n', 'web 2\napi\n', 'api\nweb 2\n'])
      view.show({ out, told: '', time: '14:03:12' });
    const marked = frames.map((frame) => frame.match(/[+-] \w.*(?=\x1b\[K)/g));
    expect(marked).toEqual([null, ['+ web 2', '- web 3'], ['+ web 2', '- web 3']]);
  });

  it('of when the answer is, where the state cannot be read just now', () => {
    const { frames, view } = screen();
    view.show({ out: 'web 3\n', told: '', time: '14:03:12' });
    view.fail('cannot read node', '14:05:00');
    expect(frames[1]).toContain('every 2 s, 14:05:00, as of 14:03:12, cannot read node');
    expect(frames[1]).toContain('  web 3');
  });
});

describe('Does a watch see that its terminal was made larger?', () => {
  it('also where colours were chosen', () => {
    let columns = 80;
    const io = displayed(
      {
        programName: 'kp-explain',
        env: {},
        get columns() {
          return columns;
        },
        rows: 24,
        showsProgress: false,
        out: () => undefined,
        err: () => undefined,
        async *stdin() {},
      },
      { color: 'always' },
    );
    columns = 120;
    expect(io.columns).toBe(120);
  });
});

describe('Does a watch that nobody reads any more end?', () => {
  const io = (unread: AbortSignal): Parameters<typeof repeat>[2] => ({ ...SILENT_IO, unread });

  it('at once, also where that was noticed while it answered', async () => {
    const unread = new AbortController();
    const run = async () => {
      unread.abort();
      return 0 as const;
    };
    expect(await repeat(run, 3600, io(unread.signal))).toBe(0);
  });

  it('and until then no answer leaves anything behind', async () => {
    const unread = new AbortController();
    let turns = 0;
    const run = async () => {
      if (++turns === 20) unread.abort();
      expect(getEventListeners(unread.signal, 'abort')).toEqual([]);
      return 0 as const;
    };
    await repeat(run, 0.001, io(unread.signal));
    expect(turns).toBe(20);
  });
});

describe('What can be watched?', () => {
  it.each([
    [['services', '--demo', '--watch', '-o', 'json'], '--watch writes text, and not json'],
    [['trace', 'shop/web', '-f', '-', '--watch'], 'standard input can be read once'],
    [['why', '-', '--demo', '--watch'], 'standard input can be read once'],
    [['why', 'shop/web', '--demo', '--watch=0.1'], 'Say seconds, from 0.5 to 86400'],
    [['check', '--demo', '--watch', '-o', 'sarif=x'], '--watch writes to the screen, and no files'],
    [['services', '--node', 'node-1', '--via', 'debug', '--watch'], 'a debug pod for each answer'],
    [['conntrack', '--demo', '--watch'], 'conntrack -E | kp-explain conntrack --watch -f CAPTURE -f -'],
    [['conntrack', '--watch', '-f', '-'], 'name the node’s rules as well'],
    [['conntrack', '--watch', '--no-conntrack'], '--no-conntrack forbids it'],
    [['conntrack', '--watch', '-f', DEMO, '-f', '-', '-o', 'json'], 'writes text'],
  ])('not %j', async (argv, message) => {
    const { status, err, out } = await run(argv);
    expect(err).toContain(message);
    expect([status, out]).toEqual([2, '']);
  });
});

/** Runs the built program for a while, into pipes. */
async function watchFor(
  args: readonly string[],
  then: (child: ReturnType<typeof spawn>, seen: () => string) => Promise<void>,
): Promise<Heard> {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe'] });
  const { out, ended } = hear(child);
  // One that does not end is a failure, and must not outlive it.
  const killer = setTimeout(() => child.kill('SIGKILL'), 30_000);
  await then(child, out);
  const heard = await ended;
  clearTimeout(killer);
  return heard;
}

async function until(what: () => boolean): Promise<void> {
  for (let turn = 0; turn < 600 && !what(); turn++) await sleep(50);
}

describe('Does a watch tell what changed?', () => {
  it('in a pipe: the answer once, and then only the lines that differ', async () => {
    const node = changing('piped');
    const { status, out } = await watchFor(
      ['services', '-f', node.path, '--watch=0.5'],
      async (child, seen) => {
        await until(() => seen().includes('shop/web'));
        await sleep(1200);
        node.change();
        await until(() => seen().includes('changed'));
        child.kill('SIGINT');
      },
    );
    expect(status).toBe(130);
    const [answer = '', changes = ''] = out.split(/^\d\d:\d\d:\d\d {2}changed\n/m);
    expect(answer.match(/^shop\/web /gm)).toHaveLength(1);
    expect(changes).toMatch(/^- shop\/web .* 3 +named/m);
    expect(changes).toMatch(/^\+ shop\/web .* 2 +named/m);
    expect(changes).not.toContain('kube-system/');
  });

  it('and says where the state cannot be read for a while', async () => {
    const node = changing('gone');
    const { err } = await watchFor(['services', '-f', node.path, '--watch=0.5'], async (child, seen) => {
      await until(() => seen().includes('shop/web'));
      rmSync(node.path, { recursive: true });
      await sleep(1500);
      node.change();
      await until(() => seen().includes('changed'));
      child.kill('SIGINT');
    });
    expect(err.match(/cannot read/g)).toHaveLength(1);
  });

  it('a closed pipe ends it', async () => {
    const node = changing('closed');
    const { status } = await watchFor(['services', '-f', node.path, '--watch=0.5'], async (child, seen) => {
      await until(() => seen().includes('shop/web'));
      child.stdout?.destroy();
      await sleep(300);
      node.change();
    });
    expect(status).toBe(0);
  });

  it.skipIf(noTerminal !== null)('on a terminal: in place, with marks, until Ctrl-C', async () => {
    const node = changing('terminal');
    const args = ['trace', 'shop/web', '-f', node.path, '--watch=0.5'];
    setTimeout(() => node.change(), 3000);
    // Ctrl-C throws away what the terminal has not shown yet: it is typed once the frame stands there to its last mark.
    const whole = /\+ .*1 of 2 endpoints[\s\S]*- .*1 of 3 endpoints[\s\S]*\x1b\[J/;
    const shown = await runOnTerminal(args, whole, 'ctrl-c', { size: { rows: 24, columns: 80 } });
    expect(shown.status).toBe(130);
    expect(shown.seconds).toBeLessThan(0.5);
    const frames = shown.screen.split('\x1b[H').slice(1);
    expect(frames.length).toBeGreaterThan(2);
    expect(frames[0]).toContain('every 0.5 s');
    expect(frames[0]).toContain('    WORKS: to 1 of 3 endpoints');
    expect(frames.at(-1)).toContain('+   WORKS: to 1 of 2 endpoints');
    expect(frames.at(-1)).toContain('-   WORKS: to 1 of 3 endpoints');
    for (const frame of frames) expect(frame.split('\n').length).toBeLessThanOrEqual(24);
  });
});

describe('Are events that conntrack prints elsewhere told in names?', () => {
  const EVENTS = [
    '[1700000000.123456]\t    [NEW] udp      17 30 src=10.244.1.13 dst=10.96.10.40 sport=40004 dport=5353 [UNREPLIED] src=10.244.1.99 dst=10.244.1.13 sport=5353 dport=40004',
    '[1700000001.123456]\t    [NEW] tcp      6 120 SYN_SENT src=10.244.1.13 dst=10.96.10.1 sport=41000 dport=80 [UNREPLIED] src=10.244.2.11 dst=10.244.1.13 sport=8080 dport=41000',
    '[1700000003.123456]\t [DESTROY] udp      17 src=10.244.1.13 dst=10.96.10.40 sport=40004 dport=5353 packets=3 bytes=5 [UNREPLIED] src=10.244.1.99 dst=10.244.1.13 sport=5353 dport=40004 packets=0 bytes=0',
  ];
  const watch = async (...args: readonly string[]) =>
    await run(['conntrack', '--watch', '-f', DEMO, '-f', '-', ...args], {
      stdin: EVENTS.map((line) => `${line}\n`).join(''),
    });

  it('with the Service, the endpoint, and what is wrong', async () => {
    const { status, out, err } = await watch();
    expect(status, err).toBe(0);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^\d\d:\d\d:\d\d /, ''));
    expect(lines).toEqual([
      ' begins  udp 10.244.1.13:40004 (pod shop/client-a) → shop/udp-stale:echo (10.96.10.40:5353) → 10.244.1.99:5353',
      '                  endpoint-gone: 10.244.1.99:5353 is no endpoint of shop/udp-stale:echo, and no pod has the address',
      ' begins  tcp 10.244.1.13:41000 (pod shop/client-a) → shop/web (10.96.10.1:80) → 10.244.2.11:8080 shop/web-b1 on node-2, SYN_SENT',
      ' ends    udp 10.244.1.13:40004 (pod shop/client-a) → shop/udp-stale:echo (10.96.10.40:5353) → 10.244.1.99:5353, never answered, 3 packets there, 0 back',
    ]);
    expect(err).toContain('standard input ended');
  });

  it.each([
    [['--svc', 'shop/web'], 1],
    [['--client', 'shop/client-a'], 3],
    [['--endpoint', '10.244.2.11'], 1],
    [['--state', 'SYN_SENT'], 1],
    // The end tells no problem; that of a flow that was told is told.
    [['--problem', 'stale'], 2],
  ] as const)('only those that were asked for: %j', async (filter, flows) => {
    const { out, err } = await watch(...filter);
    expect(out.match(/ (begins|ends) /g), err).toHaveLength(flows);
  });

  it('wherever a piece of what is printed ends', async () => {
    const text = EVENTS.map((line) => `${line}\n`).join('');
    let out = '';
    const status = await main(['conntrack', '--watch', '-f', DEMO, '-f', '-'], {
      programName: 'kp-explain',
      env: {},
      columns: null,
      showsProgress: false,
      out: (piece) => {
        out += piece;
      },
      err: () => undefined,
      async *stdin() {
        for (let at = 0; at < text.length; at += 50) yield Buffer.from(text.slice(at, at + 50));
      },
    });
    expect(status).toBe(0);
    expect(out).toBe((await watch()).out);
  });

  it('and what is no event is an error', async () => {
    const { status, err } = await run(['conntrack', '--watch', '-f', DEMO, '-f', '-'], { stdin: 'hello\n' });
    expect(status).toBe(2);
    expect(err).toContain('no event of conntrack');
  });
});
