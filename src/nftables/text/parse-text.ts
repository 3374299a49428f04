import type { ProblemList } from '../../problems/problem.ts';
import { Drafts, type TableDraft } from '../draft.ts';
import { LazyRules } from '../lazy-rules.ts';
import { priorityOf } from '../priorities.ts';
import { type BaseChain, MadeChains, type NftChain, type NftRuleset } from '../ruleset.ts';
import { type Block, readBlock } from './blocks.ts';
import { Lines } from './lines.ts';
import { type ListingScope, scopeOfCommand } from './listing-scope.ts';
import { readFlowtable, readObject } from './objects.ts';
import { readRule } from './read-rule.ts';
import { readSet } from './read-set.ts';
import { TableBlocks } from './table-blocks.ts';

const TABLE = /^table (\w+) (\S+) \{(?: # handle (\d+))?$/;
const INSIDE =
  /^(chain|set|map|meter|flowtable|counter|quota|limit|secmark|synproxy|tunnel|ct \w+) (\S+) \{(?: # handle (\d+))?$/;
const BASE =
  /^type (\w+) hook (\w+)(?: devices? (?:=\s*)?(\{[^}]*\}|\S+))? priority ([^;]+);(?: policy (\w+);)?/;

/**
 * Reads `nft [-a] list ruleset`, or a table, chain, set or map of it, as a terminal shows it; leading blanks do not matter.
 * Rules and elements are parsed when they are asked for. Never throws.
 */
export function parseText(text: string, file: string, problems: ProblemList): NftRuleset {
  const lines = new Lines(text);
  const blocks = new TableBlocks(file, problems);
  let scope: ListingScope | null = null;
  let cutAt: number | null = null;
  for (let line = lines.next(); line !== null; line = lines.next()) {
    const [, family = '', name = '', handle] = TABLE.exec(line) ?? [];
    const table = family === '' ? null : new Drafts(() => new MadeChains()).table(family, name);
    const called = table === null ? scopeOfCommand(line) : null;
    if (called !== null) {
      scope = called;
      blocks.called(called);
      continue;
    }
    if (table === null) {
      if (line !== '' && !line.startsWith('#'))
        problems.add('unreadable-line', { of: 'nft-text' }, file, lines.number);
      continue;
    }
    if (handle !== undefined) table.handle = Number(handle);
    const start = lines.number;
    if (!readTable(table, lines, file, problems)) {
      cutAt = lines.number;
      problems.add('truncated', { what: 'nft-table', family, table: name }, file, cutAt);
    }
    blocks.add(table, scope, start);
  }
  const { tables, part, whole } = blocks;
  const called = scope === null ? {} : { byCommand: true as const };
  return { file, version: null, tables, cutAt, ...(part ? { part } : whole ? { whole } : {}), ...called };
}

/** @returns false where the text ends before the table does. */
function readTable(
  table: TableDraft<MadeChains>,
  lines: Lines,
  file: string,
  problems: ProblemList,
): boolean {
  for (let line = lines.next(); line !== null; line = lines.next()) {
    if (line === '}') return true;
    const [, kind = '', name = '', handle] = INSIDE.exec(wholeHead(line, lines)) ?? [];
    if (kind !== '') {
      const block = readBlock(lines, kind, name, handle === undefined ? null : Number(handle));
      enter(table, block, file, problems);
      if (block.cut) return false;
    } else if (line.startsWith('flags ')) table.dormant = /\bdormant\b/.test(line);
    else if (line.startsWith('comment ')) table.comment = commentOf(line);
    else if (line !== '' && !line.startsWith('#'))
      problems.add('unreadable-line', { of: 'nft-text' }, file, lines.number);
  }
  return false;
}

/** A name may be as long as a line of mail: it then goes on in the next one. */
function wholeHead(line: string, lines: Lines): string {
  if (!/^(?:chain|set|map) \S+$/.test(line)) return line;
  const more = lines.next() ?? '';
  return `${line}${more.startsWith('{') ? ' ' : ''}${more}`;
}

function enter(table: TableDraft<MadeChains>, block: Block, file: string, problems: ProblemList): void {
  if (block.kind === 'chain') table.chains.set(block.name, readChain(table, block, file));
  else if (block.kind === 'set' || block.kind === 'map' || block.kind === 'meter')
    table.sets.set(block.name, readSet(table, block, block.kind, file, problems));
  else if (block.kind === 'flowtable') table.flowtables.set(block.name, readFlowtable(block, table.family));
  else table.objects.set(`${block.kind} ${block.name}`, readObject(block));
}

function readChain({ family, name: table }: TableDraft<MadeChains>, block: Block, file: string): NftChain {
  const { name, handle, line, cut } = block;
  // nft prints a chain's comment in front of its hook; one behind it is taken too.
  const before = commentOf(block.entries[0]?.text ?? '');
  const entries = before === null ? block.entries : block.entries.slice(1);
  const base = baseOf(entries[0]?.text ?? '', family);
  const body = base === null ? entries : entries.slice(1);
  const after = before === null ? commentOf(body[0]?.text ?? '') : null;
  const rules = after === null ? body : body.slice(1);
  const comment = before ?? after;
  return {
    family,
    table,
    name,
    handle,
    comment,
    base,
    rules: new LazyRules(rules.length, (index) =>
      readRule(rules[index], rules[index - 1], name, index + 1, family, file),
    ),
    line,
    cut,
  };
}

function baseOf(text: string, family: string): BaseChain | null {
  const [, type, hook, devices = '', priority = '', policy] = BASE.exec(text) ?? [];
  if (type === undefined || hook === undefined) return null;
  return {
    type,
    hook,
    priority: priorityOf(priority, family),
    policy: policy === 'drop' ? 'drop' : 'accept',
    devices: devices
      .split(/[{},\s]+/)
      .map((each) => each.replace(/"/g, ''))
      .filter((each) => each !== ''),
  };
}

function commentOf(line: string): string | null {
  return /^comment "([^"]*)"/.exec(line)?.[1] ?? null;
}
