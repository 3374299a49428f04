import { describe, expect, it } from 'vitest';
import { redactFiles } from '../../src/cli/redact-files.ts';
import { fieldsOf, listOf } from '../../src/json/fields.ts';
import { parseJson } from '../../src/nftables/json/parse-json.ts';
import { printStatements } from '../../src/nftables/print/print-statement.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { toldAll } from '../../src/problems/told-problem.ts';

const raw = (base: string, offset: number, len: number) => ({ payload: { base, offset, len } });
const DESTINATION = raw('nh', 128, 32);
const ADDRESS = 3232235777;
const PORT = { match: { op: '==', left: raw('th', 16, 16), right: 22 } };

async function redacted(...objects: object[]) {
  const problems = new ProblemList();
  const table = { table: { family: 'ip', name: 'acme' } };
  const bytes = Buffer.from(JSON.stringify({ nftables: [table, ...objects] }));
  const files = await redactFiles([{ path: 'nft.json', bytes, origin: 'nft.json' }], problems);
  const text = files[0]?.bytes.toString() ?? '';
  return {
    text,
    list: listOf(fieldsOf(JSON.parse(text)).nftables).map(fieldsOf),
    problems: toldAll(problems.list()),
  };
}

const rule = (...expr: object[]) => ({ rule: { family: 'ip', table: 'acme', chain: 'c', expr } });
const set = (more: object) => ({ set: { family: 'ip', table: 'acme', name: 's', type: 'integer', ...more } });

/** The statements as the reader of a trace has them. */
function statementsOf(text: string) {
  const [table] = parseJson(Buffer.from(text), 'nft.json', new ProblemList())?.tables.values() ?? [];
  return [...(table?.chains.values() ?? [])].flatMap(({ rules }) =>
    Array.from({ length: rules.length }, (_, index) => rules.at(index).statements).flat(),
  );
}
const chain = { chain: { family: 'ip', table: 'acme', name: 'c' } };

const verdicts = { set: [[ADDRESS, { drop: null }]] };
const OPAQUE: readonly (readonly [string, object])[] = [
  ['a match', { match: { op: '==', left: DESTINATION, right: ADDRESS } }],
  ['a masked match', { match: { op: '==', left: { '&': [DESTINATION, 4294967040] }, right: ADDRESS } }],
  [
    'a match with a set',
    { match: { op: '==', left: DESTINATION, right: { set: [ADDRESS, { range: [ADDRESS, 3232235999] }] } } },
  ],
  [
    'a match turned round',
    { match: { op: '!=', left: { meta: { key: 'mark' } }, right: { '&': [DESTINATION, ADDRESS] } } },
  ],
  ['a vmap', { vmap: { key: DESTINATION, data: verdicts } }],
  [
    'a vmap of two',
    {
      vmap: {
        key: { concat: [raw('th', 16, 16), DESTINATION] },
        data: { set: [[{ concat: [22, ADDRESS] }, { drop: null }]] },
      },
    },
  ],
  ['a map', { dnat: { addr: { map: { key: DESTINATION, data: { set: [[ADDRESS, '10.0.0.1']] } } } } }],
  [
    'a map to a mark',
    {
      mangle: {
        key: { meta: { key: 'mark' } },
        value: { map: { key: DESTINATION, data: { set: [[ADDRESS, 1]] } } },
      },
    },
  ],
  ['a write', { mangle: { key: DESTINATION, value: ADDRESS } }],
  ['the frame', { match: { op: '==', left: raw('ll', 48, 32), right: ADDRESS } }],
  ['what is in the packet', { match: { op: '==', left: raw('ih', 0, 32), right: ADDRESS } }],
  ['what stands behind the ports', { match: { op: '==', left: raw('th', 160, 32), right: ADDRESS } }],
];

