/** The file of a capture folder that holds the objects of each kind. */
export const OBJECT_FILES = {
    Service: 'services.json',
    EndpointSlice: 'endpointslices.json',
    Endpoints: 'endpoints.json',
    Pod: 'pods.json',
    Node: 'nodes.json',
};
/** Writes the JSON of one list as kubectl does, an object at a time: the whole list is never in memory as values. */
export class ObjectListWriter {
    #kind;
    #pieces = [];
    constructor(kind) {
        this.#kind = kind;
    }
    /** Adds objects of the kind, already pruned. */
    add(objects) {
        if (objects.length === 0)
            return;
        const separator = this.#pieces.length === 0 ? '' : ',\n';
        this.#pieces.push(Buffer.from(separator + objects.map((object) => JSON.stringify(object)).join(',\n')));
    }
    /** Forgets what was added. */
    clear() {
        this.#pieces = [];
    }
    /** @returns the list, one object a line. */
    finish() {
        const apiVersion = this.#kind === 'EndpointSlice' ? 'discovery.k8s.io/v1' : 'v1';
        const head = `{"apiVersion":"${apiVersion}","kind":"${this.#kind}List","items":[\n`;
        return Buffer.concat([Buffer.from(head), ...this.#pieces, Buffer.from('\n]}\n')]);
    }
}
