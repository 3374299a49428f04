import { readAllNodes } from './all-nodes.js';
import { readNode } from './read-node.js';
/**
 * Reads every node of the cluster and adds each to the capture in a folder of its name.
 * @returns one item for each node, those that could not be reached with their error. Throws as `readAllNodes` does.
 */
export async function saveAllNodes(live, objects, context, lifeline, writer) {
    const folders = new Folders();
    const results = await readAllNodes(live, lifeline, async (node) => ({ node: node.target.node, ...(await readNode(node, objects, context, 'none')) }), async ({ node, files, item }) => {
        const folder = folders.of(node);
        writer.add(files, folder);
        return { ...item, path: writer.pathOf(folder) };
    });
    return results.map(({ node, value, error }) => value ?? unread(node, error));
}
function unread(node, { code, message }) {
    return {
        node,
        path: null,
        takenAt: null,
        backend: null,
        kubeProxy: null,
        proxyMode: 'none',
        files: [],
        error: { code, message },
    };
}
/** The API server allows only plain names; whatever another one sends must not become a path. */
class Folders {
    #taken = new Set();
    of(name) {
        const plain = name.replace(/[^\w.-]/g, '_').replace(/^\.+/, '_') || '_';
        let folder = plain;
        for (let copy = 2; this.#taken.has(folder); copy++)
            folder = `${plain}-${copy}`;
        this.#taken.add(folder);
        return folder;
    }
}
