import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from './run-main.ts';

/** Asks bash what it would complete. */
async function completed(words: readonly string[]): Promise<string[]> {
  const { out } = await run(['completion', 'bash']);
  const folder = mkdtempSync(join(tmpdir(), 'kp-explain-completion-'));
  try {
    const script = join(folder, 'script');
    writeFileSync(
      script,
      `${out}\nCOMP_WORDS=("$@")\nCOMP_CWORD=$(($# - 1))\n_kp_explain\nprintf '%s\\n' "\${COMPREPLY[@]}"\n`,
    );
    const { stdout, stderr } = spawnSync('bash', [script, 'kp-explain', ...words], {
      encoding: 'utf8',
      cwd: folder,
    });
    expect(stderr).toBe('');
    return stdout.split('\n').filter((line) => line !== '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('completion in bash', () => {
  it('knows every command', async () => {
    const help = (await run(['--help'])).out;
    const commands = [...help.matchAll(/^ {2}([a-z]+)(?: \[options\]| <)/gm)].map((match) => match[1]);
    expect(commands.length).toBeGreaterThan(4);
    expect(await completed([''])).toEqual(expect.arrayContaining(commands));
    expect(await completed(['tr'])).toEqual(['trace']);
  });

  it('knows a command’s options and their values', async () => {
    expect(await completed(['trace', 'shop/web', '--no-'])).toEqual(['--no-conntrack', '--no-api']);
    expect(await completed(['trace', 'shop/web', '--via', ''])).toEqual(['auto', 'exec', 'debug']);
    expect(await completed(['services', '-o', 'j'])).toEqual(['json']);
    expect(await completed(['check', '-o', 'j'])).toEqual(['json', 'junit']);
    expect(await completed(['trace', '-o', 'm'])).toEqual(['markdown', 'mermaid']);
    expect(await completed(['completion', 'f'])).toEqual(['fish']);
    expect(await completed(['trace', '--node', 'x'])).toEqual([]);
  });

  it('offers files where a path is meant', async () => {
    expect(await completed(['services', '-f', 'scr'])).toEqual(['script']);
  });
});

describe('completion in other shells', () => {
  it.each(['zsh', 'fish'] as const)('names every command and option in %s', async (shell) => {
    const { status, out } = await run(['completion', shell]);
    expect(status).toBe(0);
    for (const word of ['trace', 'services', 'chain', 'capture', 'completion']) expect(out).toContain(word);
    expect(out).toContain(shell === 'fish' ? '-l show-commands' : '--show-commands[');
    // Neither an apostrophe nor a bracket inside a description may end the quoting.
    for (const line of out.split('\n')) expect((line.match(/'/g) ?? []).length % 2, line).toBe(0);
  });

  it('of an unknown shell is refused with those that are known', async () => {
    const { status, err } = await run(['completion', 'tcsh']);
    expect(status).toBe(2);
    expect(err).toContain('bash, zsh, fish');
  });
});
