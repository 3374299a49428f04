import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const PAGES = ['CONTRIBUTING.md', 'docs/architecture.md'];

describe('Do the pages for contributors speak of what is there?', () => {
  it.each(PAGES)('%s: every path', (page) => {
    const named = [
      ...read(page).matchAll(/`((?:src|test|docs|fixtures)\/[\w./-]*|\.ci\/run|[\w.]+\.config\.ts)`/g),
    ];
    expect(named.length).toBeGreaterThan(2);
    const missing = named.map(([, path = '']) => path).filter((path) => !existsSync(join(ROOT, path)));
    // `kpNNN-name.ts` and `KPNNN.md` stand for those to come.
    expect(missing.filter((path) => !/NNN/i.test(path))).toEqual([]);
  });

  it.each([...PAGES, 'README.md'])('%s: every script and every link', (page) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const text = read(page);
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to = '']) => join(page, '..', to));
    expect(links.filter((to) => !existsSync(join(ROOT, to)))).toEqual([]);
  });

  it('docs/architecture.md: a paragraph for each room, and none for a room that is gone', () => {
    const rooms = [...read('docs/architecture.md').matchAll(/^\*\*`([a-z]+)\/`\*\*/gm)].map(
      ([, room]) => room,
    );
    expect(rooms.sort()).toEqual(readdirSync(join(ROOT, 'src')).sort());
  });
});
