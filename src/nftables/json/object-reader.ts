import type { ProblemList } from '../../problems/problem.ts';
import { asObject, type Json } from './values.ts';

/** How a rule begins, as nft prints it; other JSON writers leave out or add blanks. */
const RULE =
  /^\{\s*"rule"\s*:\s*\{\s*"family"\s*:\s*"([^"\\]*)"\s*,\s*"table"\s*:\s*"([^"\\]*)"\s*,\s*"chain"\s*:\s*"([^"\\]*)"/;

/** As far as names may reach: each has at most 255 bytes. */
const HEAD = 900;

const NEWLINE = 10;

/** Parses the objects of a listing one by one, by their place in it. */
export class ObjectReader {
  readonly #bytes: Buffer;
  readonly #file: string;
  readonly #problems: ProblemList;
  #counted = 0;
  #line = 1;

  constructor(bytes: Buffer, file: string, problems: ProblemList) {
    this.#bytes = bytes;
    this.#file = file;
    this.#problems = problems;
  }

  /** @returns which chain a rule belongs to, told without parsing it; null where it is no rule or is written otherwise. */
  ruleHead(start: number, end: number): string | null {
    const head = this.#bytes.toString('latin1', start, Math.min(end, start + HEAD));
    const [, family, table, chain] = RULE.exec(head) ?? [];
    // Names of other than plain letters are read with their encoding.
    if (chain === undefined || /[\x80-\xff]/.test(head)) return null;
    return `${family}\0${table}\0${chain}`;
  }

  /** @returns the object; null, with a problem, where it cannot be parsed. */
  read(start: number, end: number): Json | null {
    try {
      return asObject(JSON.parse(this.#bytes.toString('utf8', start, end)));
    } catch {
      this.#problems.add('unreadable-json', 'this object is not valid JSON', this.#file, this.lineOf(start));
      return null;
    }
  }

  /** @returns the line of a byte, counted from 1. */
  lineOf(at: number): number {
    if (at < this.#counted) [this.#counted, this.#line] = [0, 1];
    for (;;) {
      const next = this.#bytes.indexOf(NEWLINE, this.#counted);
      if (next < 0 || next >= at) return this.#line;
      this.#counted = next + 1;
      this.#line++;
    }
  }
}
