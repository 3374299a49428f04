import { keyOfFlow } from '../../conntrack/flow-key.js';
/** Remembers the flows of listings: those after the first one, which are the small ones. */
export class SeenFlows {
    keys = new Set();
    row(row) {
        this.keys.add(rowKey(row));
    }
    flow(flow) {
        this.keys.add(keyOfFlow(flow));
    }
}
/**
 * `conntrack -L` lists both families, so an entry of a later listing may stand in the first one too: it then counts once,
 * as the first listing has it.
 */
export class DistinctFlows {
    #visitor;
    #later;
    #isFirst;
    /** @param later what the listings after the first hold and no listing before this one did */
    constructor(visitor, later, isFirst) {
        this.#visitor = visitor;
        this.#later = later;
        this.#isFirst = isFirst;
    }
    row(row, read) {
        if (this.#isNew(rowKey(row)))
            this.#visitor.row(row, read);
    }
    flow(flow) {
        if (this.#isNew(keyOfFlow(flow)))
            this.#visitor.flow(flow);
    }
    #isNew(key) {
        const held = this.#later.delete(key);
        return held || this.#isFirst;
    }
}
function rowKey({ protocol, original }) {
    const { source, sourcePort, destination, destinationPort } = original;
    return `${protocol} ${source} ${sourcePort} ${destination} ${destinationPort}`;
}
