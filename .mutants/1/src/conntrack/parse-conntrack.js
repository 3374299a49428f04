import { ScannedFlowTable } from './scanned-flow-table.js';
export { isConntrack } from './is-conntrack.js';
export { parseFlowLine } from './parse-flow-line.js';
/**
 * Takes one listing of flows in any form `parseFlowLine` reads, both families mixed. Nothing is read yet: the table
 * keeps the bytes, and lines become flows, or problems, when a question meets them. Never throws.
 */
export function parseFlows(source, problems) {
    return new ScannedFlowTable(source.name, source.bytes, problems);
}
