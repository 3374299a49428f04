import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStatement } from '../../src/nftables/json/read-statement.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { printRuleset } from '../../src/nftables/print/print-ruleset.ts';
import { printStatements } from '../../src/nftables/print/print-statement.ts';
import { inFamily } from '../../src/nftables/reject-of-family.ts';
import type { NftRuleset } from '../../src/nftables/ruleset.ts';
import type { Statement } from '../../src/nftables/statement.ts';
import { ProblemList } from '../../src/problems/problem.ts';

const SHARED = join(import.meta.dirname, '../../../shared');
const NFT = join(SHARED, 'nft');
const present = existsSync(NFT);

interface Spelling {
  readonly text: string;
  readonly json: readonly object[];
  readonly text_1_1_3?: string;
  readonly json_1_1_3?: readonly object[];
}

interface Spellings {
  readonly rules: readonly Spelling[];
  readonly objects: readonly { readonly json: object }[];
  readonly listing_1_0_6: string;
}

function readJson<T>(...path: readonly string[]): T {
  return JSON.parse(readFileSync(join(SHARED, ...path), 'utf8')) as T;
}

const spellings: Spellings = present
  ? readJson('nft', 'spelling.json')
  : { rules: [], objects: [], listing_1_0_6: '' };

/** The statements of a rule of family inet that is written as text. */
function fromText(text: string): readonly Statement[] | undefined {
  const ruleset = parse(`table inet t {\n\tchain c {\n\t\t${text}\n\t}\n}\n`);
  return ruleset.tables.get('inet t')?.chains.get('c')?.rules.at(0).statements;
}

function fromJson(json: readonly object[]): Statement[] {
  return json.map((each) => inFamily(readStatement(each), 'inet'));
}

function parse(text: string): NftRuleset {
  const problems = new ProblemList();
  const ruleset = parseNftables(Buffer.from(text), 'nft', problems);
  expect(problems.list()).toEqual([]);
  if (ruleset === null) throw new Error('no rule set');
  return ruleset;
}

/** Everything of a rule set that both spellings hold, as plain data: nft 1.0.6 loses devices and comments of tables in JSON. */
function plain({ tables }: NftRuleset, handles: boolean): unknown {
  return [...tables].map(([key, { dormant, chains, sets }]) => ({
    key,
    dormant,
    chains: [...chains.values()]
      .map(({ name, base, comment, rules }) => ({
        name,
        base: base === null ? null : { ...base, devices: [] },
        comment,
        rules: Array.from({ length: rules.length }, (_, index) => {
          const { number, handle, comment: said, statements } = rules.at(index);
          return { number, handle: handles ? handle : null, said, statements };
        }),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    sets: [...sets.values()]
      .map(({ kind, name, comment, keyType, typeOf, timeout, size, elements }) => ({
        kind,
        name,
        comment,
        keyType: typeOf === null ? keyType : null,
        timeout,
        size,
        // Time goes on between two listings.
        elements: elements.map((element) => ({ ...element, expires: element.expires === null ? null : 0 })),
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }));
}

describe.skipIf(!present)('a rule as text and as JSON', () => {
  it.each(spellings.rules.map((rule) => [rule.text, rule] as const))('%s: is one rule', (_, rule) => {
    const statements = fromJson(rule.json);
    expect(statements.filter(({ kind }) => kind === 'unknown')).toEqual([]);
    expect(fromText(rule.text)).toEqual(statements);
    if (rule.text_1_1_3 !== undefined)
      expect(fromText(rule.text_1_1_3)).toEqual(fromJson(rule.json_1_1_3 ?? rule.json));
    expect(fromText(printStatements(statements, null))).toEqual(statements);
  });
});

interface CaseFile {
  readonly ruleset: string;
  readonly rulesetWithHandles: string;
  readonly rulesetJson: object;
  readonly rulesetText_1_1_3: string;
  readonly rulesetJson_1_1_3: object;
  readonly iptablesSave: string | null;
}

const cases = present ? readdirSync(join(NFT, 'cases')).filter((name) => name.endsWith('.json')) : [];

/** JSON says `xt` where text translates, and nft 1.0.6 loses `typeof`. */
const DIFFER = new Set(['018.json']);

describe.skipIf(!present)('a rule set as text and as JSON', () => {
  it.each(cases)('case %s: is one rule set, by both versions', (name) => {
    const item = readJson<CaseFile>('nft', 'cases', name);
    if (item.iptablesSave !== null) return;
    const json = plain(parse(JSON.stringify(item.rulesetJson)), true);
    if (!DIFFER.has(name)) expect(plain(parse(item.rulesetWithHandles), true)).toEqual(json);
    expect(plain(parse(item.rulesetText_1_1_3), false)).toEqual(
      plain(parse(JSON.stringify(item.rulesetJson_1_1_3)), false),
    );
  });

  it.each([
    ['1.32', '1.0.6'],
    ['1.32', '1.1.3'],
    ['1.36', '1.0.6'],
    ['1.36', '1.1.3'],
  ])('kube-proxy %s listed by nft %s', (proxy, nft) => {
    const file = (end: string): string =>
      readFileSync(join(NFT, `text-samples/kube-proxy-${proxy}-nftables-nft.nft-${nft}${end}`), 'utf8');
    expect(plain(parse(file('.txt')), false)).toEqual(plain(parse(file('.json')), false));
  });

  it('holds all objects of a listing', () => {
    const listed = parse(spellings.listing_1_0_6);
    const told = parse(JSON.stringify({ nftables: spellings.objects.map(({ json }) => json) }));
    for (const [key, table] of told.tables) {
      const objects = [...(listed.tables.get(key)?.objects ?? [])].map(([, object]) => object);
      expect(objects).toEqual([...table.objects.values()]);
    }
  });
});

const canLoad = spawnSync('unshare', ['-n', 'nft', '-c', '-f', '-'], { input: '' }).status === 0;

describe.skipIf(!present || !canLoad)('what is printed', () => {
  it.each(['1.32', '1.36'])('of kube-proxy %s is taken by nft, and reads as the same', (proxy) => {
    const path = `text-samples/kube-proxy-${proxy}-nftables-nft.nft-1.0.6.json`;
    const ruleset = parse(readFileSync(join(NFT, path), 'utf8'));
    const printed = printRuleset(ruleset);
    const loaded = spawnSync('unshare', ['-n', 'nft', '-c', '-f', '-'], { input: printed, encoding: 'utf8' });
    expect(loaded.stderr).toBe('');
    expect(plain(parse(printed), false)).toEqual(plain(ruleset, false));
  });
});
