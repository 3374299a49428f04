import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FINDING_KINDS } from '../../src/findings/registry.ts';

const PAGES = join(import.meta.dirname, '../../docs/findings');
const INDEX = readFileSync(join(PAGES, 'README.md'), 'utf8');

describe('every finding is documented', () => {
  it.each(FINDING_KINDS)('$code: $title', ({ code, title }) => {
    const page = readFileSync(join(PAGES, `${code}.md`), 'utf8');
    const heading = /^# (KP\d+): (.+)$/m.exec(page);
    expect(heading?.[1]).toBe(code);
    expect(heading?.[2]?.toLowerCase()).toBe(title.toLowerCase());
    expect(page).toMatch(/^\*\*Severity\*\* (?:error|warning|note \(`info`\))$/m);
    expect(page).toMatch(/\*\*How it is found\.\*\*/);
    expect(page).toMatch(/\*\*What to do\.\*\*/);
    expect(INDEX).toContain(`[${code}](${code}.md)`);
  });

  it('and no page speaks of a finding that is not there', () => {
    const codes = new Set(FINDING_KINDS.map(({ code }) => `${code}.md`));
    expect(readdirSync(PAGES).filter((name) => name !== 'README.md' && !codes.has(name))).toEqual([]);
  });

  it('codes are told apart', () => {
    const codes = FINDING_KINDS.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});
