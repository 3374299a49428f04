import { readStatement } from '../json/read-statement.ts';
import { inFamily } from '../reject-of-family.ts';
import type { NftFamily, NftRule } from '../ruleset.ts';
import type { Statement } from '../statement.ts';
import type { Entry } from './blocks.ts';
import { parseStatement } from './parse-statement.ts';
import { Tokens } from './tokens.ts';

/**
 * @param before the line above, of the same chain
 * @returns the rule that a line spells. Never throws.
 */
export function readRule(
  entry: Entry | undefined,
  before: Entry | undefined,
  chain: string,
  number: number,
  family: NftFamily,
  file: string,
): NftRule {
  const { text: whole, line, broken } = entry ?? { text: '', line: 0 };
  const handle = / # handle (\d+)$/.exec(whole);
  const text = handle === null ? whole : whole.slice(0, handle.index);
  const { statements, comment } = readWords(text, family);
  const isPart = broken === 'torn' || (broken === 'joined' && statements.some(isUnread));
  const goesOn = broken === 'loose' && before !== undefined && mayGoOn(before.text, statements, family);
  const unread = isPart ? text : goesOn ? `${before.text} ${text}` : null;
  return {
    chain,
    number,
    handle: handle === null ? null : Number(handle[1]),
    comment,
    file,
    line,
    text,
    statements: unread === null ? statements : [{ kind: 'unknown', text: unread }],
  };
}

function readWords(text: string, family: NftFamily): Pick<NftRule, 'statements' | 'comment'> {
  const tokens = new Tokens(text);
  const read: unknown[] = [];
  let comment: string | null = null;
  while (!tokens.done) {
    if (tokens.peek() === 'comment') {
      tokens.next();
      comment = tokens.next();
    } else read.push(parseStatement(tokens));
  }
  const statements = read.map((each) => {
    const statement = inFamily(readStatement(each), family);
    return statement.kind === 'unknown' && /^[{["]/.test(statement.text) ? { ...statement, text } : statement;
  });
  return { statements, comment };
}

/** What was put together of two lines is a rule where every word of it is read: a word that was broken in two is not. */
function isUnread(statement: Statement): boolean {
  return JSON.stringify(statement).includes('"kind":"unknown"');
}

/**
 * nft takes a rule that only asks and does nothing, and nobody writes one: the line below it may be its end. One that counts
 * is a rule that people write.
 */
function mayGoOn(before: string, statements: readonly Statement[], family: NftFamily): boolean {
  const kinds = readWords(before, family).statements.map(({ kind }) => kind);
  if (!kinds.includes('match') || kinds.some((kind) => kind !== 'match' && kind !== 'counter')) return false;
  return !kinds.includes('counter') || statements[0]?.kind !== 'match';
}
