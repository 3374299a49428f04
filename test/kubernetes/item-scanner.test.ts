import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFields } from '../../src/json/fields.ts';
import { ItemScanner } from '../../src/kubernetes/item-scanner.ts';
import { INVALID } from '../../src/kubernetes/json-walker.ts';
import { wantedKeysOf } from '../../src/kubernetes/wanted-keys.ts';

const SHAPE = { name: true, labels: () => true, a: { b: true, c: { name: true } }, '': true } as const;
const WANTED = wantedKeysOf(SHAPE);
const NOTHING = wantedKeysOf({});

function scannerOf(bytes: Buffer): ItemScanner {
  const scanner = new ItemScanner();
  scanner.begin(bytes);
  return scanner;
}

function endOf(text: string | Buffer, wanted = WANTED): number {
  return scannerOf(Buffer.from(text)).object(0, wanted);
}

/** The text without what the scanner cuts out. */
function cutOf(text: string, wanted = WANTED): string {
  const bytes = Buffer.from(text);
  const scanner = scannerOf(bytes);
  expect(scanner.object(0, wanted)).toBe(bytes.length);
  const kept: Buffer[] = [];
  let from = 0;
  for (let index = 0; index < scanner.count; index += 2) {
    const [start = 0, end = 0] = scanner.cuts.subarray(index, index + 2);
    expect(start).toBeGreaterThanOrEqual(from);
    expect(end).toBeGreaterThan(start);
    kept.push(bytes.subarray(from, start));
    from = end;
  }
  return Buffer.concat([...kept, bytes.subarray(from)]).toString();
}

/** What is wanted of a value, found another way. */
function wantedOf(value: unknown, shape: unknown): unknown {
  if (typeof shape !== 'object' || shape === null) return value;
  if (Array.isArray(value)) return value.map((item) => (isFields(item) ? wantedOf(item, shape) : item));
  if (!isFields(value)) return value;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    // What a backslash is in is not looked at.
    const others = JSON.stringify(key).includes('\\') || undefined;
    const wanted: unknown = Object.hasOwn(shape, key) ? (shape as Record<string, unknown>)[key] : others;
    return wanted === undefined ? [] : [[key, wantedOf(inner, wanted)] as const];
  });
  return Object.fromEntries(entries);
}

