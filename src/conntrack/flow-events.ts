import type { Flow } from './flow.ts';
import { keyOfFlow } from './flow-key.ts';
import { parseFlowLine } from './parse-flow-line.ts';

/** What an event says happened to its flow. */
export type FlowEventKind = 'new' | 'update' | 'destroy';

/** A line of `conntrack -E`. */
export interface FlowEvent {
  readonly kind: FlowEventKind;
  /** When it was told, in seconds since 1970; null without `-o timestamp`. */
  readonly at: number | null;
  readonly flow: Flow;
}

const EVENT = /^(?:\[(\d+\.\d+)\s*\])?\s*\[(NEW|UPDATE|DESTROY)\]\s+(.*)$/;

/**
 * Reads one line of `conntrack -E`, with or without `-o timestamp`: `    [NEW] udp      17 30 src=…`.
 * @returns null for other lines, and where the entry cannot be read. Never throws.
 */
export function parseFlowEvent(line: string, file: string, lineNumber: number): FlowEvent | null {
  const match = EVENT.exec(line);
  if (match === null) return null;
  const [, at, word, entry = ''] = match;
  const flow = parseFlowLine(entry, file, lineNumber);
  if (flow === null) return null;
  const kind = word === 'NEW' ? 'new' : word === 'UPDATE' ? 'update' : 'destroy';
  // Whether conntrack(8) itself made the entry is of the event, not of the flow.
  const status = flow.status.filter((word) => word !== 'USERSPACE');
  return { kind, at: at === undefined ? null : Number(at), flow: { ...flow, status } };
}

/** Follows events: what was begun or changed and not destroyed since is a live flow. Memory grows with the live ones. */
export class EventReplay {
  readonly #live = new Map<string, Flow>();

  /** @returns true where the line is an event, which is then taken in. */
  read(line: string, file: string, lineNumber: number): boolean {
    if (!line.includes('[NEW]') && !line.includes('[UPDATE]') && !line.includes('[DESTROY]')) return false;
    const event = parseFlowEvent(line, file, lineNumber);
    if (event === null) return false;
    const key = keyOfFlow(event.flow);
    this.#live.delete(key);
    if (event.kind !== 'destroy') this.#live.set(key, event.flow);
    return true;
  }

  /** Every flow that the events left alive, the one changed last at the end. */
  live(): Iterable<Flow> {
    return this.#live.values();
  }
}
