import type { ProblemList } from '../problems/problem.ts';
import type { Flow } from './flow.ts';
import type { DestinationQuery, EndQuery, FlowQuery, FlowTable, FoundFlow } from './flow-table.ts';
import { isFraming, isUncut, LONGEST_LINE } from './line-kinds.ts';
import { LineNumbers } from './line-numbers.ts';
import { directionOf, endsAt, goesTo } from './match-flow.ts';
import {
  destinationNeedles,
  endPattern,
  entrySign,
  portNeedles,
  type Spelling,
  spellingOf,
  tupleNeedles,
} from './needles.ts';
import { parseFlowLine } from './parse-flow-line.ts';
import { holdsSavedEvents } from './parse-saved-flow.ts';

const NEWLINE = 10;
const BEGINNING = 65_536;

/** How listings spell a zone of one direction; in XML as one of both. */
const HALF_ZONES = ['zone-orig=', 'zone-reply=', '--orig-zone ', '--reply-zone ', '<zone>'] as const;

/**
 * One listing, kept as the bytes it came in. A million flows take 160 MB; a question searches the bytes for the
 * addresses it asks about and reads only the lines that hold them.
 */
export class ScannedFlowTable implements FlowTable {
  readonly #bytes: Buffer;
  readonly #file: string;
  readonly #problems: ProblemList;
  readonly #lines: LineNumbers;
  /** Null: not spelt in a way that can be searched. */
  readonly #spelling: Spelling | null;
  /** What every entry holds. */
  readonly #sign: string;
  readonly #isOfEvents: boolean;
  readonly #reported = new Set<number>();
  #count: number | null = null;
  #halfZoned: boolean | null = null;

  constructor(name: string, bytes: Buffer, problems: ProblemList) {
    this.#bytes = bytes;
    this.#file = name;
    this.#problems = problems;
    this.#lines = new LineNumbers(bytes);
    const beginning = bytes.toString('latin1', 0, BEGINNING);
    this.#spelling = spellingOf(beginning);
    this.#sign = entrySign(beginning);
    this.#isOfEvents = holdsSavedEvents(beginning);
  }

  get count(): number {
    this.#count ??= this.#countEntries();
    return this.#count;
  }

  get halfZoned(): boolean {
    this.#halfZoned ??= HALF_ZONES.some((spelt) => this.#bytes.includes(spelt));
    return this.#halfZoned;
  }

  findFlow(query: FlowQuery): FoundFlow | null {
    const ports =
      query.sourcePort === null || query.destinationPort === null
        ? null
        : { source: query.sourcePort, destination: query.destinationPort };
    const needles =
      this.#spelling === null ? null : tupleNeedles(this.#spelling, query.source, query.destination, ports);
    for (const flow of this.#linesWith(needles)) {
      const direction = directionOf(flow, query);
      if (direction !== null) return { flow, direction };
    }
    return null;
  }

  flowsTo(query: DestinationQuery): Flow[] {
    const needles = this.#spelling === null ? null : destinationNeedles(this.#spelling, query.destination);
    const found: Flow[] = [];
    for (const flow of this.#linesWith(needles)) if (goesTo(flow, query)) found.push(flow);
    return found;
  }

  flowsAt(query: EndQuery): Flow[] {
    const spelling = this.#spelling;
    const { destination, destinationPort: port } = query;
    // A client's port is rarer than an address of the node. Lines that have both apart are passed over unread.
    const needles = spelling === null ? null : portNeedles(spelling, port);
    const end = spelling === null ? null : endPattern(spelling, destination, port);
    const found: Flow[] = [];
    for (const flow of this.#linesWith(needles, end)) if (endsAt(flow, query)) found.push(flow);
    return found;
  }

  *all(): Iterable<Flow> {
    yield* this.#linesWith(null);
  }

  /**
   * Reads the lines that hold one of the needles, or every line; no line twice, in the order of the listing.
   * @param also lines that do not have this, too, are passed over unread
   */
  *#linesWith(needles: readonly string[] | null, also: RegExp | null = null): Iterable<Flow> {
    const next = needles === null ? (from: number) => from : this.#search(needles);
    let from = 0;
    while (from < this.#bytes.length) {
      const hit = next(from);
      if (hit < 0) return;
      const start = needles === null ? from : this.#bytes.lastIndexOf(NEWLINE, hit) + 1;
      const newline = this.#bytes.indexOf(NEWLINE, hit);
      const end = newline < 0 ? this.#bytes.length : newline;
      from = end + 1;
      if (also !== null && !this.#holds(start, end, also)) continue;
      const flow = this.#read(start, end);
      if (flow !== null) yield flow;
    }
  }

  #holds(start: number, end: number, pattern: RegExp): boolean {
    return end - start > LONGEST_LINE || pattern.test(this.#bytes.toString('latin1', start, end));
  }

  /** @returns a function that finds the next place of any needle at or after an offset; -1 where none is left. */
  #search(needles: readonly string[]): (from: number) => number {
    const places = needles.map((needle) => ({ needle: Buffer.from(needle, 'latin1'), at: -2 }));
    return (from) => {
      let nearest = -1;
      for (const place of places) {
        if (place.at !== -1 && place.at < from) place.at = this.#bytes.indexOf(place.needle, from);
        if (place.at >= 0 && (nearest < 0 || place.at < nearest)) nearest = place.at;
      }
      return nearest;
    };
  }

  #read(start: number, end: number): Flow | null {
    if (end - start > LONGEST_LINE) {
      this.#unread(start, 'long-flow');
      return null;
    }
    const text = this.#bytes.toString('latin1', start, end);
    const line = this.#lines.at(start);
    const isCut = end === this.#bytes.length && !isUncut(text);
    const flow = isCut || this.#isOfEvents ? null : parseFlowLine(text, this.#file, line);
    if (flow !== null || isFraming(text)) return flow;
    this.#unread(start, isCut ? 'cut-flow' : 'flow');
    return null;
  }

  /** Tells once of each line that cannot be read. */
  #unread(start: number, as: 'flow' | 'long-flow' | 'cut-flow'): void {
    if (this.#reported.has(start)) return;
    if (this.#reported.size < 100_000) this.#reported.add(start);
    const line = this.#lines.at(start);
    if (as === 'cut-flow') this.#problems.add('truncated', { what: 'flow' }, this.#file, line);
    else this.#problems.add('unreadable-line', { of: as }, this.#file, line);
  }

  #countEntries(): number {
    const needle = Buffer.from(this.#sign, 'latin1');
    let count = 0;
    let hit = this.#bytes.indexOf(needle);
    while (hit >= 0) {
      count++;
      const newline = this.#bytes.indexOf(NEWLINE, hit);
      hit = newline < 0 ? -1 : this.#bytes.indexOf(needle, newline + 1);
    }
    return count;
  }
}
