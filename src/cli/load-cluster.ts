import { formatBytes } from '../capture/limits.ts';
import type { ClusterPart } from '../kubernetes/merge-clusters.ts';
import { type Cluster, UNKNOWN_CLUSTER } from '../kubernetes/objects.ts';
import type { ProblemList } from '../problems/problem.ts';
import type { Progress } from './progress.ts';
import type { SortedSources } from './sort-sources.ts';

/** @returns everything the capture holds about the cluster; its parser is loaded only where there is something to parse. */
export async function loadCluster(
  sources: SortedSources,
  problems: ProblemList,
  progress: Progress,
): Promise<Cluster> {
  const objects = sources.get('kubernetes') ?? [];
  if (objects.length === 0) return UNKNOWN_CLUSTER;
  const { mergeClusters, parseObjects } = await import('../kubernetes/parse-objects.ts');
  const parts: ClusterPart[] = [];
  for (const { source } of objects) {
    progress.begin(`reading ${source.name} (${formatBytes(source.size)})`);
    parts.push(await parseObjects(source, problems));
  }
  return mergeClusters(parts);
}
