import { expect, it } from 'vitest';
import { LiveRing } from '../../src/cli/cluster/live-ring.ts';

const node = (name: string) => ({ name });

it.each([
  ['a', ['a:']],
  ['ab', ['a:b', 'b:a']],
  ['abc', ['a:bc', 'b:ca', 'c:ab']],
  ['abcd', ['a:bcd', 'b:cda', 'c:dab', 'd:abc']],
  ['abcdefg', ['a:bcd', 'b:cde', 'c:def', 'd:efg', 'e:fga', 'f:gab', 'g:abc']],
])('does each of the live nodes %s get those behind it, and early?', (names, wanted) => {
  const ring = new LiveRing<{ name: string }>();
  const given = [...names].map((name) => ring.add(node(name)));
  const early = given.flat().length;
  expect(early).toBe(Math.max(0, names.length - 3));
  const all = [...given.flat(), ...ring.end()];
  expect(all.map((one) => `${one.node.name}:${one.others.map(({ name }) => name).join('')}`)).toEqual(wanted);
});
