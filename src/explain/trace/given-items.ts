import { isAffinity } from '../../connection/affinity.ts';
import type { Given } from '../../trace/question.ts';
import type { Note } from '../explanation.ts';
import type { GivenItem } from '../trace-list.ts';
import { givenNote } from '../words/question-words.ts';

/** The conditions of one trace's outcomes as the contract prints them: equal questions have equal numbers. */
export class GivenItems {
  readonly #flowsCaptured: boolean;
  /** By what names the question; by all that is asked where several are told as one. */
  readonly #numbers = new Map<number | string, number>();
  /** A short name for each key of a question. */
  readonly #names = new Map<string, number>();
  readonly #lists = new Map<readonly Given[], readonly GivenItem[]>();

  /** @param flowsCaptured whether the capture holds conntrack's table: what would settle a question depends on it. */
  constructor(flowsCaptured: boolean) {
    this.#flowsCaptured = flowsCaptured;
  }

  /** @returns the answers that an outcome rests on; one list for outcomes that have theirs from one. */
  list(given: readonly Given[]): readonly GivenItem[] {
    const known = this.#lists.get(given) ?? given.map((each) => this.#told(each));
    this.#lists.set(given, known);
    return known;
  }

  #told(given: Given): GivenItem {
    const { question, held, joined } = given;
    const number = this.#numberOf(given);
    if (isAffinity(question)) return new AffinityItem(given, number, this.#flowsCaptured);
    const { code, text, settle } = givenNote(given, this.#flowsCaptured);
    return { code, text, settle, question: number, held, joined: joined?.more ?? 0 };
  }

  #numberOf({ key, joined }: Given): number {
    const name = this.#nameOf(key);
    const asked = joined === null ? name : `${name} ${joined.more} ${this.#nameOf(joined.lastKey)}`;
    const number = this.#numbers.get(asked) ?? this.#numbers.size;
    this.#numbers.set(asked, number);
    return number;
  }

  #nameOf(key: string): number {
    const name = this.#names.get(key) ?? this.#names.size;
    this.#names.set(key, name);
    return name;
  }
}

/**
 * Whether an endpoint has the client, in words when somebody reads them: a Service of 5,000 endpoints asks for each of them, and
 * the screen tells them as one.
 */
class AffinityItem implements GivenItem {
  readonly code: GivenItem['code'];
  readonly question: number;
  readonly held: boolean;
  readonly affinity = true;
  readonly #given: Given;
  readonly #flowsCaptured: boolean;

  constructor(given: Given, number: number, flowsCaptured: boolean) {
    this.code = given.question.code;
    this.question = number;
    this.held = given.held;
    this.#given = given;
    this.#flowsCaptured = flowsCaptured;
  }

  get joined(): number {
    return this.#given.joined?.more ?? 0;
  }

  get text(): string {
    return this.#note().text;
  }

  get settle(): string | null {
    return this.#note().settle;
  }

  /** In the order of the contract. */
  toJSON(): GivenItem {
    const { code, text, settle } = this.#note();
    const { question, held, joined, affinity } = this;
    return { code, text, settle, question, held, joined, affinity };
  }

  #note(): Note {
    return givenNote(this.#given, this.#flowsCaptured);
  }
}
