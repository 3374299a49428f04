import { endpointsNotMet, namesNotMet, nodesNotMet } from './not-met.ts';
import type { Cluster, Endpoint, EndpointList, ObjectList } from './objects.ts';

/**
 * What one file says of the cluster. A list that is absent was not in the file. Endpoints of the older form stand apart
 * until all files are read, because EndpointSlices in another file may replace them.
 */
export interface ClusterPart extends Partial<Cluster> {
  readonly olderEndpoints?: readonly Endpoint[];
}

/**
 * Joins what several files say. Of two objects with one name the first counts. Endpoints of a Service are taken from
 * its EndpointSlices where it has any, as kube-proxy has done since 1.19 (slices are the copy with zones and states).
 * An address and port that stands in several slices counts once (pkg/proxy/endpointslicecache.go does the same).
 */
export function mergeClusters(parts: readonly ClusterPart[]): Cluster {
  return {
    services: merge(
      lists(parts, (part) => part.services),
      namesNotMet(),
    ),
    endpoints: mergeEndpoints(parts),
    ...(isOlderOnly(parts) ? { olderEndpointsOnly: true as const } : {}),
    pods:
      lateAlone(lists(parts, (part) => part.pods)) ??
      merge(
        lists(parts, (part) => part.pods),
        namesNotMet(),
      ),
    nodes: merge(
      lists(parts, (part) => part.nodes),
      nodesNotMet(),
    ),
  };
}

/** @returns the endpoints of slices of one file, as they count. */
export function mergeSlices(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  return merge(seenFirst(endpoints), endpointsNotMet()) ?? [];
}

/** @returns the only list, where its objects are made late: of itself it has nothing twice. */
function lateAlone<List extends ObjectList<unknown, unknown>>(found: readonly List[]): List | null {
  const [only] = found;
  return found.length === 1 && only?.late !== undefined ? only : null;
}

function mergeEndpoints(parts: readonly ClusterPart[]): EndpointList | null {
  const older = lists(parts, (part) => part.olderEndpoints);
  const ofSlices = lists(parts, (part) => part.endpoints);
  const late = older.length === 0 ? lateAlone(ofSlices) : null;
  if (late !== null) return late;
  const slices = ofSlices.flatMap((list) => seenFirst([...list]));
  if (older.length === 0) return merge(slices, endpointsNotMet());
  const sliced = new Set<string>();
  for (const list of slices) for (const { namespace, service } of list) sliced.add(`${namespace}/${service}`);
  const kept = older.map((list) =>
    list.filter(({ namespace, service }) => !sliced.has(`${namespace}/${service}`)),
  );
  return merge([...slices, ...kept], endpointsNotMet());
}

/** Of an address that stands in two slices, of which kube-proxy sees one, that one counts. */
function seenFirst(list: readonly Endpoint[]): (readonly Endpoint[])[] {
  const unseen = list.filter(({ passedOver }) => passedOver === true);
  return unseen.length === 0 ? [list] : [list.filter(({ passedOver }) => passedOver !== true), unseen];
}

function isOlderOnly(parts: readonly ClusterPart[]): boolean {
  const any = (pick: (part: ClusterPart) => unknown) => parts.some((part) => pick(part) != null);
  return any(({ olderEndpoints }) => olderEndpoints) && !any(({ endpoints }) => endpoints);
}

function lists<List>(
  parts: readonly ClusterPart[],
  pick: (part: ClusterPart) => List | null | undefined,
): List[] {
  return parts.map(pick).filter((list) => list !== null && list !== undefined);
}

function merge<Item>(
  found: readonly ObjectList<Item, unknown>[],
  isNew: (item: Item) => boolean,
): readonly Item[] | null {
  return found.length === 0 ? null : found.flatMap((list) => list.filter(isNew));
}
