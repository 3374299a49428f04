import type { Flow } from '../../conntrack/flow.ts';
import { keyOfFlow } from '../../conntrack/flow-key.ts';
import type { FlowRow } from '../../conntrack/flow-row.ts';
import type { FlowVisitor } from '../../conntrack/scan-flows.ts';

/** Remembers the flows of listings: those after the first one, which are the small ones. */
export class SeenFlows implements FlowVisitor {
  readonly keys = new Set<string>();

  row(row: FlowRow): void {
    this.keys.add(rowKey(row));
  }

  flow(flow: Flow): void {
    this.keys.add(keyOfFlow(flow));
  }
}

/**
 * `conntrack -L` lists both families, so an entry of a later listing may stand in the first one too: it then counts once,
 * as the first listing has it.
 */
export class DistinctFlows implements FlowVisitor {
  readonly #visitor: FlowVisitor;
  readonly #later: Set<string>;
  readonly #isFirst: boolean;

  /** @param later what the listings after the first hold and no listing before this one did */
  constructor(visitor: FlowVisitor, later: Set<string>, isFirst: boolean) {
    this.#visitor = visitor;
    this.#later = later;
    this.#isFirst = isFirst;
  }

  row(row: FlowRow, read: () => Flow | null): void {
    if (this.#isNew(rowKey(row))) this.#visitor.row(row, read);
  }

  flow(flow: Flow): void {
    if (this.#isNew(keyOfFlow(flow))) this.#visitor.flow(flow);
  }

  #isNew(key: string): boolean {
    const held = this.#later.delete(key);
    return held || this.#isFirst;
  }
}

function rowKey({ protocol, original }: FlowRow): string {
  const { source, sourcePort, destination, destinationPort } = original;
  return `${protocol} ${source} ${sourcePort} ${destination} ${destinationPort}`;
}
