import type { ProblemList } from '../../problems/problem.ts';
import { readElement } from '../json/read-expression.ts';
import { readStatement } from '../json/read-statement.ts';
import { lazySet } from '../lazy-set.ts';
import type { NftSet, NftTable } from '../ruleset.ts';
import type { Statement } from '../statement.ts';
import type { Block, Entry } from './blocks.ts';
import { secondsOf } from './parse-constant.ts';
import { parseElements } from './parse-expression.ts';
import { parseStatement } from './parse-statement.ts';
import { Tokens } from './tokens.ts';

type Parts = Omit<NftSet, 'elements'>;

/** @returns the set or map that a block spells; its elements are parsed when asked for. */
export function readSet(
  { family, name: table }: Pick<NftTable, 'family' | 'name'>,
  block: Block,
  kind: NftSet['kind'],
  file: string,
  problems: ProblemList,
): NftSet {
  let parts: Parts = {
    kind,
    family,
    table,
    name: block.name,
    handle: block.handle,
    comment: null,
    keyType: null,
    typeOf: null,
    dataType: null,
    flags: [],
    timeout: null,
    gcInterval: null,
    size: null,
    policy: null,
    autoMerge: false,
    extras: [],
    line: block.line,
    cut: block.cut,
  };
  let elements: Entry | null = null;
  for (const entry of block.entries) {
    if (entry.text.startsWith('elements')) elements = entry;
    else {
      const more = readLine(entry.text);
      if (more === null) problems.add('unreadable-line', { of: 'nft-set' }, file, entry.line);
      else parts = { ...parts, ...more, extras: [...parts.extras, ...(more.extras ?? [])] };
    }
  }
  const text = elements?.text ?? '';
  return lazySet(parts, () => {
    const tokens = new Tokens(text);
    while (!tokens.done && !tokens.take('{')) tokens.next();
    return parseElements(tokens).map((each) => readElement(each));
  });
}

function readLine(line: string): Partial<Parts> | null {
  const [word = ''] = line.split(' ');
  const value = line.slice(word.length).trim();
  switch (word) {
    case 'type':
    case 'typeof': {
      const [key = '', data] = value.split(' : ');
      const dataType = data === undefined ? null : typesOf(data.replace(/^interval /, ''));
      if (word === 'type') return { keyType: typesOf(key), dataType };
      return { typeOf: key, dataType: data === 'verdict' ? dataType : null };
    }
    case 'flags':
      return { flags: value.split(/,\s*/) };
    case 'size':
      return { size: Number(value) };
    case 'timeout':
      return { timeout: secondsOf(value) };
    case 'gc-interval':
      return { gcInterval: secondsOf(value) };
    case 'policy':
      return { policy: value };
    case 'auto-merge':
      return { autoMerge: true };
    case 'comment':
      return { comment: /"([^"]*)"/.exec(value)?.[1] ?? '' };
    case 'counter':
    case 'limit':
    case 'quota':
    case 'ct':
    case 'last':
      return { extras: statementsOf(line) };
    default:
      return null;
  }
}

function typesOf(text: string): string[] {
  return text.split(' . ').map((each) => each.trim());
}

function statementsOf(line: string): Statement[] {
  const tokens = new Tokens(line);
  const statements: Statement[] = [];
  while (!tokens.done) statements.push(readStatement(parseStatement(tokens)));
  return statements;
}
