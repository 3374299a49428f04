import { type Fields, objectOf } from '../../json/fields.ts';
import { parseJson } from '../../json/read-json.ts';
import type { ProblemList } from '../../problems/problem.ts';
import { LineNumbers } from './line-numbers.ts';
import { endOfObject } from './scan-objects.ts';

/** Parses the objects of a listing one by one, by their place in it. */
export class ObjectReader {
  readonly file: string;
  readonly #bytes: Buffer;
  readonly #problems: ProblemList;
  readonly #lines: LineNumbers;

  constructor(bytes: Buffer, file: string, problems: ProblemList) {
    this.#bytes = bytes;
    this.file = file;
    this.#problems = problems;
    this.#lines = new LineNumbers(bytes);
  }

  /** @returns the bytes of the object that begins here. */
  slice(start: number): Buffer {
    return this.#bytes.subarray(start, endOfObject(this.#bytes, start));
  }

  /** @returns the object that begins here; null, with a problem, where it cannot be parsed. */
  read(start: number): Fields | null {
    const value = parseJson(this.slice(start).toString('utf8'));
    if (value !== undefined) return objectOf(value);
    this.#problems.add('unreadable-json', { what: 'object' }, this.file, this.lineOf(start));
    return null;
  }

  /** @returns the line of a byte, counted from 1. */
  lineOf(at: number): number {
    return this.#lines.at(at);
  }
}
