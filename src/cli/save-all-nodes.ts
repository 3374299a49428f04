import type { CapturedFile } from '../capture/captured-file.ts';
import type { Lifeline } from '../capture/live/lifeline.ts';
import type { NodeTarget } from '../capture/live/reach-node.ts';
import { UnreachableError } from '../capture/live/unreachable-error.ts';
import type { CaptureWriter } from '../capture/write/capture-writer.ts';
import type { CapturedNode } from '../explain/explanation.ts';
import type { LoadContext } from './load-capture.ts';
import { readNode } from './read-node.ts';
import type { LiveRequest } from './requests.ts';

/** How many nodes are read at once: each takes a few connections to the API server. */
const NODES_AT_ONCE = 4;

/**
 * Reads every node of the cluster, a few at once, and adds each to the capture in a folder of its name.
 * @returns one item for each node, those that could not be reached with their error. Throws UnreachableError where the
 * nodes cannot be listed or none of them could be reached; InterruptedError.
 */
export async function saveAllNodes(
  live: LiveRequest & { readonly target: NodeTarget },
  objects: readonly CapturedFile[],
  context: LoadContext,
  lifeline: Lifeline,
  writer: CaptureWriter,
): Promise<CapturedNode[]> {
  const { Kubectl } = await import('../capture/live/kubectl.ts');
  const { nodeNames } = await import('../capture/live/find-pod.ts');
  const { runPool } = await import('../capture/live/pool.ts');
  lifeline.onStep('listing the nodes');
  const names = await nodeNames(new Kubectl(live.access, lifeline.signal));
  if (names.length === 0) throw new UnreachableError('no-nodes', 'the cluster has no nodes that you may see');
  const folders = foldersOf(names);
  let done = 0;
  const items = await runPool(
    NODES_AT_ONCE,
    names.map((node) => async () => {
      const item = await saveNode(
        { ...live, target: { ...live.target, node } },
        folders.get(node) ?? node,
        objects,
        context,
        writer,
      );
      lifeline.onStep(`${++done} of ${names.length} nodes read`);
      return item;
    }),
  );
  const errors = items.filter(({ error }) => error !== null);
  if (errors.length === items.length) {
    const lines = errors.map(
      ({ node, error }) => `\n  ${node}: ${error?.message.replaceAll('\n', '\n  ') ?? ''}`,
    );
    throw new UnreachableError(
      'no-node-reached',
      `none of the ${items.length} nodes could be read:${lines.slice(0, 10).join('')}`,
    );
  }
  return items;
}

async function saveNode(
  live: LiveRequest & { readonly target: NodeTarget },
  folder: string,
  objects: readonly CapturedFile[],
  context: LoadContext,
  writer: CaptureWriter,
): Promise<CapturedNode> {
  try {
    const { files, item } = await readNode(live, objects, context, false);
    writer.add(files, folder);
    return { ...item, path: writer.pathOf(folder) };
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    return {
      node: live.target.node,
      path: null,
      takenAt: null,
      backend: null,
      kubeProxy: null,
      proxyMode: 'none',
      files: [],
      error: { code: error.code, message: error.message },
    };
  }
}

/** The API server allows only plain names; whatever another one sends must not become a path. */
function foldersOf(names: readonly string[]): Map<string, string> {
  const folders = new Map<string, string>();
  for (const name of names) {
    const plain = name.replace(/[^\w.-]/g, '_').replace(/^\.+/, '_') || '_';
    const taken = new Set(folders.values());
    let folder = plain;
    for (let copy = 2; taken.has(folder); copy++) folder = `${plain}-${copy}`;
    folders.set(name, folder);
  }
  return folders;
}
