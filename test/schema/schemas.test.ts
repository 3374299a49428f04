import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../cli/run-main.ts';
import { notAdditive } from './compare.ts';
import { DOCUMENTS, schemaFile } from './documents.ts';
import { makeSchemas } from './make-schemas.ts';
import { expectValid } from './validate.ts';

const ROOT = join(import.meta.dirname, '../..');
const LAST = join(ROOT, 'fixtures/schema');

describe('the schemas of -o json', () => {
  it('are what the types say (else: npm run schema)', () => {
    for (const [name, text] of makeSchemas()) {
      expect(readFileSync(join(ROOT, 'schema', name), 'utf8') === text, `schema/${name} is old`).toBe(true);
    }
  });

  it.each(DOCUMENTS.map(({ file }) => schemaFile(file)))('%s only adds to the last one', (name) => {
    const [before, after] = [join(LAST, name), join(ROOT, 'schema', name)].map((path) =>
      JSON.parse(readFileSync(path, 'utf8')),
    );
    expect(notAdditive(before, after)).toEqual([]);
  });

  it('were all there the last time, too', () => {
    expect(readdirSync(LAST).sort()).toEqual(DOCUMENTS.map(({ file }) => schemaFile(file)).sort());
  });

  it.each([
    ['trace shop/web --demo -o json', 'TraceList'],
    ['why shop/web --demo -o json', 'WhyReport'],
    ['check --demo -o json', 'CheckReport'],
    ['check fixtures/demo fixtures/kube-proxy-1.20-legacy -o json', 'CheckReportList'],
    ['diff fixtures/demo fixtures/demo --svc shop/web -o json', 'Diff'],
    ['conntrack --demo -o json', 'FlowList'],
    ['services --demo -o json', 'ServiceList'],
    ['chain KUBE-SERVICES --demo -o json', 'ChainList'],
    ['trace nowhere/nothing --demo -o json', 'Error'],
  ])('hold for %s', async (line, kind) => {
    const { out, err } = await run(line.split(' '));
    const text = out === '' ? err : out;
    expect(JSON.parse(text).kind).toBe(kind);
    expectValid(text);
  });
});

describe('does a document that does not fit pass?', () => {
  it.each<[what: string, spoil: (document: { items: Record<string, unknown>[] }) => void]>([
    ['a field that no type knows', ({ items: [item] }) => Object.assign(item ?? {}, { surprise: 1 })],
    ['a field that is missing', ({ items: [item] }) => delete item?.vantage],
    ['a field of another type', ({ items: [item] }) => Object.assign(item ?? {}, { from: null })],
  ])('%s does not', async (_, spoil) => {
    const { out } = await run(['trace', 'shop/web', '--demo', '-o', 'json']);
    const document = JSON.parse(out);
    spoil(document);
    expect(() => expectValid(JSON.stringify(document))).toThrow(/does not fit/);
  });
});

describe('what is more than an addition?', () => {
  const before = {
    type: 'object',
    properties: {
      name: { type: 'string' },
      state: { type: 'string', enum: ['up', 'down'] },
      inner: { $ref: '#/definitions/Inner' },
    },
    required: ['name'],
    definitions: {
      Inner: { anyOf: [{ type: 'null' }, { type: 'object', properties: { id: { type: 'number' } } }] },
    },
  };
  const properties = (more: object) => ({ ...before, properties: { ...before.properties, ...more } });

  it.each<[what: string, after: object, told: readonly string[]]>([
    ['nothing', before, []],
    ['a further field', properties({ more: { type: 'number' } }), []],
    ['a further value', properties({ state: { type: 'string', enum: ['up', 'down', 'lost'] } }), []],
    ['a field renamed', properties({ name: undefined, title: { type: 'string' } }), ['.name: is gone']],
    ['a field that may be absent', { ...before, required: [] }, ['.name: may be absent now']],
    [
      'a value that is gone',
      properties({ state: { type: 'string', enum: ['up'] } }),
      ['.state: "down" is gone'],
    ],
    ['a null that is new', properties({ name: { type: ['string', 'null'] } }), ['.name: may be null now']],
    [
      'another type',
      properties({ name: { type: 'number' } }),
      ['.name: string is gone', '.name: may be number now'],
    ],
    [
      'another type behind a reference',
      {
        ...before,
        definitions: {
          Inner: { anyOf: [{ type: 'null' }, { type: 'object', properties: { id: { type: 'string' } } }] },
        },
      },
      ['.inner.id: number is gone', '.inner.id: may be string now'],
    ],
  ])('%s', (_, after, told) => {
    expect(notAdditive(before, JSON.parse(JSON.stringify(after)))).toEqual(told);
  });
});
