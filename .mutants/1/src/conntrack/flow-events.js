import { keyOfFlow } from './flow-key.js';
import { parseFlowLine } from './parse-flow-line.js';
const EVENT = /^(?:\[\d+\.\d+\])?\s*\[(NEW|UPDATE|DESTROY)\]\s+(.*)$/;
/**
 * Reads one line of `conntrack -E`, with or without `-o timestamp`: `    [NEW] udp      17 30 src=…`.
 * @returns null for other lines, and where the entry cannot be read. Never throws.
 */
export function parseFlowEvent(line, file, lineNumber) {
    const match = EVENT.exec(line);
    if (match === null)
        return null;
    const flow = parseFlowLine(match[2] ?? '', file, lineNumber);
    if (flow === null)
        return null;
    const kind = match[1] === 'NEW' ? 'new' : match[1] === 'UPDATE' ? 'update' : 'destroy';
    return { kind, flow };
}
/** Follows events: what was begun or changed and not destroyed since is a live flow. Memory grows with the live ones. */
export class EventReplay {
    #live = new Map();
    /** @returns true where the line is an event, which is then taken in. */
    read(line, file, lineNumber) {
        if (!line.includes('[NEW]') && !line.includes('[UPDATE]') && !line.includes('[DESTROY]'))
            return false;
        const event = parseFlowEvent(line, file, lineNumber);
        if (event === null)
            return false;
        const key = keyOfFlow(event.flow);
        this.#live.delete(key);
        if (event.kind !== 'destroy')
            this.#live.set(key, event.flow);
        return true;
    }
    /** Every flow that the events left alive, the one changed last at the end. */
    live() {
        return this.#live.values();
    }
}
