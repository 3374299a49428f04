import type { FlowProblemCode, Severity } from '../flow-list.ts';

/** Flows that have one problem, of one severity. */
export interface ProblemCount {
  readonly code: FlowProblemCode;
  readonly severity: Severity;
  flows: number;
}

/** Counts flows by their problems. */
export class ProblemCounts {
  readonly #counts = new Map<FlowProblemCode, Map<Severity, ProblemCount>>();

  add(code: FlowProblemCode, severity: Severity): void {
    const known = this.#counts.get(code)?.get(severity);
    if (known !== undefined) {
      known.flows++;
      return;
    }
    const ofCode = this.#counts.get(code) ?? new Map<Severity, ProblemCount>();
    this.#counts.set(code, ofCode.set(severity, { code, severity, flows: 1 }));
  }

  /** @returns the problems that were met. */
  list(): ProblemCount[] {
    return [...this.#counts.values()].flatMap((ofCode) => [...ofCode.values()]);
  }
}
