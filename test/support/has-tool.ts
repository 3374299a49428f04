import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** @returns true where a program can be run; tests that need it are skipped elsewhere, and `tool-reporter.ts` says so. */
export function hasTool(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** Debian's package; no other browser is downloaded or looked for. */
export const CHROMIUM = '/usr/bin/chromium';

/** @returns true where Chromium is there. */
export function hasChromium(): boolean {
  return existsSync(CHROMIUM);
}