const key = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('name', 'labels', 'a', 'b', 'c', 'nam', 'names', '', '__proto__', 'kind'),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);
const plain = fc.oneof(
  fc.constantFrom(
    null,
    true,
    false,
    0,
    -0,
    -1,
    1e300,
    1.5e-7,
    12,
    '',
    'x',
    '"',
    '\\',
    '\u0000',
    'ü✓😀',
    '}],{',
  ),
  fc.string({ unit: 'binary' }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const { object } = fc.letrec<{ value: unknown; object: object }>((tie) => ({
  value: fc.oneof({ maxDepth: 5 }, plain, tie('object'), fc.array(tie('value'), { maxLength: 3 })),
  object: fc
    .array(fc.tuple(key, tie('value')), { maxLength: 5 })
    .map((entries) => Object.fromEntries(entries) as object),
}));
const indent = fc.constantFrom(0, 1, 4, '\t', '\r\n');

describe('walking over an object', () => {
  it('keeps of it what is wanted, and all of that', () => {
    fc.assert(
      fc.property(object, indent, (value, blanks) => {
        const text = JSON.stringify(value, null, typeof blanks === 'number' ? blanks : 1).replace(
          /\n/g,
          typeof blanks === 'number' ? '\n' : blanks,
        );
        expect(JSON.parse(cutOf(text))).toEqual(wantedOf(JSON.parse(text), SHAPE));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ['nothing is wanted', '{"x":1,"y":{"name":2}}', '{}'],
    ['the last of two with one name', '{"name":1,"x":2,"name":{"x":3}}', '{"name":1,"name":{"x":3}}'],
    ['a name in other letters', '{"n\\u0061me":1,"x":2}', '{"n\\u0061me":1}'],
    ['what is no object', '{"a":[1,{"x":1},{"b":2,"x":1},null],"x":{}}', '{"a":[1,{},{"b":2},null]}'],
    ['in the middle', '{ "x": 1 , "name": 2 , "y": [] , "a" : { } , "z": 0 }', '{ "name": 2 , "a" : { }}'],
  ])('%s', (_, text, kept) => {
    // Blanks between parts that stay may go with what is cut out.
    expect(cutOf(text).replaceAll(' ', '')).toBe(kept.replaceAll(' ', ''));
  });

  it('says where the value of its own kind stands', () => {
    const scanner = scannerOf(Buffer.from('{"a":{"kind":"no"},"kind": "Pod"}'));
    scanner.object(0, wantedKeysOf({ kind: true, a: { kind: true } }));
    expect(scanner.kindAt).toBe(27);
    scanner.object(5, NOTHING);
    expect(scanner.kindAt).toBe(INVALID);
  });
});

/** True where JSON.parse takes the text for an object. */
function isObject(text: string): boolean {
  try {
    return isFields(JSON.parse(text));
  } catch {
    return false;
  }
}

describe('what is JSON', () => {
  const PIECES = [
    ...'{}[],:"\\ue0+-. ',
    ...[
      '\n',
      '\u0000',
      '\u001f',
      '\u007f',
      'ü',
      '\ufeff',
      '\u00a0',
      'true',
      'nul',
      '01',
      '1.',
      '1e',
      '.5',
      '1E+5',
      '-',
    ],
    ...['\\u12G4', '\\ud800', '\\x', '\\"', '"":', ',"":0', '[]', '{}', 'NaN', '//'],
  ];
  const ways = [WANTED, NOTHING, wantedKeysOf({ name: true })];

  it('is told as JSON.parse tells it, of objects that somebody damaged', () => {
    const damage = fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.constantFrom('', ...PIECES));
    fc.assert(
      fc.property(
        object,
        indent,
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        (value, blanks, damages) => {
          let text = JSON.stringify(value, null, blanks);
          for (const [place, length, piece] of damages) {
            const at = place % (text.length + 1);
            text = text.slice(0, at) + piece + text.slice(at + length);
          }
          const bytes = Buffer.from(text);
          for (const wanted of ways) {
            const end = text.startsWith('{') ? scannerOf(bytes).object(0, wanted) : INVALID;
            const rest = end === INVALID ? 'x' : bytes.toString('utf8', end);
            expect(/^[ \t\r\n]*$/.test(rest), text).toBe(isObject(text.trimStart() === text ? text : 'x'));
          }
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it.each(PIECES.map((piece) => [JSON.stringify(piece), piece]))('with %s at any place', (_, piece) => {
    const whole = '{"name":[1,-2.5e+3,"x\\u00e9",true,{"a":null}],"x":{"":""}}';
    for (let at = 1; at <= whole.length; at++)
      for (const text of [
        whole.slice(0, at) + piece + whole.slice(at),
        whole.slice(0, at - 1) + piece + whole.slice(at),
      ]) {
        if (!text.startsWith('{')) continue;
        const bytes = Buffer.from(text);
        const end = endOf(bytes);
        const isWhole = end !== INVALID && /^[ \t\r\n]*$/.test(bytes.toString('utf8', end));
        expect(isWhole, text).toBe(isObject(text));
      }
  });

  it('ends where the bytes do, at any place', () => {
    const whole = Buffer.from('{"name":[1,-2.5e+3,"x\\u00e9",true,{"a":null}],"x":{"":"ü"}}');
    for (let end = 0; end < whole.length; end++) expect(endOf(whole.subarray(0, end))).toBe(INVALID);
  });

  it('holds bytes that are no UTF-8, as Node reads them', () => {
    const bytes = Buffer.from([...Buffer.from('{"name":"'), 0xc3, 0xff, 0x80, ...Buffer.from('"}')]);
    expect(endOf(bytes)).toBe(bytes.length);
    expect(isObject(bytes.toString('utf8'))).toBe(true);
  });

  it('is left to others where it is nested deeper than any object', () => {
    const nested = (depth: number) => `{"x":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(endOf(nested(90))).not.toBe(INVALID);
    expect(endOf(nested(200))).toBe(INVALID);
    expect(endOf(nested(1_000_000))).toBe(INVALID);
    expect(endOf(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`)).toBe(INVALID);
  });
});
