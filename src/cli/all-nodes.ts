import type { Lifeline } from '../capture/live/lifeline.ts';
import type { NodeTarget } from '../capture/live/reach-node.ts';
import { UnreachableError } from '../capture/live/unreachable-error.ts';
import { NODES_AT_ONCE } from './fleet/concurrency.ts';
import type { LiveRequest } from './requests.ts';

/** How long a node is left alone where the API server asks to slow down. kubectl itself has waited before, where it can. */
const WAITS_MS = [2000, 5000, 15_000];

/** A live node to be read, by name. */
export type NodeRequest = LiveRequest & { readonly target: NodeTarget };

/** What came of one node: what was made of it, or why it could not be read. */
export type NodeResult<T> =
  | { readonly node: string; readonly value: T; readonly error: null }
  | { readonly node: string; readonly value: null; readonly error: UnreachableError };

/**
 * Reads every node of the cluster, a few at once.
 * @param live how a node is reached; its name stands for all of them. @param read is called for each node
 * @param use is called with what was read of each, one after the other, while no node is being read: what takes long to
 * compute would keep an interrupt from removing what was made for another node
 * @returns one result for each node, in the order of the API server. Throws UnreachableError where the nodes cannot be listed
 * or none of them could be reached; InterruptedError; and what else `read` and `use` throw.
 */
export async function readAllNodes<R, T>(
  live: NodeRequest,
  lifeline: Lifeline,
  read: (node: NodeRequest) => Promise<R>,
  use: (value: R, node: string) => Promise<T>,
): Promise<NodeResult<T>[]> {
  const { Kubectl } = await import('../capture/live/kubectl.ts');
  const { nodeNames } = await import('../capture/live/node-state.ts');
  const { runPool } = await import('../capture/live/pool.ts');
  const { OVERLOADED } = await import('../capture/live/kubectl-failure.ts');
  lifeline.onStep('listing the nodes');
  const names = await nodeNames(
    new Kubectl(live.access, lifeline.signal, lifeline.say),
    live.selector ?? null,
  );
  if (names.length === 0) {
    const which = live.selector === undefined ? 'that you may see' : `with ${live.selector}`;
    throw new UnreachableError('no-nodes', `the cluster has no nodes ${which}`);
  }
  let done = 0;
  /** Of all that follow, once the server was asked for too much. */
  let atOnce = live.atOnce ?? NODES_AT_ONCE;
  const readOne = async (node: string, beside: number): Promise<NodeResult<R>> => {
    for (const wait of [...WAITS_MS, null]) {
      try {
        const value = await read({ ...live, target: { ...live.target, node } });
        lifeline.onStep(`${++done} of ${names.length} nodes read`);
        return { node, value, error: null };
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
        if (wait === null || error.code !== OVERLOADED) {
          lifeline.onStep(`${++done} of ${names.length} nodes read`);
          return { node, value: null, error };
        }
        // Those that were asked together are refused together: that is one refusal.
        atOnce = Math.max(1, Math.floor(beside / 2));
        lifeline.onStep(`the API server asks to slow down: ${node} is asked again in ${wait / 1000} s`);
        await lifeline.wait(wait);
      }
    }
    throw new Error('the last attempt has no result');
  };
  const results: NodeResult<T>[] = [];
  const left = [...names];
  while (left.length > 0) {
    const beside = atOnce;
    const some = left.splice(0, beside).map((node) => async () => await readOne(node, beside));
    for (const one of await runPool(beside, some))
      results.push(one.error === null ? { ...one, value: await use(one.value, one.node) } : one);
  }
  const lines = results.flatMap(({ node, error }) =>
    error === null ? [] : [`\n  ${node}: ${error.message.replaceAll('\n', '\n  ')}`],
  );
  if (lines.length === results.length) {
    throw new UnreachableError(
      'no-node-reached',
      `none of the ${results.length} nodes could be read:${lines.slice(0, 10).join('')}`,
    );
  }
  return results;
}
