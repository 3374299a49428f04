import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
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

  it('is the program under both names, with the demo capture', () => {
    expect(Object.keys(bin)).toEqual(['kp-explain', 'kubectl-kp_explain']);
    for (const path of Object.values(bin)) expect(files).toContain(path);
    expect(files).toContain('dist/cli/main.cjs');
    expect(files).toContain('dist/THIRD-PARTY-LICENSES.txt');
    expect(files).toContain('fixtures/demo/iptables-save.txt');
    expect(files).toContain('fixtures/demo/services.json');
    for (const path of ['README.md', 'CHANGELOG.md', 'LICENSE', 'package.json'])
      expect(files).toContain(path);
  });

  it('is nothing else', () => {
    const other = files.filter(
      (path) =>
        !/^(?:bin|dist|fixtures\/demo(?:-nftables)?|docs\/findings|schema)\/|^(?:README\.md|CHANGELOG\.md|LICENSE|package\.json)$/.test(
          path,
        ),
    );
    expect(other).toEqual([]);
    expect(packed?.size).toBeLessThan(1_500_000);
  });
});
