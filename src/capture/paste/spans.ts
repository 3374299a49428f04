import type { LineKind } from '../recognise-lines.ts';

/** What a line of a paste was taken for. */
export type ReadAs = LineKind | 'command' | 'passed-over' | 'fence';

/** Lines that follow one another and were taken for the same. */
export interface Span {
  /** Numbers of the first and the last line, from 1. */
  readonly from: number;
  readonly to: number;
  readonly as: ReadAs;
  /** The first of them, as it was read. */
  readonly text: string;
}

/** Collects what lines were taken for. Blank lines end nothing. */
export class SpanList {
  readonly #spans: { from: number; to: number; as: ReadAs; text: string }[] = [];

  /** @param index of the line, from 0; lines come in order. */
  add(index: number, as: ReadAs, text: string): void {
    const last = this.#spans.at(-1);
    if (last !== undefined && last.as === as && as !== 'command') last.to = index + 1;
    else this.#spans.push({ from: index + 1, to: index + 1, as, text: text.trim() });
  }

  list(): readonly Span[] {
    return this.#spans;
  }
}
