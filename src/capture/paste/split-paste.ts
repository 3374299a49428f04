import type { ProblemList } from '../../problems/problem.ts';
import type { LineKind } from '../recognise-lines.ts';
import { type ListedTable, type SourceText, sourceOfLines } from '../source.ts';
import { depthOf, isOutOfBraces } from './braces.ts';
import { continues, isElision, mayLackHead } from './continues.ts';
import { type DiffSign, type Dress, layersBehind, undressed } from './dress.ts';
import { AS_A_WHOLE, FENCE, isPaste, OF_A_NODE } from './is-paste.ts';
import { lineRanges } from './line-ranges.ts';
import { type Machine, Machines, machineOf, machineOfCommand, readMachineHead } from './machine.ts';
import { OldTools } from './old-tools.ts';
import { type PlainLine, plainLine, told } from './plain-line.ts';
import { isOfHead, isOtherCommand, keptOf, picksLines, readPrompt } from './prompt.ts';
import { RouteBlocks } from './route-blocks.ts';
import { Sections } from './sections.ts';
import { type Span, SpanList } from './spans.ts';
import { repaired } from './spelling.ts';
import { type TranscriptLine, type TranscriptLines, transcriptLines } from './transcript-lines.ts';
import { refuseTwoStates } from './two-states.ts';
import { gapToRest, isInComment } from './wrapped.ts';

/** Nobody pastes more; a larger text is the output of a tool. */
const LARGEST = 16 * 1024 * 1024;

/**
 * Reads a transcript in blocks, each recognised by its own content wherever it starts in the line, and makes one source of
 * each kind of output in it. Lines keep their numbers; what stands between the blocks is passed over and counted.
 * @param kind what the head is as a whole, as recognised.
 * @returns the source itself where it is the clean output of a tool. Throws InputError for lines of two nodes or states.
 */
export function splitPaste(source: SourceText, kind: string, problems: ProblemList): readonly SourceText[] {
  const read = readTranscript(source, kind);
  if (read === null) return [source];
  const { paste, lines, escaped, unnamed } = read;
  if (escaped) problems.add('escaped-lines', {}, source.name);
  const found = paste.sources(lines.length);
  if (found.length === 0) return [unnamed === null ? source : sourceOfLines(source.name, unnamed)];
  paste.report(problems);
  return found.map(({ lines: kept, cut, picked, tables, firstHops }) => ({
    ...sourceOfLines(source.name, kept),
    ...(cut ? { cut: true as const } : {}),
    ...(picked ? { picked: true as const } : {}),
    ...(tables && { tables }),
    ...(firstHops ? { firstHops: true as const } : {}),
  }));
}

/**
 * @param kind what the head is as a whole, as recognised.
 * @returns what each line of a paste was taken for; null for the clean output of a tool.
 */
export function spansOfPaste(source: SourceText, kind: string): readonly Span[] | null {
  return readTranscript(source, kind)?.paste.spans() ?? null;
}

function readTranscript(
  source: SourceText,
  kind: string,
): (TranscriptLines & { readonly paste: Paste }) | null {
  if (source.hints !== null || source.size > LARGEST || source.cut === true) return null;
  if (!isPaste(source, kind)) return null;
  const read = transcriptLines(source.bytes.toString('utf8'), kind);
  const paste = new Paste(source.name);
  for (const [index, line] of read.lines.entries()) {
    paste.take(line, index);
    if (line.ends) paste.end();
  }
  return { ...read, paste };
}

/** The lines of one kind of output, and what is known to be all of it. */
interface Block {
  readonly kind: LineKind;
  readonly lines: readonly string[];
  readonly cut: boolean;
  readonly picked: boolean;
  readonly tables: readonly ListedTable[] | null;
  readonly firstHops: boolean;
}

