import { describe, expect, it } from 'vitest';
import { PARSERS } from './parsers.ts';

/** Values that JSON can hold where a word was expected. */
const ODD: readonly (readonly [what: string, json: string])[] = [
  ['an object with a toString of its own', '{"toString":1,"valueOf":2}'],
  ['a list of one', '[{"toString":1}]'],
  ['nothing', 'null'],
  ['a list 20,000 deep', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
];
/** Of a long seed so many places, evenly. */
const PLACES = 120;

type Path = readonly string[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => pathsOf(each, [...path, key]))];
}

/** @returns the JSON with a mark at this place. */
function marked(value: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return '@@ODD@@';
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, each]) => [
    name,
    name === key ? marked(each, rest) : each,
  ]);
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
}

describe.each(PARSERS.filter(({ form }) => form === 'json'))('$name', ({ seed, run }) => {
  const value: unknown = JSON.parse(seed);
  const all = pathsOf(value);
  const paths = all.filter((_, at) => at % Math.ceil(all.length / PLACES) === 0);

  it.each(ODD)('reads %s in any place', async (_what, json) => {
    for (const path of json.length > 1_000 ? paths.filter((_, at) => at % 10 === 0) : paths) {
      const text = JSON.stringify(marked(value, path)).replace('"@@ODD@@"', json);
      try {
        await run(text);
      } catch (error) {
        expect.unreachable(`at ${path.join('.')}: ${error instanceof Error ? error.stack : String(error)}`);
      }
    }
  });
});
