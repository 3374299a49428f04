import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const BUILT = join(ROOT, 'dist/cli/main.js');

/**
 * Vitest's global set-up: some tests run the program as it is installed, so dist/ must be there and new. Compiles only
 * where a source is newer. Type errors are the business of `npm run types`: the compiler writes its output all the same.
 */
export default function buildIfStale(): void {
  if (!isStale()) return;
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  spawnSync(process.execPath, [compiler, '-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' });
  if (!existsSync(BUILT)) throw new Error('dist/ could not be built; run `npm run build`');
}

function isStale(): boolean {
  if (!existsSync(BUILT)) return true;
  const built = statSync(BUILT).mtimeMs;
  const folders = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return folders.some((name) => statSync(join(ROOT, 'src', name)).mtimeMs > built);
}
