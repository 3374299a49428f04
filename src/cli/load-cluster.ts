import type { ClusterPart } from '../kubernetes/merge-clusters.ts';
import { type Cluster, UNKNOWN_CLUSTER } from '../kubernetes/objects.ts';
import { lacksKubernetes } from '../kubernetes/omitted-namespaces.ts';
import type { ProblemList } from '../problems/problem.ts';
import { formatBytes } from '../words/numbers.ts';
import type { Progress } from './progress.ts';
import { type SortedSources, textOf } from './sort-sources.ts';

/** @returns everything the capture holds about the cluster; its parser is loaded only where there is something to parse. */
export async function loadCluster(
  sources: SortedSources,
  problems: ProblemList,
  progress: Progress,
): Promise<Cluster> {
  const objects = sources.get('kubernetes') ?? [];
  const tables = sources.get('kubectl-table') ?? [];
  if (objects.length === 0 && tables.length === 0) return UNKNOWN_CLUSTER;
  const { mergeClusters, parseObjects, parseTables } = await import('../kubernetes/parse-objects.ts');
  const seen = tables.map(({ source }) =>
    parseTables(textOf(source, problems) ?? '', source.name, problems, source.picked === true),
  );
  const shown: Pick<Cluster, 'seen'> =
    seen.length === 0
      ? {}
      : {
          seen: {
            services: seen.flatMap(({ services }) => services),
            pods: seen.flatMap(({ pods }) => pods),
            nodes: seen.flatMap(({ nodes }) => nodes),
            endpoints: seen.flatMap(({ endpoints }) => endpoints),
          },
        };
  if (objects.length === 0) return { ...UNKNOWN_CLUSTER, ...shown };
  const parts: { readonly file: string; readonly part: ClusterPart }[] = [];
  for (const { source } of objects) {
    progress.begin(`reading ${source.name} (${formatBytes(source.size)})`);
    parts.push({ file: source.name, part: await parseObjects(source, problems) });
  }
  const cluster = mergeClusters(parts.map(({ part }) => part));
  // Where there are EndpointSlices, Endpoints only add what the slices do not mirror.
  const sliced = parts.filter(({ part }) => part.endpoints !== undefined);
  const [first] = sliced.length > 0 ? sliced : parts.filter(({ part }) => part.olderEndpoints !== undefined);
  const endpoints = sliced.length > 0 ? sliced.map(({ part }) => part.endpoints) : [cluster.endpoints];
  const given = endpoints.filter((list) => list !== null && list !== undefined);
  if (first !== undefined && lacksKubernetes(cluster.services ?? [], given))
    problems.add('some-namespaces', {}, first.file);
  return { ...cluster, ...shown };
}