/** Blocks of a transcript, line by line. */
class Paste {
  readonly #name: string;
  readonly #lines = new Map<LineKind, Map<number, string>>();
  readonly #skipped: number[] = [];
  /** Kinds of whose last output only the first lines were printed. */
  readonly #cut = new Set<LineKind>();
  /** Kinds of which lines were picked, or left out. */
  readonly #picked = new Set<LineKind>();
  /** Kinds of an output whose beginning may be lost: nothing says what printed it. */
  readonly #headless = new Set<LineKind>();
  /** True where lines are missing of the output that follows: left out before its first one, or picked by a command of no tool here. */
  #elided = false;
  readonly #spans = new SpanList();
  readonly #machines = new Machines();
  readonly #sections = new Sections();
  readonly #sides = new Map<DiffSign, number>();
  #kind: LineKind | null = null;
  #detached = true;
  /** The command whose output should follow. */
  #command: { readonly text: string; readonly index: number } | null = null;
  #machine: Machine | null = null;
  #depth = 0;
  readonly #old = new OldTools();
  readonly #routes = new RouteBlocks();
  #firstHops = false;
  /** What stood in front of the last line that could be told. */
  #dress: Dress = [];
  /** Blanks in front of the head of the listing that is being read. */
  #indent = 0;

  constructor(name: string) {
    this.#name = name;
  }

