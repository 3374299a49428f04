import { describe, expect, it } from 'vitest';
import { run } from './run-main.ts';

describe('help', () => {
  it('lists the commands that work, and no others', async () => {
    const { status, out, err } = await run(['--help']);
    expect(status).toBe(0);
    expect(err).toBe('');
    const commands = [...out.matchAll(/^ {2}([a-z]+)( [[<][^ ]+)* {2,}/gm)].map(([, name]) => name);
    expect(commands).toEqual([
      'why',
      'trace',
      'conntrack',
      'diff',
      'check',
      'services',
      'chain',
      'capture',
      'explain',
      'completion',
      'help',
    ]);
  });

  it.each(['trace', 'conntrack', 'services', 'chain', 'check'])(
    'of %s shows grouped options and examples on the demo',
    async (name) => {
      for (const argv of [
        [name, '--help'],
        ['help', name],
      ]) {
        const { status, out } = await run(argv);
        expect(status).toBe(0);
        expect(out).toMatch(new RegExp(`^Usage: kp-explain ${name} `));
        expect(out).toMatch(/^State of the node:$/m);
        expect(out).toMatch(/^Output:$/m);
        expect(out).toMatch(new RegExp(`^Examples:(\n.*)*kp-explain ${name} .*--demo`, 'm'));
      }
    },
  );

  it('says kubectl kp-explain when run as a plugin of kubectl', async () => {
    const { out } = await run(['trace', '--help'], { programName: 'kubectl kp-explain' });
    expect(out).toMatch(/^Usage: kubectl kp-explain trace /);
    expect(out).toContain('  kubectl kp-explain trace shop/web --demo');
    expect(out).not.toMatch(/^ {2}kp-explain/m);
  });

  it('fits a terminal of 80 columns', async () => {
    const { out } = await run(['trace', '--help'], { columns: 80 });
    const options = out.slice(0, out.indexOf('Examples:')).split('\n');
    for (const line of options) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each([['--version'], ['-V']])('%s prints the version alone', async (flag) => {
    const { status, out } = await run([flag]);
    expect(status).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });
});

describe('wrong usage', () => {
  it.each([
    [['trce', 'x'], /unknown command 'trce'\n {2}\(Did you mean trace\?\)/],
    [['10.96.0.10:53'], /Did you mean kp-explain trace 10\.96\.0\.10:53\?/],
    [['flows'], /unknown command 'flows'/],
    [['trace', '--demo'], /missing required argument 'destination'\n {2}See: kp-explain trace --help/],
    [['trace', 'a', 'b', '--demo'], /too many arguments/],
    [['trace', '', '--demo'], /A destination must not be empty/],
    [['trace', 'a:1', '--demo', '--fromm', 'pod'], /unknown option '--fromm'\n {2}\(Did you mean --from\?\)/],
    [['trace', 'a:1', '--demo', '--detail', 'all'], /--detail.*Allowed choices are answer, path, full/],
    [['trace', 'a:1', '--demo', '--protocol', 'gre'], /--protocol.*Allowed choices are tcp, udp, sctp, icmp/],
    [['trace', 'a:1', '--demo', '--source-port', '65536'], /A port is a number from 1 to 65535/],
    [['trace', 'a:1', '--demo', '--mark', '0x1ffffffff'], /A mark is a number of 32 bits/],
    [
      ['trace', 'a:1', '--demo', '--ctstate', 'OLD'],
      /--ctstate.*NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED/,
    ],
    [['services', '--demo', '-o', 'xml'], /Allowed choices are text, wide, name, json, yaml/],
    [['services', '--demo', '-f', 'x'], /'--demo \[mode\]' cannot be used with option '-f, --file <path>'/],
    [['trace', 'a:1', '-f'], /'-f, --file <path>' argument missing/],
  ])('%j: one clear message, status 2', async (argv, message) => {
    const { status, out, err } = await run(argv);
    expect(err).toMatch(message);
    expect(err).toMatch(/^error: /);
    expect(err.split('\n').length).toBeLessThanOrEqual(4);
    expect(out).toBe('');
    expect(status).toBe(2);
  });

  it.each([['-o', 'json'], ['--output=json'], ['-ojson']])(
    'is JSON on standard error with %s',
    async (...flags) => {
      const { status, out, err } = await run(['trace', ...flags, '--nonsense']);
      expect(status).toBe(2);
      expect(out).toBe('');
      expect(JSON.parse(err)).toMatchObject({
        apiVersion: 'kp-explain/v1',
        kind: 'Error',
        error: {
          code: 'unknownOption',
          message: expect.stringContaining("unknown option '--nonsense'"),
          exitStatus: 2,
        },
      });
    },
  );

  it('is to say nothing at all: help and an example, on standard error', async () => {
    const { status, out, err } = await run([]);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/^Usage: kp-explain /);
    expect(err).toMatch(/\nerror: say what to do, for instance: kp-explain trace shop\/web --demo\n$/);
  });

  it('escapes what it quotes', async () => {
    expect((await run(['\x1b[2Jtrace'])).err).toContain("'\\x1b[2Jtrace'");
  });
});
