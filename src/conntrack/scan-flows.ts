import type { ProblemList } from '../problems/problem.ts';
import { AddressIds } from './address-ids.ts';
import type { Flow } from './flow.ts';
import { EventReplay } from './flow-events.ts';
import type { FlowRow } from './flow-row.ts';
import { isFraming, isUncut, LONGEST_LINE } from './line-kinds.ts';
import { parseFlowLine } from './parse-flow-line.ts';
import { holdsSavedEvents } from './parse-saved-flow.ts';
import { RowReader, type WantedDestinations } from './row-reader.ts';
import { type WantedFlows, wantedDestinations, wantedTexts } from './wanted-flows.ts';

/** A listing that is read piece by piece and never held as a whole. */
export interface FlowSource {
  /** For messages and for the `file` of flows. */
  readonly name: string;
  /** The bytes in order; a piece may be reused once the next one is asked for. */
  chunks(): Iterable<Buffer> | AsyncIterable<Buffer>;
}

/** What a scan is told about each entry. Exactly one of the two is called for an entry. */
export interface FlowVisitor {
  /** @param flow reads the same entry in full, now or never: the row's line is gone afterwards. */
  row(row: FlowRow, flow: () => Flow | null): void;
  /** An entry in a form of its own: XML, ICMP, zones in one direction, events. */
  flow(flow: Flow): void;
}

/** Takes in what could not be read. */
export type ProblemSink = Pick<ProblemList, 'add'>;

/** What a scan counted. */
export interface ScanResult {
  /** Entries, readable or not, also those not asked for; null where stretches were passed over unread. */
  readonly entries: number | null;
  /** Those that could not be read; each is a problem with its place, as far as `ProblemList` keeps them. */
  readonly unreadable: number;
}

const NEWLINE = 10;
const BEGINNING = 65_536;

