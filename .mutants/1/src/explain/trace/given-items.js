import { flat } from '../../trace/question.js';
import { givenNote } from '../words/question-words.js';
/** The conditions of one trace's outcomes as the contract prints them: equal questions have equal numbers. */
export class GivenItems {
    #flowsCaptured;
    #numbers = new Map();
    /** @param flowsCaptured whether the capture holds conntrack's table: what would settle a question depends on it. */
    constructor(flowsCaptured) {
        this.#flowsCaptured = flowsCaptured;
    }
    /** @returns the answers that an outcome rests on. */
    list(given) {
        return given.map((each) => {
            const { question, held, joined } = each;
            const key = flat([question, joined]);
            const number = this.#numbers.get(key) ?? this.#numbers.size;
            this.#numbers.set(key, number);
            return { ...givenNote(each, this.#flowsCaptured), question: number, held, joined: joined?.more ?? 0 };
        });
    }
}
