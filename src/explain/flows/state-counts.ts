import type { FlowFacts } from './diagnose-flow.ts';

interface StateCount {
  readonly state: string;
  flows: number;
}

/** Counts flows by their state; those of protocols without states by whether they have an answer. */
export class StateCounts {
  readonly #counts = new Map<string, StateCount>();
  /** Of the flow before: most are as it was. */
  #last: StateCount | null = null;

  add({ state, unreplied }: Pick<FlowFacts, 'state' | 'unreplied'>): void {
    const key = state ?? (unreplied ? 'UNREPLIED' : 'REPLIED');
    if (this.#last?.state !== key) this.#last = this.#counted(key);
    this.#last.flows++;
  }

  /** Each state that was met, with how many flows. */
  *[Symbol.iterator](): Iterator<[state: string, flows: number]> {
    for (const { state, flows } of this.#counts.values()) yield [state, flows];
  }

  /** @returns how many flows have the state. */
  of(state: string): number {
    return this.#counts.get(state)?.flows ?? 0;
  }

  #counted(state: string): StateCount {
    const known = this.#counts.get(state);
    if (known !== undefined) return known;
    const made: StateCount = { state, flows: 0 };
    this.#counts.set(state, made);
    return made;
  }
}
