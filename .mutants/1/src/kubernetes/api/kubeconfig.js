import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fieldsOf, isFields, listOf, textOf } from '../../json/fields.js';
import { ApiError, lastWordsOf, nodeCodeOf } from './api-error.js';
import { inClusterAccess } from './in-cluster.js';
import { accessOf } from './read-access.js';
import { readSmallFile } from './small-file.js';
/**
 * Finds out which server to ask, and as whom, as kubectl does (client-go tools/clientcmd, 1.20 to 1.36): `--kubeconfig`
 * alone; else all files of `KUBECONFIG` that exist, the first to define a name wins; else `~/.kube/config`; else the
 * service account of the pod we run in.
 * @param env for `KUBECONFIG`, `HOME`, `KUBERNETES_SERVICE_HOST`.
 * Throws ApiError.
 */
export async function findAccess(choice, env) {
    const files = kubeconfigFiles(choice, env);
    const merged = await readFiles(files.paths, files.required);
    // clientcmd takes the pod's own account where the kubeconfig says nothing at all.
    const silent = merged === null || (merged.contexts.size === 0 && merged.clusters.size === 0);
    const inCluster = silent && !files.required && choice.context === null ? inClusterAccess(env) : null;
    if (inCluster !== null)
        return inCluster;
    if (merged === null) {
        throw new ApiError('no-kubeconfig', `no kubeconfig: ${files.paths.join(', ')} does not exist, and this is no pod of a cluster; name one with --kubeconfig, or say --no-api`);
    }
    const name = choice.context ?? merged.currentContext;
    const known = [...merged.contexts.keys()].slice(0, 20).join(', ') || 'none';
    if (name === null) {
        throw new ApiError('unknown-context', `${merged.origin} names no current context; choose one with --context (there are: ${known})`);
    }
    const context = merged.contexts.get(name);
    if (context === undefined) {
        throw new ApiError('unknown-context', `there is no context ${name} in ${merged.origin} (there are: ${known})`);
    }
    const clusterName = textOf(context.fields.cluster) ?? '';
    const cluster = merged.clusters.get(clusterName);
    if (cluster === undefined || textOf(cluster.fields.server) === null) {
        throw new ApiError('incomplete-kubeconfig', `context ${name} of ${merged.origin} names cluster ${clusterName}, for which no server is given`);
    }
    const userName = textOf(context.fields.user) ?? '';
    const user = merged.users.get(userName);
    if (user === undefined && userName !== '') {
        throw new ApiError('incomplete-kubeconfig', `context ${name} of ${merged.origin} names user ${userName}, which is not there`);
    }
    return accessOf(cluster, user ?? null, {
        context: name,
        user: userName,
        namespace: textOf(context.fields.namespace),
        origin: `context ${name} of ${merged.origin}`,
        env,
    });
}
function kubeconfigFiles(choice, env) {
    if (choice.kubeconfig !== null)
        return { paths: [choice.kubeconfig], required: true };
    const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
    if (listed.length > 0)
        return { paths: [...new Set(listed)], required: false };
    return { paths: [join(env.HOME ?? homedir(), '.kube', 'config')], required: false };
}
/** @returns null where none of the files exists. */
async function readFiles(paths, required) {
    const clusters = new Map();
    const users = new Map();
    const contexts = new Map();
    const read = [];
    let currentContext = null;
    for (const path of paths) {
        const root = await readFile(path, required);
        if (root === null)
            continue;
        read.push(path);
        const folder = dirname(path);
        addNamed(clusters, root.clusters, 'cluster', folder);
        addNamed(users, root.users, 'user', folder);
        addNamed(contexts, root.contexts, 'context', folder);
        currentContext ??= textOf(root['current-context']);
    }
    return read.length === 0 ? null : { clusters, users, contexts, currentContext, origin: read.join(', ') };
}
async function readFile(path, required) {
    let text;
    try {
        text = readSmallFile(path).toString('utf8');
    }
    catch (error) {
        if (!required && nodeCodeOf(error) === 'ENOENT')
            return null;
        throw unreadable(path, lastWordsOf(error));
    }
    const { parse } = await import('yaml');
    let value;
    try {
        value = parse(text, { schema: 'core', logLevel: 'error', maxAliasCount: 100 });
    }
    catch (error) {
        throw unreadable(path, whyNoYaml(error));
    }
    // An empty file is what `KUBECONFIG=/dev/null` gives.
    if (value === null || value === undefined)
        return {};
    if (!isFields(value))
        throw unreadable(path, 'it is not a kubeconfig');
    return value;
}
function unreadable(path, why) {
    return new ApiError('unreadable-kubeconfig', `cannot read kubeconfig ${path}: ${why}`);
}
/** The parser's own words quote the text, and with it a token. */
function whyNoYaml(error) {
    const place = listOf(fieldsOf(error).linePos).map(fieldsOf)[0];
    return place === undefined ? 'it is no YAML' : `it is no YAML (line ${place.line}, column ${place.col})`;
}
function addNamed(map, list, key, folder) {
    for (const item of listOf(list)) {
        const fields = fieldsOf(item);
        const name = textOf(fields.name);
        if (name !== null && !map.has(name))
            map.set(name, { fields: fieldsOf(fields[key]), folder });
    }
}
