import { mergeClusters } from '../merge-clusters.js';
import { UNKNOWN_CLUSTER } from '../objects.js';
import { parseObjects } from '../parse-objects.js';
import { ApiError } from './api-error.js';
import { ClusterReader } from './cluster-reader.js';
import { API_LIMITS, connect } from './connection.js';
import { findAccess } from './kubeconfig.js';
/**
 * Reads Services, EndpointSlices (Endpoints before 1.21 where there are none), Pods and Nodes from the API server. What
 * cannot be read becomes a problem; the rest is used.
 * @param problems gets one for each list that could not be read, or a single one where the server cannot be asked.
 * Throws nothing that is foreseen.
 */
export async function fetchObjects(request, problems) {
    const limits = request.limits ?? API_LIMITS;
    const ended = new AbortController();
    const signals = [ended.signal, AbortSignal.timeout(limits.totalMs)];
    const signal = AbortSignal.any(request.signal === undefined ? signals : [...signals, request.signal]);
    let connection = null;
    let origin = null;
    try {
        const access = await findAccess(request, request.env);
        origin = access.origin;
        connection = await connect(access, request.env, limits, signal);
        const reader = new ClusterReader(connection, request, limits, problems);
        const files = await reader.read();
        return { files, origin, failure: files.length === 0 ? reader.first : null };
    }
    catch (error) {
        if (!(error instanceof ApiError))
            throw error;
        problems.add(error.code, `${error.message}; names come from rule comments`);
        return { files: [], origin, failure: error };
    }
    finally {
        // Where one list found the server gone, others may still be waiting for it.
        ended.abort();
        connection?.close();
    }
}
/** Reads the cluster from the API server; see `fetchObjects`. */
export async function loadClusterFromApi(request, problems) {
    const fetched = await fetchObjects(request, problems);
    const parts = [];
    for (const { name, bytes } of fetched.files) {
        parts.push(await parseObjects({ name: `${name} of ${fetched.origin}`, bytes }, problems));
    }
    return { ...fetched, cluster: parts.length === 0 ? UNKNOWN_CLUSTER : mergeClusters(parts) };
}
