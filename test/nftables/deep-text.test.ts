import { expect, it } from 'vitest';
import { ask } from '../pastes/paste.ts';

const ruleset = (rule: string): string =>
  `table ip x {\n chain c {\n  type filter hook forward priority 0; policy accept;\n  ${rule}\n }\n}\n*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n`;

it.each([
  `ip saddr ${'('.repeat(50_000)}`,
  `ip saddr set ${'('.repeat(50_000)}`,
  `dnat to ${'jhash '.repeat(50_000)}`,
])('Does a rule of 50,000 parts in parts crash the program? %#', async (rule) => {
  const { status, err } = await ask(ruleset(rule), 'trace', '192.0.2.1:80');
  expect(err).not.toContain('Maximum call stack');
  expect(status).not.toBe(70);
});
