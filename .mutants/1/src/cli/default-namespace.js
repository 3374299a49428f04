/**
 * @param given `-n`
 * @returns the namespace of names given without one: `-n`; of a live node the namespace of the kubeconfig's context, as kubectl
 *   has it; else `default`. A kubeconfig that cannot be read says nothing here: who asks the API server tells of it.
 */
export async function namespaceOf(given, { sources }) {
    const { files, demo, live } = sources;
    if (given !== undefined)
        return given;
    if (files.length > 0 || demo || live === undefined || !live.api)
        return 'default';
    const { findAccess } = await import('../kubernetes/api/kubeconfig.js');
    const { ApiError } = await import('../kubernetes/api/api-error.js');
    try {
        return (await findAccess(live.access, process.env)).namespace ?? 'default';
    }
    catch (error) {
        if (error instanceof ApiError)
            return 'default';
        throw error;
    }
}
