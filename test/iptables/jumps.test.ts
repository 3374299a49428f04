import { describe, expect, it } from 'vitest';
import { jumpsOf, type RuleAt } from '../../src/iptables/jumps.ts';
import type { Chain, RuleList, Table } from '../../src/iptables/ruleset.ts';
import { read } from './read.ts';

function tableOf(text: string): Table {
  const table = read(text, {}).rulesets[0]?.tables.get('filter');
  if (table === undefined) throw new Error('no table');
  return table;
}

const TABLE = `*filter
:INPUT ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:A - [0:0]
:B - [0:0]
:C - [0:0]
-A INPUT -j A
-A INPUT -p tcp -j DROP
-A A -j B
-A A -g B
-A A -m comment --comment "-j C" -j LOST
-A B -j A
-A B
-A C -j B
-A C -j LOST
-A C -j DROP
COMMIT
`;

function placesOf(rules: readonly RuleAt[]): string[] {
  return rules.map(({ chain, index }) => `${chain.name} ${index}`);
}

describe('where the rules of a table lead', () => {
  it('is told of each chain, in the order of the table', () => {
    const jumps = jumpsOf(tableOf(TABLE));
    expect(placesOf(jumps.to(['A']))).toEqual(['INPUT 0', 'B 0']);
    expect(placesOf(jumps.to(['B']))).toEqual(['A 0', 'A 1', 'C 0']);
    expect(placesOf(jumps.to(['C']))).toEqual([]);
    expect(placesOf(jumps.to(['nobody']))).toEqual([]);
  });

  it('is told of words that no chain has for a name, too', () => {
    const jumps = jumpsOf(tableOf(TABLE));
    expect(jumps.others).toEqual(['DROP', 'LOST']);
    expect(placesOf(jumps.to(['LOST']))).toEqual(['A 2', 'C 1']);
    expect(placesOf(jumps.to(['LOST', 'A', 'DROP']))).toEqual([
      'INPUT 0',
      'INPUT 1',
      'A 2',
      'B 0',
      'C 1',
      'C 2',
    ]);
  });

  it('tells which chains packets can come to, though they go round', () => {
    const jumps = jumpsOf(tableOf(TABLE));
    expect([...jumps.reachedFrom(['INPUT', 'OUTPUT'])]).toEqual(['INPUT', 'OUTPUT', 'A', 'B']);
    expect([...jumps.reachedFrom(['C', 'LOST', 'nobody'])]).toEqual(['C', 'B', 'A']);
  });

  it('is looked at once for each table, and no rule is parsed', () => {
    const { name, chains } = tableOf(TABLE);
    let asked = 0;
    const counting = (rules: RuleList): RuleList => ({
      length: rules.length,
      at: () => {
        throw new Error('parsed');
      },
      once: () => {
        throw new Error('parsed');
      },
      towards: () => [],
      forEveryDestination: () => null,
      byDestination: () => ({ named: new Map(), others: [] }),
      text: (index) => rules.text(index),
      targetName: (index) => {
        asked++;
        return rules.targetName(index);
      },
    });
    const counted = new Map(
      [...chains].map(([key, chain]): [string, Chain] => [key, { ...chain, rules: counting(chain.rules) }]),
    );
    const table: Table = { name, chains: counted };
    jumpsOf(table).to(['A', 'DROP']);
    jumpsOf(table).reachedFrom(['INPUT']);
    expect(asked).toBe(10);
  });

  it('counts a chain that is there to be asked, though nobody goes through it', () => {
    const { name, chains } = tableOf(TABLE);
    const some = new Map([...chains].filter(([key]) => key !== 'B'));
    const table: Table = { name, chains: Object.assign(some, { has: (key: string) => chains.has(key) }) };
    expect(jumpsOf(table).others).toEqual(['DROP', 'LOST']);
    expect(placesOf(jumpsOf(table).to(['B']))).toEqual(['A 0', 'A 1', 'C 0']);
    expect([...jumpsOf(table).reachedFrom(['INPUT'])]).toEqual(['INPUT', 'A']);
  });
});
