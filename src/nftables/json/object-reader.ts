import { type Fields, objectOf } from '../../json/fields.ts';
import { parseJson } from '../../json/read-json.ts';
import type { ProblemList } from '../../problems/problem.ts';

/** How a rule begins, as nft prints it; another JSON writer leaves out or adds blanks, and its rules are parsed to be placed. */
const RULE = Buffer.from('{"rule": {"family": "');

const QUOTE = 34;

const HEAD = /^\w+", "table": "[^"\\]*", "chain": "[^"\\]*$/;

/** @returns the name of a chain, with its table, as a rule of nft's JSON spells it. */
export function chainKey(family: string, table: string, chain: string): string {
  return `${family}", "table": "${table}", "chain": "${chain}`;
}

const CHAIN = Buffer.from('{"chain": {"family": "');
const PLAIN_CHAIN =
  /^\{"chain": \{"family": "([^"\\]*)", "table": "([^"\\]*)", "name": "([^"\\]*)", "handle": (\d{1,15})\}\}$/;

const NEWLINE = 10;

/** Parses the objects of a listing one by one, by their place in it. */
export class ObjectReader {
  readonly #bytes: Buffer;
  readonly #file: string;
  readonly #problems: ProblemList;
  #counted = 0;
  #line = 1;
  #next: number;

  constructor(bytes: Buffer, file: string, problems: ProblemList) {
    this.#bytes = bytes;
    this.#file = file;
    this.#problems = problems;
    this.#next = this.#newlineFrom(0);
  }

  /** @returns which chain a rule belongs to, as {@link chainKey} has it, told without parsing it; null where it is no rule or is written otherwise. */
  ruleHead(start: number, end: number): string | null {
    const bytes = this.#bytes;
    const from = start + RULE.length;
    if (from >= end || bytes.compare(RULE, 0, RULE.length, start, from) !== 0) return null;
    let at = from;
    // Family, key, table, key, chain: the fifth quote that closes a value ends the chain's name.
    for (let quotes = 0; quotes < 9; quotes++) {
      at = bytes.indexOf(QUOTE, at);
      if (at < 0 || at >= end) return null;
      at++;
    }
    const head = bytes.toString('utf8', from, at - 1);
    return HEAD.test(head) ? head : null;
  }

  /** @returns a chain that is hooked nowhere, told without parsing it: kube-proxy has one of each endpoint; null where it is none, or is written otherwise. */
  plainChain(start: number, end: number): Fields | null {
    const bytes = this.#bytes;
    if (bytes.compare(CHAIN, 0, CHAIN.length, start, Math.min(end, start + CHAIN.length)) !== 0) return null;
    const [, family, table, name, handle] = PLAIN_CHAIN.exec(bytes.toString('utf8', start, end)) ?? [];
    return handle === undefined ? null : { family, table, name, handle: Number(handle) };
  }

  /** @returns the object; null, with a problem, where it cannot be parsed. */
  read(start: number, end: number): Fields | null {
    const value = parseJson(this.#bytes.toString('utf8', start, end));
    if (value !== undefined) return objectOf(value);
    this.#problems.add('unreadable-json', 'this object is not valid JSON', this.#file, this.lineOf(start));
    return null;
  }

  /** @returns the line of a byte, counted from 1. */
  lineOf(at: number): number {
    if (at < this.#counted) [this.#counted, this.#line, this.#next] = [0, 1, this.#newlineFrom(0)];
    while (this.#next < at) {
      this.#counted = this.#next + 1;
      this.#line++;
      this.#next = this.#newlineFrom(this.#counted);
    }
    return this.#line;
  }

  /** Kept, as nft prints all in one line: to look for its end anew for each object would read the file as often. */
  #newlineFrom(from: number): number {
    const found = this.#bytes.indexOf(NEWLINE, from);
    return found < 0 ? this.#bytes.length : found;
  }
}