  take({ text: raw, next, machine }: TranscriptLine, index: number): void {
    this.#machine = machine ?? this.#machine;
    const inner = undressed(repaired(raw), this.#dress)?.text ?? raw;
    if (inner.trim() === '' || FENCE.test(inner)) {
      this.#detached = true;
      if (!FENCE.test(inner)) return;
      this.end();
      this.#spans.add(index, 'fence', inner);
      return;
    }
    const modern = this.#old.modern(inner);
    if (modern === '') return;
    const dress = this.#dress;
    const own = modern === null ? plainLine(raw, dress) : { ...told(modern), dress };
    // net-tools show links that are up alone, and of each one address of IPv4.
    if (modern !== null && own.kind === 'ip-addr') this.#picked.add('ip-addr');
    this.#firstHops ||= modern !== null && own.kind === 'ip-route';
    const plain = own.kind === null ? this.#asRoute(own, next) : own;
    const inBraces = this.#kind === 'nft' && this.#depth > 0 && !isOutOfBraces(plain);
    // Within a comment words may be those of a command.
    if (plain.kind === null && this.#isOpen(index) && this.#joinsWrapped(raw, index)) return;
    if (!inBraces && plain.kind === null && this.#takePrompt(raw, inner, index)) return;
    if (!inBraces && plain.kind === null) this.#takeHeading(inner.trim(), index);
    if (!inBraces && plain.kind === null && isOtherCommand(plain.text.trim())) {
      this.end();
      this.#elided = picksLines(plain.text);
    }
    if (plain.kind === null && isElision(plain.text)) this.#elide();
    if (!inBraces && plain.kind !== null) this.#begin(plain, raw, index);
    else if (this.#joinsWrapped(raw, index)) this.#detached = false;
    else if (this.#kind !== null && this.#follows(plain.text))
      this.#keep(this.#kind, isElision(plain.text) ? '...' : this.#dedented(plain.text), index);
    else {
      this.#skipped.push(index);
      this.#spans.add(index, 'passed-over', plain.text);
    }
    this.#detached = false;
  }

  #asRoute(plain: PlainLine, next: string): PlainLine {
    const as = this.#routes.tell(plain.text, {
      command: this.#command?.text ?? null,
      isBelowRoutes: this.#kind === 'ip-route' && !this.#detached,
      isBelowLost: this.#spans.list().at(-1)?.as === 'passed-over',
      next,
      isNextRoute: () => plainLine(next, plain.dress).kind === 'ip-route',
    });
    if (as === 'part') this.#elide();
    return as === 'route' ? { ...plain, kind: 'ip-route' } : plain;
  }

  #takePrompt(raw: string, inner: string, index: number): boolean {
    for (const { text, dress } of [
      { text: inner.trim(), dress: this.#dress },
      ...layersBehind(repaired(raw), this.#dress),
    ]) {
      const prompt = readPrompt(text);
      if (prompt === null) continue;
      this.end();
      this.#machine = machineOfCommand(text) ?? (prompt.host === null ? null : machineOf(prompt.host));
      this.#command = { text, index };
      this.#sections.command(text);
      this.#spans.add(index, 'command', text);
      this.#dress = dress;
      return true;
    }
    return false;
  }

  #takeHeading(line: string, index: number): void {
    const machine = readMachineHead(line);
    if (machine === null) {
      this.#sections.heading(line, index);
      return;
    }
    this.end();
    this.#machine = machine;
  }

  #elide(): void {
    if (this.#kind === null) this.#elided ||= this.#command !== null;
    else if (AS_A_WHOLE.has(this.#kind)) this.#picked.add(this.#kind);
  }

  /** The output that is being read is over. */
  end(): void {
    this.#kind = null;
    this.#elided = false;
    this.#command = null;
    this.#depth = 0;
  }

  #begin(plain: PlainLine, raw: string, index: number): void {
    const { kind, text, side } = plain;
    if (kind === null) return;
    this.#dress = plain.dress;
    if (side !== null) this.#sides.set(side, this.#sides.get(side) ?? index);
    if (kind === 'iptables-listing' && /^Chain /.test(text))
      this.#indent = Math.max(0, raw.indexOf('Chain '));
    this.#keep(kind, text, index);
  }

  #follows(text: string): boolean {
    if (this.#kind === null) return false;
    if (this.#kind === 'nft') return this.#depth > 0;
    return continues(text, { kind: this.#kind, detached: this.#detached });
  }

  #dedented(text: string): string {
    if (this.#kind !== 'iptables-listing') return text;
    const blanks = text.length - text.trimStart().length;
    return text.slice(Math.min(blanks, this.#indent));
  }

  #keep(kind: LineKind, text: string, index: number): void {
    const lines = this.#lines.get(kind) ?? new Map<number, string>();
    this.#lines.set(kind, lines);
    if (this.#command !== null) {
      const kept = keptOf(this.#command.text, kind);
      if (kept !== null) lines.set(this.#command.index, kept);
      if (isOfHead(this.#command.text)) this.#cut.add(kind);
      else this.#cut.delete(kind);
      this.#elided ||= picksLines(this.#command.text);
    }
    if (this.#elided && AS_A_WHOLE.has(kind)) this.#picked.add(kind);
    if (this.#command === null && this.#kind !== kind && mayLackHead(text, kind)) this.#headless.add(kind);
    if (kind === 'ip-route' && this.#kind !== kind) this.#routes.begin(this.#command?.text ?? null);
    this.#elided = false;
    this.#command = null;
    lines.set(index, kind === 'ip-route' ? this.#routes.inTable(text) : text);
    this.#spans.add(index, kind, text);
    this.#kind = kind;
    if (kind === 'nft') this.#depth += depthOf(text);
    if (this.#machine !== null && OF_A_NODE.has(kind)) this.#machines.add(this.#machine, index);
    if (kind === 'iptables-save') this.#sections.add(text);
  }

  #isOpen(index: number): boolean {
    const before = this.#kind === null ? undefined : this.#lines.get(this.#kind)?.get(index - 1);
    return before !== undefined && isInComment(before, this.#kind);
  }

  /** A mail program broke a rule before its target, or a flow before its answer. */
  #joinsWrapped(raw: string, index: number): boolean {
    const lines = this.#kind === null ? undefined : this.#lines.get(this.#kind);
    const before = lines?.get(index - 1);
    if (this.#detached || lines === undefined || before === undefined) return false;
    const line = repaired(raw);
    const text = (undressed(line, this.#dress)?.text ?? line).trim();
    const gap = gapToRest(before, text, this.#kind);
    if (gap === null) return false;
    // An empty line would part the rows of a chain.
    lines.set(index - 1, this.#kind === 'iptables-listing' ? ' ' : '');
    lines.set(index, `${before}${gap}${text}`);
    return true;
  }

  /** @returns the lines of each kind, with blank ones for the others. Throws InputError. */
  sources(length: number): Block[] {
    refuseTwoStates(this.#name, this.#machines, this.#sections, this.#sides);
    // Where other outputs stand below their commands, the one above them lost its own, and more.
    if (this.#spans.list().some(({ as }) => as === 'command'))
      for (const kind of this.#headless) this.#picked.add(kind);
    return [...this.#lines].map(([kind, own]) => ({
      kind,
      lines: Array.from({ length }, (_, index) => own.get(index) ?? ''),
      cut: this.#cut.has(kind),
      picked: this.#picked.has(kind),
      tables: kind === 'ip-route' ? this.#routes.listed() : null,
      firstHops: kind === 'ip-route' && this.#firstHops,
    }));
  }

  /** @returns what each line was taken for. */
  spans(): readonly Span[] {
    return this.#spans.list();
  }

  /** What was passed over, in one line. */
  report(problems: ProblemList): void {
    const [first] = this.#skipped;
    if (first === undefined) return;
    const args = { count: this.#skipped.length, where: lineRanges(this.#skipped) };
    problems.add('skipped-lines', args, this.#name, first + 1);
  }
}
