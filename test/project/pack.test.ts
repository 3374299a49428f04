import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

describe('what `npm pack` packs', () => {
  // Without scripts: dist/ is there, and building it anew would take it from under other tests.
  const listing = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [packed] = JSON.parse(listing) as { files: { path: string }[]; size: number }[];
  const files = (packed?.files ?? []).map(({ path }) => path);
  const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };

  it('is the program under its names, with the demo capture', () => {
    expect(Object.keys(bin)).toEqual(['kp-explain', 'kubectl-kp_explain', 'kubectl_complete-kp_explain']);
    for (const path of Object.values(bin)) expect(files).toContain(path);
    expect(files).toContain('dist/cli/main.cjs');
    expect(files).toContain('dist/THIRD-PARTY-LICENSES.txt');
    expect(files).toContain('fixtures/demo/iptables-save.txt');
    expect(files).toContain('fixtures/demo/services.json');
    for (const path of ['README.md', 'CHANGELOG.md', 'LICENSE', 'package.json'])
      expect(files).toContain(path);
  });

  it('holds every page that README.md links to, and the man page', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const linked = [...readme.matchAll(/\]\(([\w./-]+)(?:#[\w-]*)?\)/g)].map(([, path]) => path);
    expect(linked.length).toBeGreaterThan(5);
    const missing = linked.filter(
      (path = '') => !files.some((file) => file === path || file.startsWith(`${path}/`)),
    );
    expect(missing.filter((path) => !path?.startsWith('fixtures/'))).toEqual([]);
    expect(files).toContain('docs/kp-explain.1');
  });

  it('is all that it needs to run: no other package lies beside it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kp-explain-packed-'));
    try {
      for (const file of files.filter((path) => /^(?:bin|dist|fixtures)\/|^package\.json$/.test(path)))
        cpSync(join(ROOT, file), join(folder, file));
      const demo = join(folder, 'fixtures/demo');
      for (const args of [
        ['check', demo, join(folder, 'fixtures/ipvs'), '--concurrency', '2', '--only', 'KP104', '-o', 'json'],
        ['services', '-f', demo, '-o', 'yaml'],
      ]) {
        const { status, stdout, stderr } = spawnSync(
          process.execPath,
          [join(folder, 'bin/kp-explain.cjs'), ...args],
          { encoding: 'utf8', maxBuffer: 1e8 },
        );
        expect(status, stderr).toBe(0);
        expect(stdout).toContain('shop');
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is nothing else', () => {
    const other = files.filter(
      (path) =>
        !/^(?:bin|dist|fixtures\/(?:demo(?:-nftables)?|ipvs)|docs\/findings|schema)\/|^(?:README\.md|CHANGELOG\.md|CONTRIBUTING\.md|LICENSE|package\.json|docs\/[\w-]+\.(?:md|1))$/.test(
          path,
        ),
    );
    expect(other).toEqual([]);
    expect(packed?.size).toBeLessThan(2_200_000);
  });
});
