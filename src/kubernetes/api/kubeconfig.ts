import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { type Fields, fieldsOf, isFields, listOf, textOf } from '../../json/fields.ts';
import type { ApiAccess } from './access.ts';
import { ApiError, lastWordsOf, nodeCodeOf } from './api-error.ts';
import type { Identity } from './identity.ts';
import { inClusterAccess } from './in-cluster.ts';
import type { NamedEntry } from './named-entry.ts';
import { accessOf } from './read-access.ts';
import { readSmallFile } from './small-file.ts';

/** What the command line says about the cluster. */
export interface ApiChoice extends Identity {
  /** `--kubeconfig`; null: `KUBECONFIG`, then `~/.kube/config`. */
  readonly kubeconfig: string | null;
  /** `--context`; null: the current one. */
  readonly context: string | null;
  /** `--request-timeout`, in milliseconds. */
  readonly requestTimeoutMs?: number;
}

/** Several kubeconfig files as one. Of two entries of one name the first counts. */
interface Merged {
  readonly clusters: ReadonlyMap<string, NamedEntry>;
  readonly users: ReadonlyMap<string, NamedEntry>;
  readonly contexts: ReadonlyMap<string, NamedEntry>;
  readonly currentContext: string | null;
  /** For messages. */
  readonly origin: string;
}

/**
 * Finds out which server to ask, and as whom, as kubectl does (client-go tools/clientcmd, 1.20 to 1.36): `--kubeconfig`
 * alone; else all files of `KUBECONFIG` that exist, the first to define a name wins; else `~/.kube/config`; else the
 * service account of the pod we run in.
 * @param env for `KUBECONFIG`, `HOME`, `KUBERNETES_SERVICE_HOST`.
 * Throws ApiError.
 */
export async function findAccess(
  choice: ApiChoice,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ApiAccess> {
  const files = kubeconfigFiles(choice, env);
  const merged = await readFiles(files.paths, files.required);
  // clientcmd takes the pod's own account where the kubeconfig says nothing at all.
  const silent = merged === null || (merged.contexts.size === 0 && merged.clusters.size === 0);
  const inCluster = silent && !files.required && choice.context === null ? inClusterAccess(env) : null;
  if (inCluster !== null) return inCluster;
  if (merged === null) {
    throw new ApiError(
      'no-kubeconfig',
      `no kubeconfig: ${files.paths.join(', ')} does not exist, and this is no pod of a cluster; name one with --kubeconfig, or say --no-api`,
    );
  }
  const name = choice.context ?? merged.currentContext;
  const known = [...merged.contexts.keys()].slice(0, 20).join(', ') || 'none';
  if (name === null) {
    throw new ApiError(
      'unknown-context',
      `${merged.origin} names no current context; choose one with --context (there are: ${known})`,
    );
  }
  const context = merged.contexts.get(name);
  if (context === undefined) {
    throw new ApiError(
      'unknown-context',
      `there is no context ${name} in ${merged.origin} (there are: ${known})`,
    );
  }
  const clusterName = choice.cluster ?? textOf(context.fields.cluster) ?? '';
  const cluster = merged.clusters.get(clusterName);
  if (cluster === undefined || textOf(cluster.fields.server) === null) {
    throw new ApiError(
      'incomplete-kubeconfig',
      `context ${name} of ${merged.origin} names cluster ${clusterName}, for which no server is given`,
    );
  }
  const userName = choice.user ?? textOf(context.fields.user) ?? '';
  const user = merged.users.get(userName);
  if (user === undefined && userName !== '') {
    throw new ApiError(
      'incomplete-kubeconfig',
      `context ${name} of ${merged.origin} names user ${userName}, which is not there`,
    );
  }
  return accessOf(cluster, actingAs(user ?? null, choice), {
    context: name,
    user: userName,
    namespace: textOf(context.fields.namespace),
    origin: `context ${name} of ${merged.origin}`,
    env,
  });
}

/** What stands on the command line takes the place of what the user's entry says (clientcmd, `ConfigOverrides`). */
function actingAs(user: NamedEntry | null, { as, asGroups, token }: Identity): NamedEntry | null {
  if (as === undefined && asGroups === undefined && token === undefined) return user;
  const own: Record<string, unknown> = { ...user?.fields };
  if (as !== undefined) own.as = as;
  if (asGroups !== undefined) own['as-groups'] = asGroups;
  if (token !== undefined) {
    // A token that was typed is the one that is meant: a file of the kubeconfig would go before it.
    delete own.tokenFile;
    own.token = token;
  }
  return { fields: own, folder: user?.folder ?? '' };
}

function kubeconfigFiles(
  choice: ApiChoice,
  env: Readonly<Record<string, string | undefined>>,
): { paths: string[]; required: boolean } {
  if (choice.kubeconfig !== null) return { paths: [choice.kubeconfig], required: true };
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  if (listed.length > 0) return { paths: [...new Set(listed)], required: false };
  return { paths: [join(env.HOME ?? homedir(), '.kube', 'config')], required: false };
}

/** @returns null where none of the files exists. */
async function readFiles(paths: readonly string[], required: boolean): Promise<Merged | null> {
  const clusters = new Map<string, NamedEntry>();
  const users = new Map<string, NamedEntry>();
  const contexts = new Map<string, NamedEntry>();
  const read: string[] = [];
  let currentContext: string | null = null;
  for (const path of paths) {
    const root = await readFile(path, required);
    if (root === null) continue;
    read.push(path);
    const folder = dirname(path);
    addNamed(clusters, root.clusters, 'cluster', folder);
    addNamed(users, root.users, 'user', folder);
    addNamed(contexts, root.contexts, 'context', folder);
    currentContext ??= textOf(root['current-context']);
  }
  return read.length === 0 ? null : { clusters, users, contexts, currentContext, origin: read.join(', ') };
}

async function readFile(path: string, required: boolean): Promise<Fields | null> {
  let text: string;
  try {
    text = readSmallFile(path).toString('utf8');
  } catch (error) {
    if (!required && nodeCodeOf(error) === 'ENOENT') return null;
    throw unreadable(path, lastWordsOf(error));
  }
  const { parse } = await import('yaml');
  let value: unknown;
  try {
    value = parse(text, { schema: 'core', logLevel: 'error', maxAliasCount: 100 });
  } catch (error) {
    throw unreadable(path, whyNoYaml(error));
  }
  // An empty file is what `KUBECONFIG=/dev/null` gives.
  if (value === null || value === undefined) return {};
  if (!isFields(value)) throw unreadable(path, 'it is not a kubeconfig');
  return value;
}

function unreadable(path: string, why: string): ApiError {
  return new ApiError('unreadable-kubeconfig', `cannot read kubeconfig ${path}: ${why}`);
}

/** The parser's own words quote the text, and with it a token. */
function whyNoYaml(error: unknown): string {
  const place = listOf(fieldsOf(error).linePos).map(fieldsOf)[0];
  return place === undefined ? 'it is no YAML' : `it is no YAML (line ${place.line}, column ${place.col})`;
}

function addNamed(map: Map<string, NamedEntry>, list: unknown, key: string, folder: string): void {
  for (const item of listOf(list)) {
    const fields = fieldsOf(item);
    const name = textOf(fields.name);
    if (name !== null && !map.has(name)) map.set(name, { fields: fieldsOf(fields[key]), folder });
  }
}
