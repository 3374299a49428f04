import { isAffinity } from '../../connection/affinity.ts';
import { flat, type Given } from '../../trace/question.ts';
import type { GivenItem } from '../trace-list.ts';
import { givenNote } from '../words/question-words.ts';

/** The conditions of one trace's outcomes as the contract prints them: equal questions have equal numbers. */
export class GivenItems {
  readonly #flowsCaptured: boolean;
  readonly #numbers = new Map<string, number>();
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
      const key = flat([question, joined]);
      const number = this.#numbers.get(key) ?? this.#numbers.size;
      this.#numbers.set(key, number);
      const affinity = isAffinity(question) ? ({ affinity: true } as const) : {};
      return {
        ...givenNote(each, this.#flowsCaptured),
        question: number,
        held,
        joined: joined?.more ?? 0,
        ...affinity,
      };
    });
  }
}
