import { existsSync } from 'node:fs';
import type { Cluster } from '@kubernetes/client-node';
import { fieldsOf, textOf } from '../../json/fields.ts';
import type { NamedAccess } from './read-access.ts';

const ORIGIN = 'the service account of this pod';

/**
 * Has the official client find the service account of the pod we run in, as `rest.InClusterConfig` of client-go does.
 * @param env what the client reads too: the process' own.
 * @param root where the file system begins; tests have another.
 * @returns null outside a cluster.
 */
export async function accountOfPod(
  env: Readonly<Record<string, string | undefined>>,
  root = '',
): Promise<NamedAccess | null> {
  if (textOf(env.KUBERNETES_SERVICE_HOST) === null || textOf(env.KUBERNETES_SERVICE_PORT) === null)
    return null;
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    config.loadFromCluster(root);
  } catch {
    // A namespace that cannot be read.
    return null;
  }
  const cluster = config.getCurrentCluster();
  const tokenFile = textOf(fieldsOf(config.getCurrentUser()?.authProvider?.config).tokenFile);
  if (cluster === null || tokenFile === null || !existsSync(tokenFile)) return null;
  return {
    cluster: withTls(cluster),
    user: { name: ORIGIN },
    dropped: { tokenFile },
    namespace: textOf(config.getContextObject(config.getCurrentContext())?.namespace?.trim()),
    origin: ORIGIN,
    kubectl: 'kubectl get nodes',
  };
}

/** By its port the client takes some servers for one without TLS, and none of a cluster is. */
function withTls(cluster: Cluster): Cluster {
  return { ...cluster, server: cluster.server.replace(/^http:/, 'https:') };
}
