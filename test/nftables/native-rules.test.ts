import { describe, expect, it } from 'vitest';
import { hasNativeRule, isNativeRule } from '../../src/nftables/native-rules.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { ProblemList } from '../../src/problems/problem.ts';

const port = (right: unknown) => ({
  match: { op: '==', left: { payload: { protocol: 'tcp', field: 'dport' } }, right },
});
const counter = { counter: { packets: 1, bytes: 60 } };

/** @returns what both say of a chain with this one rule. */
function told(expr: unknown[], comment?: string): readonly [boolean, boolean] {
  const at = { family: 'ip', table: 'filter' };
  const nftables = [
    { table: { family: 'ip', name: 'filter', handle: 1 } },
    { chain: { ...at, name: 'FORWARD', handle: 1 } },
    { rule: { ...at, chain: 'FORWARD', handle: 2, ...(comment === undefined ? {} : { comment }), expr } },
  ];
  // As nft spaces it.
  const text = JSON.stringify({ nftables }).replaceAll('":', '": ').replaceAll(',"', ', "');
  const ruleset = parseNftables(Buffer.from(text), 'nft.json', new ProblemList());
  const rules = ruleset?.tables.get('ip filter')?.chains.get('FORWARD')?.rules;
  if (rules === undefined) throw new Error('no such chain');
  return [hasNativeRule(rules), isNativeRule(rules.at(0))];
}

describe('Is a rule in a table of iptables told to be nft’s own without parsing it, as it is when it is parsed?', () => {
  it.each([
    ['iptables counts in every rule', [port(80), counter, { drop: null }], undefined, false],
    ['no counter', [port(80), { drop: null }], undefined, true],
    ['a set, with a counter', [port({ set: [80, 81] }), counter, { drop: null }], undefined, true],
    ['a set by name', [port('@ports'), counter, { drop: null }], undefined, true],
    ['a match of iptables', [{ xt: { type: 'match', name: 'comment' } }, { drop: null }], undefined, false],
    ['a comment that speaks of a counter', [port(80), { drop: null }], 'a "counter" {"xt": null}', true],
    ['a comment that speaks of a set', [port(80), counter, { drop: null }], 'a "set" of "@x"', false],
  ])('%s', (_, expr, comment, native) => {
    expect(told(expr, comment)).toEqual([native, native]);
  });
});
