import { quoteWord } from '../../command/quote.ts';
import { fieldsOf, objectsOf, textOf } from '../../json/fields.ts';
import type { NotReady } from '../../problems/of-nodes.ts';
import type { Kubectl } from './kubectl.ts';
import { UnreachableError } from './unreachable-error.ts';

/** What the API server tells of a node that is about to be read. */
export interface NodeState {
  /** `silent`: its kubelet has stopped to report, so that neither exec nor debug gets there. */
  readonly ready: 'ready' | 'not-ready' | 'silent' | 'unknown';
  /** Why it is not ready, as a sentence without its end; null where it is, or where nothing is told. */
  readonly notReady: NotReady | null;
}

/**
 * Asks for a node before anything is tried on it: commands to a node that is gone hang for minutes, each.
 * @returns its state; `unknown` where nodes may not be read. Throws UnreachableError where there is no such node, or where the
 * API server cannot be asked; InterruptedError.
 */
export async function readNodeState(kubectl: Kubectl, node: string): Promise<NodeState> {
  try {
    // By `node/NAME`, which is never taken for an option.
    return stateOf(node, await kubectl.getJson(['get', `node/${node}`], `node ${node}`));
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    if (error.code === 'not-found') throw await noSuchNode(kubectl, node);
    if (error.code !== 'forbidden') throw error;
    return { ready: 'unknown', notReady: null };
  }
}

/** The kubelet reports every 10 s; 40 to 50 s without a word make it `Unknown` (node lifecycle controller, 1.20 to 1.36). */
function stateOf(node: string, object: Readonly<Record<string, unknown>>): NodeState {
  const conditions = objectsOf(fieldsOf(object.status).conditions);
  const ready = conditions.find(({ type }) => type === 'Ready');
  const status = textOf(ready?.status);
  if (ready === undefined || status === null) return { ready: 'unknown', notReady: null };
  if (status === 'True') return { ready: 'ready', notReady: null };
  const since = textOf(ready.lastTransitionTime);
  const said = [textOf(ready.reason), textOf(ready.message)].filter((text) => text !== null).join(': ');
  return {
    ready: status === 'Unknown' ? 'silent' : 'not-ready',
    notReady: { node, since, said },
  };
}

/** @returns the names of the nodes that a selector (`-l` of kubectl) chooses; null: of all. Throws UnreachableError. */
export async function nodeNames(kubectl: Kubectl, selector: string | null = null): Promise<string[]> {
  const chosen = selector === null ? [] : [`--selector=${selector}`];
  const list = await kubectl.getJson(['get', 'nodes', ...chosen], 'the nodes of the cluster');
  return objectsOf(list.items).flatMap((item) => textOf(fieldsOf(item.metadata).name) ?? []);
}

async function noSuchNode(kubectl: Kubectl, node: string): Promise<UnreachableError> {
  let hint = '';
  try {
    const names = await nodeNames(kubectl);
    hint = `: there ${names.length === 1 ? 'is' : 'are'} ${listed(names)}`;
  } catch (error) {
    // Who may read one node may not be allowed to list all.
    if (!(error instanceof UnreachableError)) throw error;
  }
  return new UnreachableError('no-such-node', `no node ${quoteWord(node)}${hint}`);
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'no node';
  const shown = names.slice(0, 8).join(', ');
  return names.length > 8 ? `${shown} and ${names.length - 8} more` : shown;
}
