import { describe, expect, it } from 'vitest';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { printRuleset } from '../../src/nftables/print/print-ruleset.ts';
import { type NftRuleset, rulesOf } from '../../src/nftables/ruleset.ts';
import { ProblemList } from '../../src/problems/problem.ts';

function read(text: string, problems = new ProblemList()): NftRuleset {
  const ruleset = parseNftables(Buffer.from(text), 'nft.json', problems);
  if (ruleset === null) throw new Error(`not read: ${JSON.stringify(problems.list())}`);
  return ruleset;
}

type Json = Readonly<Record<string, unknown>>;

const place = (table: string) => ({ family: 'ip', table });
const table = (name: string): Json => ({ table: { family: 'ip', name, handle: 1 } });
const chain = (of: string, name: string, more: Json = {}): Json => ({
  chain: { ...place(of), name, handle: 2, ...more },
});
const hooked = (prio: number): Json => ({ type: 'filter', hook: 'input', prio, policy: 'accept' });
const match = (value: string): Json => ({
  match: { op: '==', left: { payload: { protocol: 'ip', field: 'saddr' } }, right: value },
});
const rule = (of: string, name: string, expr: readonly Json[], more: Json = {}): Json => ({
  rule: { ...place(of), chain: name, handle: 3, ...more, expr },
});

/** As nft writes them: in one line, with a blank behind each colon and comma. */
function asNft(objects: readonly Json[]): string {
  const written = (value: unknown): string =>
    Array.isArray(value)
      ? `[${value.map(written).join(', ')}]`
      : typeof value === 'object' && value !== null
        ? `{${Object.entries(value)
            .map(([key, each]) => `${JSON.stringify(key)}: ${written(each)}`)
            .join(', ')}}`
        : JSON.stringify(value);
  return `{"nftables": ${written(objects)}}\n`;
}

const DROP: Json = { drop: null };
const OBJECTS: readonly Json[] = [
  { metainfo: { version: '1.0.6', release_name: 'Lester', json_schema_version: 1 } },
  table('one'),
  chain('one', 'b/in', hooked(0)),
  chain('one', 'plain'),
  chain('one', 'ends/10.0.0.1', { comment: 'a "}]" and \\ in it' }),
  table('two'),
  chain('two', 'plain'),
  rule('one', 'b/in', [match('10.0.0.1'), { jump: { target: 'plain' } }], { comment: '}}, {"rule": {"' }),
  rule('one', 'b/in', [{ log: { prefix: '[{ \\"' } }, { jump: { target: 'ends/10.0.0.1' } }]),
  rule('one', 'plain', [match('10.0.0.2'), DROP]),
  rule('one', 'ends/10.0.0.1', [DROP]),
  rule('two', 'plain', [{ accept: null }]),
];

/** All that the objects of a listing tell, handles and positions too. */
function told(text: string): unknown {
  const ruleset = read(text);
  return [...ruleset.tables].map(([name, { chains }]) => [
    name,
    [...chains.keys()],
    chains.hooked().map((each) => each.name),
    [...chains.values()].map((each) => ({
      ...each,
      rules: rulesOf(each).map(({ number, handle, text: said }) => [number, handle, said]),
      line: 0,
    })),
  ]);
}

