import { isAffinity } from '../../connection/affinity.ts';
import { type Given, keyOf, type Question } from '../../trace/question.ts';
import type { GivenItem } from '../trace-list.ts';
import { givenNote } from '../words/question-words.ts';

/** The conditions of one trace's outcomes as the contract prints them: equal questions have equal numbers. */
export class GivenItems {
  readonly #flowsCaptured: boolean;
  readonly #numbers = new Map<string, number>();
  /** A number for each question, of which those keys are made; the object is looked up first, since a rule asks each way the same one. */
  readonly #names = new Map<Question, number>();
  readonly #byText = new Map<string, number>();
  readonly #lists = new Map<readonly Given[], readonly GivenItem[]>();

  /** @param flowsCaptured whether the capture holds conntrack's table: what would settle a question depends on it. */
  constructor(flowsCaptured: boolean) {
    this.#flowsCaptured = flowsCaptured;
  }

  /** @returns the answers that an outcome rests on; one list for outcomes that have theirs from one. */
  list(given: readonly Given[]): readonly GivenItem[] {
    const known = this.#lists.get(given) ?? this.#told(given);
    this.#lists.set(given, known);
    return known;
  }

  #told(given: readonly Given[]): GivenItem[] {
    return given.map((each) => {
      const { question, held, joined } = each;
      const number = this.#numberOf(each);
      const { code, text, settle } = givenNote(each, this.#flowsCaptured);
      const told = { code, text, settle, question: number, held, joined: joined?.more ?? 0 };
      return isAffinity(question) ? { ...told, affinity: true } : told;
    });
  }

  #numberOf({ question, joined }: Given): number {
    const name = this.#nameOf(question);
    const key = joined === null ? `${name}` : `${name} ${joined.more} ${this.#nameOf(joined.last)}`;
    const number = this.#numbers.get(key) ?? this.#numbers.size;
    this.#numbers.set(key, number);
    return number;
  }

  #nameOf(question: Question): number {
    const known = this.#names.get(question);
    if (known !== undefined) return known;
    const text = keyOf(question);
    const name = this.#byText.get(text) ?? this.#byText.size;
    this.#byText.set(text, name);
    this.#names.set(question, name);
    return name;
  }
}
