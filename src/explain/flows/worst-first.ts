import type { Severity } from '../flow-list.ts';

const ORDER: readonly (Severity | 'none')[] = ['error', 'warning', 'info', 'none'];

/** Keeps so many flows, the worst first and those of one severity in the order of the listing. The others are never made. */
export class WorstFirst<Item> {
  readonly #limit: number;
  readonly #kept = new Map<Severity | 'none', Item[]>(ORDER.map((severity) => [severity, []]));

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @returns whether one more of this severity may be listed. */
  takes(severity: Severity | null): boolean {
    return (this.#kept.get(severity ?? 'none')?.length ?? this.#limit) < this.#limit;
  }

  /** @param make is called only where the flow may be listed; null: it could not be read again. */
  offer(severity: Severity | null, make: () => Item | null): void {
    const list = this.#kept.get(severity ?? 'none');
    if (list === undefined || list.length >= this.#limit) return;
    const item = make();
    if (item !== null) list.push(item);
  }

  /** The flows kept, at most as many as the limit. */
  list(): Item[] {
    return ORDER.flatMap((severity) => this.#kept.get(severity) ?? []).slice(0, this.#limit);
  }
}
