import type { Cluster } from '../../kubernetes/objects.ts';

/** What tables of kubectl, or a description, show behind a Service: all of its ports together. */
export interface SeenSockets {
  /** `10.244.1.7:8080`, each once; of slices also those that are not ready. */
  readonly sockets: readonly string[];
  /** False where others may have been left out. */
  readonly isWhole: boolean;
}

/** @returns null where nothing was shown, or where the API's own list was captured: that counts. */
export function seenSockets(
  { endpoints, seen }: Cluster,
  service: { readonly namespace: string; readonly name: string },
): SeenSockets | null {
  if (endpoints !== null || seen === undefined) return null;
  const rows = seen.endpoints.filter(
    (row) => row.service === service.name && (row.namespace ?? service.namespace) === service.namespace,
  );
  if (rows.length === 0) return null;
  return {
    sockets: [...new Set(rows.flatMap((row) => row.sockets))],
    isWhole: rows.every((row) => row.isWhole),
  };
}
