import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manPage } from './man-page.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/kp-explain.1');

describe('the man page', () => {
  it('says what --help says (npm run readme writes it anew)', () => {
    expect(readFileSync(PAGE, 'utf8')).toBe(manPage(ROOT));
  }, 60_000);

  it('has every command', () => {
    const page = readFileSync(PAGE, 'utf8');
    for (const name of [
      'why',
      'trace',
      'conntrack',
      'diff',
      'check',
      'services',
      'chain',
      'capture',
      'explain',
    ])
      expect(page).toContain(`\n.SS ${name}\n`);
  });

  it.skipIf(!existsSync('/usr/bin/groff'))('is one that groff sets without a warning', () => {
    const { stdout, stderr, status } = spawnSync('groff', ['-man', '-Tascii', '-ww', PAGE], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    // Bold is a letter, a backspace and the letter again.
    expect(stdout.replace(/.\x08/g, '')).toContain('COMMANDS');
  });
});
