import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FINDING_KINDS } from '../../src/findings/registry.ts';
import { withoutColours } from '../support/in-colour.ts';
import { run } from './run-main.ts';

const PAGES = join(import.meta.dirname, '../../docs/findings');

describe('explain', () => {
  it.each(FINDING_KINDS.map(({ code }) => code))(
    '%s prints its page, in a terminal of 80 columns',
    async (code) => {
      const { status, out, err } = await run(['explain', code], { columns: 80, env: { NO_COLOR: '1' } });
      expect([status, err]).toEqual([0, '']);
      expect(out.split('\n')[0]).toMatch(new RegExp(`^${code}: `));
      expect(out).toContain('What to do.');
      expect(out).not.toMatch(/\*\*|\]\(/);
      const coloured = await run(['explain', code], { columns: 80 });
      expect(withoutColours(coloured.out)).toBe(out);
    },
  );

  it('has a page for every code, and no page without one', () => {
    const pages = readdirSync(PAGES).flatMap((name) => /^(KP\d+)\.md$/.exec(name)?.[1] ?? []);
    expect(pages.sort()).toEqual(FINDING_KINDS.map(({ code }) => code).sort());
  });

  it.each(['kp206', '206', ' KP206 '])('takes %j', async (typed) => {
    expect((await run(['explain', typed])).out).toMatch(/^KP206: /);
  });

  it('lists all where no code is given', async () => {
    const { out } = await run(['explain']);
    expect(out.trim().split('\n')).toHaveLength(FINDING_KINDS.length);
  });

  it('suggests a code that there is', async () => {
    const { status, err } = await run(['explain', 'KP2O6']);
    expect(status).toBe(2);
    expect(err).toContain('Did you mean KP206?');
  });

  it.each(['../../package', 'KP206/../KP101', 'KP999'])('reads no file for %j', async (typed) => {
    expect((await run(['explain', typed])).status).toBe(2);
  });
});
