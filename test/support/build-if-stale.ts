import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const BUILT = join(ROOT, 'dist/cli/main.cjs.cache');

/**
 * Vitest's global set-up: some tests run the program as it is installed, so dist/ must be there and new. Builds only
 * where a source is newer.
 */
export default function buildIfStale(): void {
  if (!isStale()) return;
  spawnSync(process.execPath, ['build.mjs'], { cwd: ROOT, stdio: 'inherit' });
  if (!existsSync(BUILT)) throw new Error('dist/ could not be built; run `npm run build`');
}

function isStale(): boolean {
  if (!existsSync(BUILT)) return true;
  const built = statSync(BUILT).mtimeMs;
  const folders = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return folders.some((name) => statSync(join(ROOT, 'src', name)).mtimeMs > built);
}
