import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withoutColours } from '../support/in-colour.ts';
import { type Run, run } from './run-main.ts';

const ROOT = join(import.meta.dirname, '../..');
const DEMO = join(ROOT, 'fixtures/demo');
const OLD = join(ROOT, 'fixtures/kube-proxy-1.20-legacy');
const BEFORE = join(ROOT, 'fixtures/changes/endpoint-removed/before');
const AFTER = join(ROOT, 'fixtures/changes/endpoint-removed/after');
const BROKEN = join(ROOT, '../shared/broken');

/** Every text of every command, on nodes that work and on such that do not. */
const COMMANDS: readonly (readonly string[])[] = [
  ['trace', 'shop/web', '-f', DEMO],
  ['trace', 'shop/web', '-f', DEMO, '--detail', 'full'],
  ['trace', 'shop/web-sticky', '-f', DEMO],
  ['trace', 'shop/np-sticky', '-f', DEMO, '--detail', 'path'],
  ['trace', '198.51.100.14:80', '--from', '192.0.2.7', '-f', DEMO],
  ['trace', 'shop/empty', '-f', OLD],
  ['trace', 'shop/web', '-f', join(DEMO, 'iptables-save.txt')],
  ['conntrack', '-f', DEMO],
  ['conntrack', '--svc', 'shop/web', '-f', DEMO],
  ['conntrack', '--problem', 'any', '-f', OLD],
  ['services', '-f', DEMO],
  ['services', '-f', OLD],
  ['chain', 'KUBE-SERVICES', '-f', DEMO],
  ['chain', 'KUBE-MARK-MASQ', '-f', OLD],
  ['diff', BEFORE, AFTER],
  ['diff', BEFORE, AFTER, '--detail', 'path'],
  ['check', DEMO],
  ['check', OLD],
  ['check', BEFORE, AFTER],
];

/** The same of nodes that were broken on purpose, where they are there. */
const MORE = (existsSync(BROKEN) ? readdirSync(BROKEN).sort() : [])
  .map((name) => join(BROKEN, name))
  .filter((folder) => existsSync(join(folder, 'iptables-save.txt')))
  .flatMap((folder) => [
    ['trace', 'shop/web', '-f', folder],
    ['services', '-f', folder],
  ]);

async function inColourAndWithout(
  args: readonly string[],
  columns: number,
): Promise<{ coloured: Run; plain: Run }> {
  return {
    coloured: await run(args, { columns, env: { FORCE_COLOR: '1' } }),
    plain: await run(args, { columns, env: { NO_COLOR: '1' } }),
  };
}

function expectOnlyColours({ coloured, plain }: { coloured: Run; plain: Run }): void {
  expect(withoutColours(coloured.out)).toBe(plain.out);
  expect(withoutColours(coloured.err)).toBe(plain.err);
  expect(coloured.status).toBe(plain.status);
}

describe.each([80, 160])('Do colours add nothing but colour, at %i columns?', (columns) => {
  it.each(COMMANDS.map((args) => [args.map((word) => word.replace(`${ROOT}/`, '')).join(' '), args]))(
    '%s',
    async (_, args) => {
      const both = await inColourAndWithout(args as readonly string[], columns);
      expect(both.plain.out, both.plain.err).not.toBe('');
      expect(both.coloured.out).toContain('\x1b[');
      expectOnlyColours(both);
    },
  );

  it.skipIf(MORE.length === 0)(
    'on every broken node of ../shared',
    async () => {
      for (const args of MORE) expectOnlyColours(await inColourAndWithout(args, columns));
    },
    300_000,
  );
});
