import { readStatement } from '../json/read-statement.ts';
import { inFamily } from '../reject-of-family.ts';
import type { NftFamily, NftRule } from '../ruleset.ts';
import type { Entry } from './blocks.ts';
import { parseStatement } from './parse-statement.ts';
import { Tokens } from './tokens.ts';

/** @returns the rule that a line spells. Never throws. */
export function readRule(
  entry: Entry | undefined,
  chain: string,
  number: number,
  family: NftFamily,
  file: string,
): NftRule {
  const { text: whole, line } = entry ?? { text: '', line: 0 };
  const handle = / # handle (\d+)$/.exec(whole);
  const text = handle === null ? whole : whole.slice(0, handle.index);
  const tokens = new Tokens(text);
  const statements: unknown[] = [];
  let comment: string | null = null;
  while (!tokens.done) {
    if (tokens.peek() === 'comment') {
      tokens.next();
      comment = tokens.next();
    } else statements.push(parseStatement(tokens));
  }
  return {
    chain,
    number,
    handle: handle === null ? null : Number(handle[1]),
    comment,
    statements: statements.map((each) => inFamily(readStatement(each), family)),
    file,
    line,
    text,
  };
}
