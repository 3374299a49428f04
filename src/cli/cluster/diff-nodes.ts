import type { Diff, DiffList } from '../../diff/document.ts';
import { answerFrom, writeProblems } from '../answer.ts';
import { compareCaptures } from '../compare-captures.ts';
import { diffListFormats } from '../diff-formats.ts';
import { type ExitStatus, statusOfDiff } from '../exit-status.ts';
import type { Io } from '../io.ts';
import type { DiffRequest } from '../requests.ts';
import { UsageError } from '../usage-error.ts';
import type { CapturedNode } from './captured-nodes.ts';

/** The captured nodes of the two states of a cluster. */
export interface NodesOfBoth {
  readonly before: readonly CapturedNode[];
  readonly after: readonly CapturedNode[];
}

/**
 * Compares two states of a cluster, node by node, and names the nodes that are in one of them alone. What goes from one node to
 * another is not followed: each node is compared by itself.
 * @returns 1 where something changed. Throws UsageError where no node is in both, or the question names nothing known; InputError.
 */
export async function runDiffOfNodes(
  request: DiffRequest,
  { before, after }: NodesOfBoth,
  io: Io,
): Promise<ExitStatus> {
  const pairs = before.flatMap((old) => {
    const now = after.find(({ name }) => name === old.name);
    return now === undefined ? [] : [{ old, now }];
  });
  if (pairs.length === 0)
    throw new UsageError(
      'two-states',
      'no node is in both states: they are of two clusters, or of other nodes',
    );
  if (request.output === 'html')
    throw new UsageError('one-node', '-o html shows one node: name its folder in both states');
  const list = await answerFrom(
    request,
    io,
    async (load, progress): Promise<DiffList> => {
      const items: Diff[] = [];
      for (const { old, now } of pairs)
        items.push(
          await compareCaptures(await load(old.sources), await load(now.sources), request, progress),
        );
      const onlyBefore = lacking(before, after);
      const onlyAfter = lacking(after, before);
      return {
        apiVersion: 'kp-explain/v1',
        kind: 'DiffList',
        identical: onlyBefore.length + onlyAfter.length === 0 && items.every(({ identical }) => identical),
        items,
        onlyBefore,
        onlyAfter,
        problems: [],
      };
    },
    diffListFormats(request, io.programName),
  );
  await writeProblems(
    list.items.flatMap(({ problems }) => problems),
    request,
    io,
  );
  return statusOfDiff(list.identical);
}

/** The nodes of one side that the other has not. */
function lacking(nodes: readonly CapturedNode[], others: readonly CapturedNode[]): string[] {
  return nodes.map(({ name }) => name).filter((name) => !others.some((other) => other.name === name));
}