describe('raw payloads of nft', () => {
  it.each(OPAQUE)('%s loses its number, can be no longer read, and it is said', async (_name, statement) => {
    const { text, problems } = await redacted(chain, rule(statement, { drop: null }));
    expect(text).not.toMatch(/3232235\d\d\d/);
    const [read] = statementsOf(text);
    if ('match' in statement)
      expect(read).toMatchObject({ kind: 'match', left: { kind: 'unknown' }, right: { kind: 'unknown' } });
    else expect(read?.kind).toBe('unknown');
    expect(problems).toMatchObject([{ code: 'not-redactable', file: 'nft.json' }]);
    expect(problems[0]?.message).toMatch(/^1 statements and 0 sets /);
  });

  it('keep ports by their place', async () => {
    const vmap = { vmap: { key: raw('th', 16, 16), data: { set: [[22, { drop: null }]] } } };
    const { list, problems } = await redacted(chain, rule(PORT, vmap));
    expect(fieldsOf(list[2]?.rule).expr).toEqual([PORT, vmap]);
    expect(problems).toEqual([]);
  });

  it('that ask something else are another question, the same ones the same', async () => {
    const asks = (right: number) => ({ match: { op: '==', left: DESTINATION, right } });
    const { text } = await redacted(chain, rule(asks(ADDRESS)), rule(asks(ADDRESS + 1)), rule(asks(ADDRESS)));
    const [one, two, three] = statementsOf(text).map((each) => printStatements([each], null));
    expect(one).not.toBe(two);
    expect(three).toBe(one);
  });

  it.each([
    ['says so', set({ type: { typeof: DESTINATION }, elem: [ADDRESS] }), []],
    [
      'is asked for them',
      set({ type: 'mark', elem: [ADDRESS] }),
      [rule({ match: { op: '==', left: DESTINATION, right: '@s' } })],
    ],
    ['is asked for nothing', set({ elem: [{ elem: { val: ADDRESS, timeout: 5 } }] }), []],
    ['is a part', set({ type: ['inet_service', 'integer'], elem: [{ concat: [22, ADDRESS] }] }), []],
  ])('in a set that %s are not known, and neither is what the set has not', async (_name, of, rules) => {
    const { text, problems } = await redacted(chain, of, ...rules);
    expect(text).not.toContain(String(ADDRESS));
    const [table] = parseJson(Buffer.from(text), 'nft.json', new ProblemList())?.tables.values() ?? [];
    expect([...(table?.sets.values() ?? [])].map(({ elements }) => elements)).toMatchObject([
      [{ key: { kind: 'unknown' } }],
    ]);
    expect(problems[0]?.message).toContain(' and 1 sets ');
  });

  it('do not touch sets of lengths', async () => {
    const length = { match: { op: '==', left: { meta: { key: 'length' } }, right: '@s' } };
    const { list, problems } = await redacted(chain, set({ elem: [1500] }), rule(length));
    expect(fieldsOf(list[2]?.set).elem).toEqual([1500]);
    expect(problems).toEqual([]);
  });

  it('that a set is to learn are no numbers', async () => {
    const learn = { set: { op: 'add', elem: DESTINATION, set: '@s' } };
    expect(statementsOf((await redacted(chain, rule(learn))).text)).toMatchObject([{ kind: 'set-update' }]);
  });
});

describe('a table of nft', () => {
  it.each(['f', 'acme-vault', 'filter', 'services'])(
    '%s is called the same by itself and by what is in it',
    async (name) => {
      const { list } = await redacted(
        { table: { family: 'ip6', name } },
        { chain: { family: 'ip6', table: name, name: 'c' } },
        { rule: { family: 'ip6', table: name, chain: 'c', expr: [] } },
      );
      const [, table, inChain, inRule] = list;
      const renamed = fieldsOf(table?.table).name;
      expect([fieldsOf(inChain?.chain).table, fieldsOf(inRule?.rule).table]).toEqual([renamed, renamed]);
      expect(fieldsOf(inRule?.rule).chain).toBe(fieldsOf(inChain?.chain).name);
    },
  );
});

describe('a set of nft', () => {
  it.each(['acme', 'cluster-ips', 'f'])('%s is asked for by the name that it has', async (name) => {
    const left = { payload: { protocol: 'ip', field: 'daddr' } };
    const reference = `@${name}`;
    const { list } = await redacted(
      set({ name, type: 'ipv4_addr', elem: [] }),
      rule(
        { match: { op: '==', left, right: reference } },
        { vmap: { key: left, data: reference } },
        { set: { op: 'add', elem: left, set: reference } },
      ),
    );
    const renamed = `@${String(fieldsOf(list[1]?.set).name)}`;
    expect(fieldsOf(list[2]?.rule).expr).toEqual([
      { match: { op: '==', left, right: renamed } },
      { vmap: { key: left, data: renamed } },
      { set: { op: 'add', elem: left, set: renamed } },
    ]);
  });
});
