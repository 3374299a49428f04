import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSessions, rewriteSessions, runInSession } from './sessions.ts';

const ROOT = join(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

describe('README.md', () => {
  const steps = readSessions(README);

  it.each(steps)('shows what `$command` prints (line $line)', ({ command, output }) => {
    expect(runInSession(command, ROOT), 'README.md is not up to date: `npm run readme` rewrites it').toBe(
      output,
    );
  });

  it('has an example of every command, and none that fails unannounced', () => {
    const shown = [
      ...README.matchAll(
        /kp-explain (chain|check|conntrack|diff|services|trace|capture|completion|explain|why) /g,
      ),
    ].map(([, name]) => name);
    expect([...new Set(shown)].sort()).toEqual([
      'capture',
      'chain',
      'check',
      'completion',
      'conntrack',
      'diff',
      'explain',
      'services',
      'trace',
      'why',
    ]);
    for (const { command, output } of steps) {
      if (!command.includes('$?')) expect(output, command).not.toMatch(/^error:/m);
    }
  });

  it('names only scripts and files that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const named = [...README.matchAll(/npm run ([\w-]+)/g)].map((match) => match[1] ?? '');
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const paths = [...README.matchAll(/\b(?:fixtures|docs|test)\/[\w./-]*\w/g)].map((match) => match[0]);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('the console sessions of a Markdown file', () => {
  const markdown = 'text\n\n```console\n$ one\na\nb\n$ two\n```\n\n```sh\n$ three\n```\n';

  it('are the blocks marked console: each command with its line and output', () => {
    expect(readSessions(markdown)).toEqual([
      { command: 'one', output: 'a\nb\n', line: 4 },
      { command: 'two', output: '', line: 7 },
    ]);
  });

  it('are rewritten in place, the rest stays', () => {
    expect(rewriteSessions(markdown, (command) => `${command} $& done\n`)).toBe(
      'text\n\n```console\n$ one\none $& done\n$ two\ntwo $& done\n```\n\n```sh\n$ three\n```\n',
    );
  });
});
