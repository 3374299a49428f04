import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const COMMAND = ['trace', 'shop/web', '--demo', '-o', 'json'];

describe('what V8 made of the script when it was built', () => {
  let copy = '';
  let answer = '';
  const script = () => join(copy, 'dist/cli/main.cjs');
  const cache = () => join(copy, 'dist/cli/main.cjs.cache');
  const built = (name: string) => readFileSync(join(ROOT, 'dist/cli', name));

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'kp-explain-cache-'));
    for (const part of ['bin', 'dist', 'fixtures/demo', 'package.json'])
      cpSync(join(ROOT, part), join(copy, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    answer = run();
  });

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('is used where it is whole', () => {
    restore();
    expect(isUsed()).toBe(true);
    expect(JSON.parse(answer)).toMatchObject({ kind: 'TraceList' });
  });

  it.each([0, 32, 100, 20_000, -20_000])(
    'is thrown away in silence where a bit at %i is another, and the answer stays',
    (place) => {
      restore();
      const bytes = built('main.cjs.cache');
      const at = place < 0 ? bytes.length + place : place;
      bytes[at] = (bytes[at] ?? 0) ^ 4;
      writeFileSync(cache(), bytes);
      expect(isUsed()).toBe(false);
      expect(run()).toBe(answer);
    },
  );

  it.each([0, 32, 1_000])('is thrown away in silence where only %i bytes of it are left', (length) => {
    restore();
    writeFileSync(cache(), built('main.cjs.cache').subarray(0, length));
    expect(run()).toBe(answer);
  });

  it('gives way to a script that was edited without changing its length', () => {
    restore();
    const text = built('main.cjs').toString('latin1');
    const edited = text.replaceAll('DNAT', 'TAND');
    expect(edited.length).toBe(text.length);
    writeFileSync(script(), edited, 'latin1');
    const changed = run();
    rmSync(cache());
    expect(run()).toBe(changed);
    expect(changed).not.toBe(answer);
  });

  function restore(): void {
    writeFileSync(script(), built('main.cjs'));
    writeFileSync(cache(), built('main.cjs.cache'));
  }

  function run(): string {
    return execFileSync(process.execPath, [join(copy, 'bin/kp-explain.cjs'), ...COMMAND], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }

  /** V8 says of a script whether it took the cache: undefined where it got none. */
  function isUsed(): boolean {
    const asked = `process.stdout.write(String(require(${JSON.stringify(join(copy, 'bin/load.cjs'))}).load().script.cachedDataRejected))`;
    return execFileSync(process.execPath, ['-e', asked], { encoding: 'utf8' }) === 'false';
  }
});