describe('the index of a listing in JSON', () => {
  it('gives each rule to its chain, in order', () => {
    expect(printRuleset(read(asNft(OBJECTS)))).toBe(`table ip one {
\tchain b/in {
\t\ttype filter hook input priority 0; policy accept;
\t\tip saddr 10.0.0.1 jump plain comment "}}, {"rule": {""
\t\tlog prefix "[{ \\"" jump ends/10.0.0.1
\t}

\tchain plain {
\t\tip saddr 10.0.0.2 drop
\t}

\tchain ends/10.0.0.1 {
\t\tcomment "a "}]" and \\ in it"
\t\tdrop
\t}
}

table ip two {
\tchain plain {
\t\taccept
\t}
}
`);
  });

  it('reads the same from JSON that jq printed, or another program', () => {
    const own = told(asNft(OBJECTS));
    const escaped = asNft(OBJECTS).replaceAll('b/in', 'b\\/in').replaceAll('plain', 'pl\\u0061in');
    const turned = OBJECTS.map((object) =>
      Object.fromEntries(
        Object.entries(object).map(([kind, inner]) => [
          kind,
          Object.fromEntries(Object.entries(inner as Json).reverse()),
        ]),
      ),
    );
    for (const text of [
      JSON.stringify({ nftables: OBJECTS }),
      JSON.stringify({ nftables: OBJECTS }, null, 2),
      `\uFEFF${asNft(OBJECTS)}`,
      escaped,
      // Half of the names are spelled otherwise.
      asNft(OBJECTS)
        .replace('"chain": "b/in"', '"chain": "b\\/in"')
        .replace('"name": "plain"', '"name": "pl\\u0061in"'),
      asNft(turned),
      asNft(OBJECTS) + asNft([table('three')]),
    ])
      expect(told(text), text).toEqual(own);
  });

  it('keeps the order of the listing where rules come first, or the rules of a chain apart', () => {
    const sorted = told(asNft(OBJECTS));
    const rules = OBJECTS.filter((object) => 'rule' in object);
    const others = OBJECTS.filter((object) => !('rule' in object));
    expect(told(asNft([...rules, ...others]))).toEqual(sorted);
    const [first, second, ...more] = rules;
    expect(told(asNft([...others, first ?? {}, ...more, second ?? {}]))).toEqual(sorted);
  });

  it('has no chain that only rules name, and of two with one name the last', () => {
    const ruleset = read(
      asNft([
        table('one'),
        chain('one', 'late', hooked(5)),
        chain('one', 'twice', hooked(5)),
        chain('one', 'other', hooked(5)),
        chain('one', 'twice', hooked(7)),
        rule('one', 'nowhere', [DROP]),
        rule('one', 'twice', [DROP]),
      ]),
    );
    const chains = ruleset.tables.get('ip one')?.chains;
    expect(chains?.has('nowhere')).toBe(false);
    expect(chains?.get('nowhere')).toBeUndefined();
    expect(chains?.size).toBe(3);
    expect(chains?.hooked().map(({ name, base }) => [name, base?.priority])).toEqual([
      ['late', 5],
      ['twice', 7],
      ['other', 5],
    ]);
    expect(chains?.get('twice')?.rules.length).toBe(1);
  });

  it('names chains outside ASCII', () => {
    const ruleset = read(asNft([table('one'), chain('one', 'tür'), rule('one', 'tür', [DROP])]));
    expect(ruleset.tables.get('ip one')?.chains.get('tür')?.rules.length).toBe(1);
  });

  it('names the line of each rule, asked for in any order', () => {
    const text = JSON.stringify({ nftables: OBJECTS }, null, 1);
    const lines = text.split('\n');
    const chains = [...read(text).tables.values()].flatMap((each) => [...each.chains.values()]).reverse();
    const starts = chains.flatMap((each) => [each.line, ...rulesOf(each).map(({ line }) => line)]);
    expect(starts).toHaveLength(9);
    for (const line of starts) {
      expect(lines[line - 1]?.trim()).toBe('{');
      expect(lines[line]).toMatch(/"(chain|rule)": \{/);
    }
  });

  it('says where a listing breaks off, and takes no rule of which the end is missing', () => {
    const whole = JSON.stringify({ nftables: OBJECTS }, null, 1);
    const inRule = whole.slice(0, whole.lastIndexOf('"rule"') + 100);
    const problems = new ProblemList();
    const ruleset = read(inRule, problems);
    const chains = ruleset.tables.get('ip two')?.chains;
    expect(chains?.get('plain')).toMatchObject({ cut: true, rules: { length: 0 } });
    expect(chains?.cut).toBe(true);
    expect(problems.list()).toEqual([expect.objectContaining({ code: 'truncated', file: 'nft.json' })]);
    expect(ruleset.cutAt).toBeGreaterThan(100);
  });
});
