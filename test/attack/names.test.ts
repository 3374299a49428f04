import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { tar } from '../capture/tar-builder.ts';
import { run } from '../cli/run-main.ts';
import { readNode } from './node.ts';

const EVIL = 'web\n::error::owned\n##[error]x\u200d\u00ad\u{e0041}\u202e<b>"\'&]]>\x1b[2J$(id)';
const folder = mkdtempSync(join(tmpdir(), 'kp-names-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** No line begins with what a name said, no CI takes it for a command, and nothing is unseen. */
function expectQuiet(text: string, what: string): void {
  expect(text, what).not.toMatch(/^\s*(?:::|owned)|##\[|##vso/m);
  expect(text, what).not.toMatch(/(?!\n)[\p{Cc}\p{Default_Ignorable_Code_Point}\u202e]/u);
}

/** The small node with a Service of that name, in the rules' comments and in the API. */
function hostileNode(): Buffer {
  const files = [...readNode('iptables')].map(([name, text]) => {
    const put = name.endsWith('.json') ? JSON.stringify(EVIL).slice(1, -1) : EVIL.replace(/["\n]/g, '\v');
    const body = text
      .replaceAll('web-a1', put)
      .replaceAll('web-sticky', put)
      .replaceAll('"node-1"', `"${put}"`);
    return { name: `capture/${name}`, body };
  });
  return tar(files);
}

it.each(
  [
    ...['text', 'json', 'yaml'].flatMap((format) => [
      ['trace', 'shop/web', '-o', format, '--detail', 'full', '-f', '-'],
      ['why', 'shop/web', '-o', format, '-f', '-'],
      ['services', '-o', format, '-f', '-'],
      ['conntrack', '-o', format, '-f', '-'],
      ['chain', 'KUBE-SERVICES', '-o', format, '-f', '-'],
      ['check', '-f', '-', '-o', format],
    ]),
    ...['junit', 'sarif'].map((format) => ['check', '-f', '-', '-o', format]),
  ].map((argv) => ({ argv })),
)('does a name say nothing by itself in $argv?', async ({ argv }) => {
  const { out, err, status } = await run(argv, { stdin: hostileNode() });
  expect([0, 1], err).toContain(status);
  expectQuiet(out, 'standard output');
  expectQuiet(err, 'standard error');
});

it('are workflow commands of GitHub only those of the program?', async () => {
  const { out } = await run(['check', '-f', '-', '-o', 'github'], { stdin: hostileNode() });
  for (const line of out.trimEnd().split('\n')) {
    expect(line).toMatch(/^(?:::(?:error|warning|notice) (?:file=|title=)|kp-explain check: )/);
    expect(line).not.toMatch(/##\[/);
  }
});

it('does a name of a file, a folder or a member say nothing by itself?', async () => {
  const named = join(folder, 'a\n::error::owned\n##[error]x\u00ad');
  mkdirSync(named);
  writeFileSync(join(named, 'b\nowned'), 'nothing known');
  const member = { name: 'x\nowned ##[error]', body: 'nothing known' };
  for (const [argv, stdin] of [
    [['services', '-f', named], Buffer.alloc(0)],
    [['services', '-f', join(named, 'b\nowned')], Buffer.alloc(0)],
    [['services', '-f', join(named, 'none\nowned')], Buffer.alloc(0)],
    [['services', '-f', '-'], tar([member])],
    [['services', '-f', named, '-o', 'json'], Buffer.alloc(0)],
    [['trace', 'x\n::error::owned', '--demo'], Buffer.alloc(0)],
    [['trace', 'shop/web', '--from', 'pod:a/b\nowned', '--demo'], Buffer.alloc(0)],
  ] as const) {
    const { out, err, status } = await run(argv, { stdin });
    expect(status).toBe(2);
    expectQuiet(out + err, argv.join(' '));
  }
});
