import { doubled, UNKNOWN } from '../../lookup/name-index.ts';
import type { DumpLacks, LineOfDump } from '../../problems/of-files.ts';
import type { ProblemList } from '../../problems/problem.ts';
import { skipBlanks } from '../blanks.ts';
import type { Cut, TableName } from '../ruleset.ts';
import { ChainCursor } from './chain-cursor.ts';
import { ChainTable } from './chain-table.ts';
import { type Insertion, readCommand } from './commands.ts';
import { isCutComment, readComment, readPrompt } from './comments.ts';
import { isExcerpt, markCutChains, markHeadlessChain } from './cut-chains.ts';
import { isPlainUserChain, isTableName, PLAIN_END, readDeclaration, toDeclaration } from './declaration.ts';
import type { Block, DumpReader, Header, ScannedDump } from './dump.ts';
import { type DumpLines, newlineOf } from './dump-lines.ts';
import { isOfNextTable, ListingSequence } from './listing-sequence.ts';
import { newBlock } from './new-block.ts';
import { UnreadRules } from './unread-rules.ts';

const SHOWN = 60;
const DASH = 45;

/** @returns a reader for the lines of these bytes. */
export function openDump(file: string, bytes: Buffer, problems: ProblemList): DumpReader {
  return new Reader(file, bytes, problems);
}

class Reader implements DumpReader {
  readonly #bytes: Buffer;
  readonly #problems: ProblemList;
  readonly #lines: DumpLines;
  readonly #blocks: Block[] = [];
  #ruleCount = 0;
  #open: Block | null = null;
  #header: Header | null = null;
  /** True where a header was met behind the last block: a table should follow. */
  #headerSince = false;
  #prompt: ReturnType<typeof readPrompt> = null;
  #legacyWarningLine: number | null = null;
  readonly #leftOut: TableName[] = [];
  /** End of the last block: what stands between it and the next block is trivia. */
  #lastEnd = 0;
  #cursor: ChainCursor;
  #unread: UnreadRules;
  #lastChain = UNKNOWN;
  readonly #sequence = new ListingSequence();
  /** True inside a table that iptables does not have: its lines are passed over. */
  #ignoring = false;
  #lastLine = 0;
  #cut: Cut | null = null;

