import type { ProblemList } from '../../problems/problem.ts';
import { mergeClusters } from '../merge-clusters.ts';
import { type Cluster, UNKNOWN_CLUSTER } from '../objects.ts';
import { parseObjects } from '../parse-objects.ts';
import { ApiError } from './api-error.ts';
import type { ApiRequest } from './api-request.ts';
import { ClusterReader, type ObjectFile } from './cluster-reader.ts';
import { API_LIMITS, type ApiConnection, type ApiLimits, connect } from './connection.ts';
import { findAccess } from './kubeconfig.ts';

/** What the API gave, as files. */
export interface FetchedObjects {
  /** The lists with only the fields used, by their names in a capture folder. Absent: could not be read. */
  readonly files: readonly ObjectFile[];
  /** Where from, for messages: `context prod of ~/.kube/config`; null where that is not known. */
  readonly origin: string | null;
  /** Why nothing could be read at all, or null. It is among the problems too. */
  readonly failure: ApiError | null;
}

/**
 * Reads Services, EndpointSlices (Endpoints before 1.21 where there are none), Pods and Nodes from the API server. What
 * cannot be read becomes a problem; the rest is used.
 * @param problems gets one for each list that could not be read, or a single one where the server cannot be asked.
 * Throws nothing that is foreseen.
 */
export async function fetchObjects(request: ApiRequest, problems: ProblemList): Promise<FetchedObjects> {
  const limits = within(request.limits ?? API_LIMITS, request.requestTimeoutMs);
  const ended = new AbortController();
  const signals = [ended.signal, AbortSignal.timeout(limits.totalMs)];
  const signal = AbortSignal.any(request.signal === undefined ? signals : [...signals, request.signal]);
  let connection: ApiConnection | null = null;
  let origin: string | null = null;
  try {
    const access = await findAccess(request, request.env);
    origin = access.origin;
    connection = await connect(access, request, limits, signal);
    const reader = new ClusterReader(connection, request, limits, problems);
    const files = await reader.read();
    return { files, origin, failure: files.length === 0 ? reader.first : null };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    problems.add(error.code, { said: error.message, effect: 'rule-comments' });
    return { files: [], origin, failure: error };
  } finally {
    // Where one list found the server gone, others may still be waiting for it.
    ended.abort();
    connection?.close();
  }
}

/** `--request-timeout` bounds what may take longer by itself. */
function within(limits: ApiLimits, ms = Number.POSITIVE_INFINITY): ApiLimits {
  return { ...limits, totalMs: Math.min(limits.totalMs, ms), silenceMs: Math.min(limits.silenceMs, ms) };
}

/** What the API gave, read. */
export interface ApiObjects extends FetchedObjects {
  /** Parsed as a capture's own files are: the answers from the API and from a capture of it are the same. */
  readonly cluster: Cluster;
}

/** Reads the cluster from the API server; see `fetchObjects`. */
export async function loadClusterFromApi(request: ApiRequest, problems: ProblemList): Promise<ApiObjects> {
  const fetched = await fetchObjects(request, problems);
  const parts = [];
  for (const { name, bytes } of fetched.files) {
    parts.push(await parseObjects({ name: `${name} of ${fetched.origin}`, bytes }, problems));
  }
  return { ...fetched, cluster: parts.length === 0 ? UNKNOWN_CLUSTER : mergeClusters(parts) };
}
