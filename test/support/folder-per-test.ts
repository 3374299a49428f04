import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach } from 'vitest';

/** @returns `path`: a folder, not made yet, of the test that runs; they are taken away behind the last test of the file. */
export function folderPerTest(): { readonly path: string } {
  const root = mkdtempSync(join(tmpdir(), 'kp-explain-test-'));
  const folder = { path: root };
  let count = 0;
  beforeEach(() => {
    folder.path = join(root, String(count++));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  return folder;
}
