import type { ProblemList } from '../problems/problem.ts';
import type { FlowTable } from './flow-table.ts';
import { ScannedFlowTable } from './scanned-flow-table.ts';

export { isConntrack } from './is-conntrack.ts';
export { parseFlowLine } from './parse-flow-line.ts';

/**
 * Takes one listing of flows in any form `parseFlowLine` reads, both families mixed. Nothing is read yet: the table
 * keeps the bytes, and lines become flows, or problems, when a question meets them. Never throws.
 */
export function parseFlows(
  source: { readonly name: string; readonly bytes: Buffer },
  problems: ProblemList,
): FlowTable {
  return new ScannedFlowTable(source.name, source.bytes, problems);
}
