import { expect, it } from 'vitest';
import { hintsInBundle, hintsOfName } from '../../src/capture/contract-files.ts';
import { parsePolicyRules } from '../../src/host/parse-policy-rules.ts';
import { parseConnection } from '../../src/ipvs/parse-connections.ts';
import { dictionary } from '../../src/lookup/dictionary.ts';
import { parseProtocol } from '../../src/net/protocol.ts';
import { ProblemList } from '../../src/problems/problem.ts';

/** Keys that every object literal has without anybody having written them. */
const UNWRITTEN = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '__proto__', '__defineGetter__'];

it.each(UNWRITTEN)('is %s nothing, where nobody wrote it down?', (word) => {
  expect(dictionary<number>({ a: 1 })[word]).toBeUndefined();
  expect(word in dictionary<number>({ a: 1 })).toBe(false);
  expect(parseProtocol(word)).toBeNull();
  expect(hintsOfName(word)).toBeNull();
  expect(hintsInBundle(`capture/${word}`)).toBeNull();
  expect(parseConnection(`${word} 00:10 NONE 10.0.0.1:1 10.0.0.2:2 10.0.0.3:3`, 'x', 1)).toBeNull();
});

it.each(UNWRITTEN)('is a policy rule that asks for %s read, and not passed over?', (word) => {
  const rules = parsePolicyRules(`100:\tfrom all ${word} x lookup 5\n`, 'ipv4', 'x', new ProblemList());
  expect(rules).toMatchObject([{ unmodelled: [word] }]);
});