  constructor(file: string, bytes: Buffer, problems: ProblemList) {
    this.#bytes = bytes;
    this.#problems = problems;
    this.#lines = { file, bytes, starts: new Uint32Array(Math.max(16, Math.ceil(bytes.length / 64))) };
    const none = new ChainTable(this.#lines);
    this.#cursor = new ChainCursor(bytes, none);
    this.#unread = new UnreadRules(none);
  }

  rule(lineStart: number, ruleStart: number, end: number, line: number): void {
    if (this.#ignoring || this.#isCutOff(end, line)) return;
    const block = this.#open ?? this.#openListing(lineStart, line);
    const name = skipBlanks(this.#bytes, ruleStart + 2);
    const chain = this.#bytes[name] === DASH ? UNKNOWN : this.#cursor.find(name, end);
    if (chain === UNKNOWN) {
      this.#unreadRule(block, lineStart, end, line, 'no-chain-name');
      return;
    }
    if (this.#unread.waits) this.#unread.before(chain);
    block.chains.append(chain, this.#newPosition(lineStart), line);
    this.#sequence.rule();
    this.#lastChain = chain;
    this.#lastLine = line;
    block.to = end + 1;
  }

  #newPosition(lineStart: number): number {
    const position = this.#ruleCount++;
    if (position >= this.#lines.starts.length) this.#lines.starts = doubled(this.#lines.starts);
    this.#lines.starts[position] = lineStart;
    return position;
  }

  /** Among rules, a line that cannot be read is one: what it does with a packet is not known. */
  #unreadRule(block: Block | null, start: number, end: number, line: number, is: LineOfDump): void {
    this.unreadable(start, end, line, is);
    if (block === null) return;
    const where = { position: this.#newPosition(start), line };
    this.#lastChain = this.#unread.add(this.#text(start, end), start, this.#lastChain, where);
    block.to = end + 1;
  }

  chain(start: number, end: number, line: number): void {
    if (this.#ignoring || this.#isCutOff(end, line)) return;
    const block = this.#open;
    if (block?.form === 'save' && isPlainUserChain(this.#bytes, end)) {
      block.chains.declare(block.chains.add(start + 1, end - PLAIN_END.length), line);
      this.#unread.drop();
      this.#lastLine = line;
      block.to = end + 1;
      return;
    }
    const found = readDeclaration(this.#text(start, end));
    if (found === null) {
      this.unreadable(start, end, line, 'no-chain');
      return;
    }
    const { name, declared } = found;
    const isInTable = block?.form === 'save';
    if (!isInTable && block !== null && isOfNextTable(name, block.chains)) this.#close();
    const own = isInTable ? block : this.#listingFor(declared[0] === '-' ? 'N' : 'P', name, start, line);
    // Where lines were picked, a chain of the user without rules is not empty: it was not captured.
    if (isInTable || declared[0] !== '-')
      this.#declare(own, own.chains.addText(name, start + 1), declared, line);
    if (isInTable) this.#unread.drop();
    own.to = end + 1;
  }

  command(start: number, end: number, line: number): void {
    if (this.#ignoring || this.#isCutOff(end, line)) return;
    const command = readCommand(this.#text(start, end).trimEnd());
    if (command?.letter === 'I') {
      this.#insert(command, start, end, line);
      return;
    }
    // iptables-restore makes chains with -N too; one that is there already it refuses.
    const open = command?.letter === 'N' && this.#open?.form === 'save' ? this.#open : null;
    if (command === null || open?.chains.isDeclared(command.name) === true) {
      this.#unreadRule(this.#open, start, end, line, 'command');
      return;
    }
    const block = this.#listingFor(command.letter, command.name, start, line);
    this.#declare(block, block.chains.addText(command.name, start + 3), command.declared, line);
    block.to = end + 1;
  }

  /** @returns the listing that a line which declares a chain belongs to. */
  #listingFor(letter: 'P' | 'N', name: string, start: number, line: number): Block {
    const open = this.#open;
    const another = open?.form !== 'save' && this.#sequence.startsAnew(letter, name, open?.chains);
    const block = open === null || another ? this.#openListing(start, line) : open;
    if (letter === 'N') this.#sequence.userChain();
    return block;
  }

  /** Scripts and the input of iptables-restore put rules in front of others. */
  #insert({ name, place }: Insertion, start: number, end: number, line: number): void {
    const block = this.#open ?? this.#openListing(start, line);
    const chain = block.chains.addText(name, start + 3);
    block.chains.insert(chain, place - 1, this.#newPosition(start), line);
    this.#sequence.rule();
    this.#lastLine = line;
    block.to = end + 1;
  }

  table(start: number, end: number, line: number): void {
    const name = this.#text(start + 1, end).trimEnd();
    if (this.#isCutOff(end, line)) return;
    this.#closeUncommitted(line);
    this.#ignoring = !isTableName(name);
    if (isTableName(name)) this.#openBlock('save', name, start, line).to = end + 1;
    else this.unreadable(start, end, line, 'no-table');
  }

  comment(start: number, end: number, line: number): void {
    const text = this.#text(start, end);
    if (this.#blocks.at(-1)?.form === 'save' && isCutComment(text)) this.#isCutOff(end, line);
    const read = readComment(text, line);
    if (read === null) this.#takePrompt(text);
    else if (read.kind === 'header') {
      this.#closeUncommitted(line);
      this.#header = read.header;
      this.#headerSince = true;
    } else if (read.kind === 'legacy-present') this.#legacyWarningLine ??= line;
    else {
      if (read.kind === 'left-out') this.#leftOut.push(read.table);
      const { table, kind } = read;
      this.#problems.add('incompatible-base-chains', { table, is: kind }, this.#lines.file, line);
    }
  }

  commit(end: number, line: number): void {
    if (this.#open?.form === 'save') {
      this.#open.to = end + 1;
      this.#open.committed = true;
    } else if (!this.#ignoring) {
      this.#truncated({ part: 'beginning' }, line);
      if (this.#open !== null) markHeadlessChain(this.#open);
    }
    this.#ignoring = false;
    this.#close();
  }

  other(start: number, end: number, line: number): void {
    if (this.#takePrompt(this.#text(start, end))) return;
    if (this.#open?.form === 'save' && this.#isCutOff(end, line)) return;
    this.#unreadRule(this.#open, start, end, line, 'no-line');
  }

  unreadable(start: number, end: number, line: number, is: LineOfDump): void {
    const shown = this.#text(start, Math.min(end, start + SHOWN)).trimEnd();
    this.#problems.add('unreadable-line', { of: 'dump', is, shown }, this.#lines.file, line);
  }

  finish(cut: boolean): ScannedDump {
    const last = this.#open;
    if (last?.form === 'rules-listing' && (cut || this.#cut?.within === 'tables'))
      last.cut = this.#cutWithin(last.chains.size > 0 ? 'rules' : 'chains');
    if (this.#headerSince && this.#blocks.length > 0 && this.#open === null) {
      const { line } = this.#header ?? { line: this.#lastLine };
      this.#truncated({ part: 'tables', behind: line }, line);
      this.#cut ??= this.#cutWithin('tables');
    }
    this.#closeUncommitted(null);
    if (cut) this.#cut ??= this.#cutWithin('tables');
    for (const block of this.#blocks) markCutChains(block);
    return {
      lines: this.#lines,
      blocks: this.#blocks,
      cut: this.#cut,
      newline: newlineOf(this.#bytes),
      legacyWarningLine: this.#legacyWarningLine,
      leftOut: this.#leftOut,
    };
  }

  /** A command line above its output (`# iptables -t nat -S`) says which table follows. */
  #takePrompt(text: string): boolean {
    const prompt = readPrompt(text);
    if (prompt === null) return false;
    this.#prompt = prompt;
    this.#header = null;
    if (this.#open?.form === 'rules-listing') this.#close();
    return true;
  }

  #openListing(start: number, line: number): Block {
    this.#close();
    return this.#openBlock('rules-listing', this.#prompt?.table ?? null, start, line);
  }

  #openBlock(form: Block['form'], table: TableName | null, from: number, line: number): Block {
    const told = { header: form === 'save' ? this.#header : null, prompt: this.#prompt };
    const block = newBlock({ form, table, ...told, line, from, triviaFrom: this.#lastEnd }, this.#lines);
    this.#blocks.push(block);
    this.#open = block;
    this.#lastLine = line;
    this.#headerSince = false;
    this.#cursor = new ChainCursor(this.#bytes, block.chains);
    this.#unread = new UnreadRules(block.chains);
    this.#lastChain = UNKNOWN;
    this.#sequence.begin();
    return block;
  }

  #close(): void {
    if (this.#open !== null) this.#lastEnd = this.#open.to;
    this.#unread.end();
    this.#open = null;
  }

  #closeUncommitted(line: number | null): void {
    if (this.#open?.form === 'save' && isExcerpt(this.#open)) this.#open.excerpt = true;
    else if (this.#open?.form === 'save') {
      this.#truncated({ part: 'commit', table: this.#open.table, before: line }, this.#open.line);
      this.#open.cut = this.#cutWithin(this.#sequence.hasRules ? 'rules' : 'chains');
      this.#cut = this.#open.cut;
    }
    this.#close();
  }

  /** iptables ends all of its lines, so a last line without an end is a part of one. */
  #isCutOff(end: number, line: number): boolean {
    if (end < this.#bytes.length) return false;
    this.#truncated({ part: 'line-end' }, line);
    this.#cut ??= this.#cutWithin('tables');
    return true;
  }

  #cutWithin(within: Cut['within']): Cut {
    return { file: this.#lines.file, line: this.#lastLine, within };
  }

  #truncated(lacks: DumpLacks, line: number): void {
    this.#problems.add('truncated', { what: 'dump', lacks }, this.#lines.file, line);
  }

  #declare({ chains }: Block, chain: number, declared: readonly (string | undefined)[], line: number): void {
    this.#lastLine = line;
    const [policy = '-'] = declared;
    const declaration = toDeclaration(declared);
    chains.declare(chain, line, declaration);
    if (policy !== '-' && declaration.policy === null)
      this.#problems.add('unreadable-line', { of: 'policy', shown: policy }, this.#lines.file, line);
  }

  #text(start: number, end: number): string {
    return this.#bytes.toString('utf8', start, Math.min(end, start + 4096));
  }
}
