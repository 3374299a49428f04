import { describe, expect, it } from 'vitest';
import { RuleShapes } from '../../src/diff/rules/rule-shapes.ts';

/** Whether rules are of one shape. */
function alike(one: string, other: string): boolean {
  const shapes = new RuleShapes();
  shapes.add(Buffer.from(one), 0);
  expect([one, shapes.has(Buffer.from(one), 0)]).toEqual([one, true]);
  return shapes.has(Buffer.from(`before\n${other}\n-A X -i eth0\n`), 'before\n'.length);
}

describe('the shape of a rule', () => {
  it('is its options without their values, but for those that say what is matched', () => {
    expect(alike('-A A -s 10.0.0.1/32 -j B', '-A C -s 10.0.0.2/32 -j D')).toBe(true);
    expect(alike('-A A', '-A B')).toBe(true);
    expect(alike('-A A -p tcp -m tcp --dport 1 -j B', '-A A -p tcp -m tcp --dport 2 -j B')).toBe(true);
    for (const other of [
      '-A A -p udp -m tcp --dport 1 -j B',
      '-A A -p tcp -m udp --dport 1 -j B',
      '-A A -p tcp -m tcp --sport 1 -j B',
      '-A A -p tcp -m tcp -j B',
      '-A A -p tcp -m tcp --dport 1 -g B',
      '-A A -p tcp -m tcp --dport 1',
      '-A A -p tcp -m tcp --dport 1 -j B --random',
      '-A A -p tcp',
    ])
      expect([other, alike('-A A -p tcp -m tcp --dport 1 -j B', other)]).toEqual([other, false]);
  });

  it('may end in a value that counts', () => {
    expect(alike('-A A -p tcp', '-A B -p tcp')).toBe(true);
    expect(alike('-A A -p tcp', '-A B -p udp')).toBe(false);
    expect(alike('-A A -p tcp', '-A B -p tc')).toBe(false);
  });

  it('holds what looks like an option in a comment', () => {
    expect(alike('-A A -m comment --comment "a b" -j B', '-A A -m comment --comment "c d" -j B')).toBe(true);
    expect(alike('-A A -m comment --comment "a b" -j B', '-A A -m comment --comment "a -i" -j B')).toBe(
      false,
    );
  });

  it('is none of what is no line of a dump, and of what is no ASCII', () => {
    const shapes = new RuleShapes();
    for (const line of ['A all -- anywhere', '[1:2] -A X -j B', '-A X --é 1 -j B']) {
      shapes.add(Buffer.from(line), 0);
      expect([line, shapes.has(Buffer.from(line), 0)]).toEqual([line, false]);
    }
  });

  it('is one of many, of which the last ones are not kept', () => {
    const shapes = new RuleShapes();
    const lineOf = (number: number) => Buffer.from(`-A X -m comment --comment "of -${number}" -j B`);
    for (let number = 0; number < 20_000; number++) shapes.add(lineOf(number), 0);
    expect(shapes.has(lineOf(7), 0)).toBe(true);
    expect(shapes.has(lineOf(19_999), 0)).toBe(false);
    expect(shapes.has(lineOf(20_000), 0)).toBe(false);
  });
});