/** Reads listings once, from the first byte to the last. Its memory does not grow with their size. */
export class FlowScanner {
  readonly ids: AddressIds;
  readonly #reader: RowReader;
  readonly #problems: ProblemSink;
  readonly #asked: WantedFlows | null;
  readonly #wanted: WantedDestinations | null;
  #texts: readonly Buffer[] = [];
  readonly #visitor: FlowVisitor;
  #name = '';
  #line = 0;
  #entries = 0;
  #unreadable = 0;
  #passed = false;
  #events = new EventReplay();
  #isOfEvents = false;
  /** Where the row stands that the visitor is told of. One function for all rows: a million of them cost a tenth of the reading. */
  #row: Buffer = Buffer.alloc(0);
  #rowStart = 0;
  #rowEnd = 0;
  readonly #readAgain = (): Flow | null =>
    parseFlowLine(this.#row.toString('latin1', this.#rowStart, this.#rowEnd), this.#name, this.#line);

  /** @param asked only flows whose original destination may be one of these; null: all. */
  constructor(
    visitor: FlowVisitor,
    asked: WantedFlows | null,
    problems: ProblemSink,
    ids: AddressIds = new AddressIds(),
  ) {
    this.ids = ids;
    this.#reader = new RowReader(ids);
    this.#visitor = visitor;
    this.#asked = asked;
    this.#wanted = asked === null ? null : wantedDestinations(asked);
    this.#problems = problems;
  }

  /** Reads one listing to its end. Throws what reading its bytes throws. */
  async scan(source: FlowSource): Promise<ScanResult> {
    this.#name = source.name;
    this.#line = 0;
    this.#entries = 0;
    this.#unreadable = 0;
    this.#passed = false;
    this.#events = new EventReplay();
    let rest: Buffer | null = null;
    let skipping = false;
    let isFirst = true;
    for await (const chunk of source.chunks()) {
      if (isFirst && this.#asked !== null) this.#texts = textsOf(this.#asked, chunk);
      if (isFirst) this.#isOfEvents = holdsSavedEvents(chunk.toString('latin1', 0, BEGINNING));
      isFirst = false;
      let start = 0;
      if (skipping || rest !== null) {
        const newline = chunk.indexOf(NEWLINE);
        const end = newline < 0 ? chunk.length : newline;
        if (rest !== null && rest.length + end <= LONGEST_LINE) {
          rest = Buffer.concat([rest, chunk.subarray(0, end)]);
        } else if (rest !== null) {
          this.#tooLong();
          rest = null;
          skipping = true;
        }
        if (newline < 0) continue;
        if (rest !== null) this.#readLine(rest, 0, rest.length, true);
        rest = null;
        skipping = false;
        start = newline + 1;
      }
      const after = this.#readLines(chunk, start);
      // A copy: the piece itself may be filled anew.
      if (after < chunk.length) rest = Buffer.from(chunk.subarray(after));
      if (rest !== null && rest.length > LONGEST_LINE) {
        this.#tooLong();
        rest = null;
        skipping = true;
      }
    }
    if (rest !== null) this.#readLine(rest, 0, rest.length, false);
    for (const flow of this.#events.live()) this.#visit(flow);
    return { entries: this.#passed ? null : this.#entries, unreadable: this.#unreadable };
  }

  /** Reads the lines that end in this piece. @returns where the last, unfinished one starts. */
  #readLines(chunk: Buffer, from: number): number {
    if (this.#texts.length === 0) return this.#readAll(chunk, from, chunk.length);
    // Searching is ten times as fast as reading: lines without any of the texts are counted and passed over.
    const places = this.#texts.map((text) => ({ text, at: chunk.indexOf(text, from) }));
    let start = from;
    for (;;) {
      let hit = -1;
      for (const place of places) {
        if (place.at >= 0 && place.at < start) place.at = chunk.indexOf(place.text, start);
        if (place.at >= 0 && (hit < 0 || place.at < hit)) hit = place.at;
      }
      start = this.#passOver(chunk, start, hit < 0 ? chunk.length : hit);
      if (hit < 0) return start;
      const end = chunk.indexOf(NEWLINE, hit);
      if (end < 0) return start;
      this.#readLine(chunk, start, end, true);
      start = end + 1;
    }
  }

  #readAll(chunk: Buffer, from: number, to: number): number {
    let start = from;
    while (start < to) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      this.#readLine(chunk, start, end, true);
      start = end + 1;
    }
    return start;
  }

  /** Counts the lines that end before `to`. @returns where the next one starts. */
  #passOver(chunk: Buffer, from: number, to: number): number {
    let start = from;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0 || end >= to) return start;
      this.#passed = true;
      this.#line++;
      start = end + 1;
    }
  }

  #readLine(bytes: Buffer, start: number, end: number, isWhole: boolean): void {
    this.#line++;
    if (isWhole) {
      const result = this.#reader.read(bytes, start, end, this.#wanted);
      if (result !== 'unusual') {
        this.#entries++;
        if (result === 'other') return;
        this.#row = bytes;
        this.#rowStart = start;
        this.#rowEnd = end;
        this.#visitor.row(this.#reader.row, this.#readAgain);
        return;
      }
    }
    this.#readUnusual(bytes.toString('latin1', start, end), isWhole);
  }

  #readUnusual(text: string, isWhole: boolean): void {
    if (text.length > LONGEST_LINE) {
      this.#unread('long-flow');
      return;
    }
    if (this.#events.read(text, this.#name, this.#line)) return;
    const isCut = !isWhole && !isUncut(text);
    const flow = isCut || this.#isOfEvents ? null : parseFlowLine(text, this.#name, this.#line);
    if (flow !== null) {
      this.#entries++;
      this.#visit(flow);
    } else if (!isFraming(text)) {
      this.#entries++;
      this.#unreadable++;
      if (isCut) this.#problems.add('truncated', { what: 'flow' }, this.#name, this.#line);
      else this.#problems.add('unreadable-line', { of: 'flow' }, this.#name, this.#line);
    }
  }

  #visit(flow: Flow): void {
    const { destination } = flow.original;
    const wanted = this.#wanted;
    if (wanted !== null) {
      const id = this.ids.of(destination);
      const isWanted =
        destination.family === 'ipv4'
          ? wanted.ipv4.has(Number(destination.value))
          : wanted.ipv6.has(this.ids.textOf(id));
      if (!isWanted) return;
    }
    this.#visitor.flow(flow);
  }

  #tooLong(): void {
    this.#line++;
    this.#unread('long-flow');
  }

  #unread(as: 'flow' | 'long-flow'): void {
    this.#entries++;
    this.#unreadable++;
    this.#problems.add('unreadable-line', { of: as }, this.#name, this.#line);
  }
}

function textsOf(asked: WantedFlows, beginning: Buffer): Buffer[] {
  return wantedTexts(asked, beginning).map((text) => Buffer.from(text, 'latin1'));
}
