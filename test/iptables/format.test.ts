import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatRule, formatSave } from '../../src/iptables/format.ts';
import { allRules, read, readOne } from './read.ts';

const FIXTURES = new URL('../../fixtures/iptables/', import.meta.url).pathname;
const SHARED = join(import.meta.dirname, '../../../shared');

function dumpsUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?:save.*|-S.*)\.txt$/.test(name) && !/ipset|ipvsadm/.test(name))
    .map((name) => join(folder, name));
}

describe('printing is the opposite of parsing', () => {
  for (const name of readdirSync(FIXTURES).filter((file) => file.endsWith('.txt'))) {
    it(`gives ${name} back byte for byte, with every rule understood`, () => {
      const bytes = readFileSync(join(FIXTURES, name));
      const { rulesets } = read(bytes);
      expect(formatSave(...rulesets)).toBe(bytes.toString());
      const kinds = rulesets.flatMap(allRules).flatMap((rule) => rule.matches.map((match) => match.kind));
      expect(kinds).not.toContain('unrecognised');
    });
  }

  it.skipIf(!existsSync(SHARED))(
    'gives back every real dump at hand',
    () => {
      const files = ['captures', 'broken', 'changes', 'healthy'].flatMap((folder) =>
        dumpsUnder(join(SHARED, folder)),
      );
      const differing = files.filter((file) => {
        const bytes = readFileSync(file);
        return formatSave(...read(bytes).rulesets) !== bytes.toString();
      });
      expect(differing).toEqual([]);
    },
    60_000,
  );

  it('keeps CRLF line ends, comments and blank lines between captures', () => {
    const text =
      '# one\r\n*raw\r\n:X - [0:0]\r\nCOMMIT\r\n\r\n# two\r\n*nat\r\n:Y - [0:0]\r\n-A Y -j RETURN\r\nCOMMIT\r\n# end\r\n';
    expect(formatSave(...read(text).rulesets)).toBe(text);
  });

  it('prints counters where the form has them', () => {
    const { rulesets } = read('*nat\n:A - [0:0]\n[3:4] -A A -p tcp -j RETURN\nCOMMIT\n');
    const [rule] = allRules(rulesets[0]);
    if (rule === undefined) throw new Error('no rule');
    expect(formatRule(rule)).toBe('-A A -p tcp -j RETURN');
    expect(formatRule(rule, 'save')).toBe('[3:4] -A A -p tcp -j RETURN');
    expect(formatRule(rule, 'listing')).toBe('-A A -p tcp -c 3 4 -j RETURN');
  });

  it.each([
    '-m nfacct --nfacct-name  two_blanks -j DROP',
    '-m comment --comment "it\\\'s a \\"quoted\\" \\\\ back"',
    '-m comment --comment "" -m comment --comment plain',
    '-m string --string "it\'s" --algo bm -j DROP',
    '-d ! 10.0.0.1 -j DROP',
    '-j DNAT [unsupported revision]',
    '-m nosuch --what ever -j DROP ',
  ])('spells %s as it was', (options) => {
    expect(formatRule(readOne(options))).toBe(`-A X ${options}`);
  });
});
