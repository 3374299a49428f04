import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const fileOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** What a process has loaded once the program could take a command line. */
function loadedAtStart(): { packages: string[]; parts: string[] } {
  const script = `
    require(${JSON.stringify(fileOf('bin/load.cjs'))}).load();
    const packages = Object.keys(require.cache).filter((path) => path.includes('node_modules'));
    process.stdout.write(JSON.stringify({ packages, parts: process.moduleLoadList }));`;
  return JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })) as ReturnType<
    typeof loadedAtStart
  >;
}

describe('the built program', () => {
  it('loads no package, and nothing of Node that only some commands use, before it knows the command', () => {
    const { packages, parts } = loadedAtStart();
    expect(packages).toEqual([]);
    // crypto checks the cache of the compiled script.
    for (const part of ['http', 'https', 'zlib', 'child_process'])
      expect(parts).not.toContain(`NativeModule ${part}`);
    expect(parts).toContain('NativeModule fs');
  });

  it('is ASCII, since bin/load.cjs reads it as such', () => {
    expect(readFileSync(fileOf('dist/cli/main.cjs')).every((byte) => byte < 128)).toBe(true);
  });
});
