import type { User } from '@kubernetes/client-node';
import { type ClusterAccess, shownKubectl } from '../../command/kubectl-argv.ts';
import { quoteCommand } from '../../command/quote.ts';
import { type Fields, fieldsOf, textOf } from '../../json/fields.ts';
import type { ApiAccess } from './access.ts';
import { ApiError } from './api-error.ts';
import { accountOfPod } from './in-cluster.ts';
import { type Kubeconfig, kubeconfigFiles, readKubeconfig } from './kubeconfig-files.ts';
import { accessOf, type NamedAccess } from './read-access.ts';

/**
 * Finds out which server to ask, and as whom, as kubectl does: a kubeconfig, or the service account of the pod we run in where
 * that says nothing at all (clientcmd, `DeferredLoadingClientConfig`).
 * @param env for `KUBECONFIG`, `HOME`, `KUBERNETES_SERVICE_HOST`.
 * Throws ApiError.
 */
export async function findAccess(
  choice: ClusterAccess,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ApiAccess> {
  const files = kubeconfigFiles(choice.kubeconfig, env);
  const read = await readKubeconfig(files);
  const silent = read.config.getContexts().length === 0 && read.config.getClusters().length === 0;
  const account = silent && !files.required && choice.context === null ? await accountOfPod(env) : null;
  if (account !== null) return accessOf(account, env);
  if (read.origin === '') {
    throw new ApiError(
      'no-kubeconfig',
      `no kubeconfig: ${files.paths.join(', ')} does not exist, and this is no pod of a cluster; name one with --kubeconfig, or say --no-api`,
    );
  }
  return accessOf(chosen(read, choice), env);
}

/** What stands on the command line takes the place of what the kubeconfig says (clientcmd, `ConfigOverrides`). */
function chosen({ config, users, origin }: Kubeconfig, choice: ClusterAccess): NamedAccess {
  const name = choice.context ?? textOf(config.getCurrentContext());
  const known = config
    .getContexts()
    .slice(0, 20)
    .map((one) => one.name);
  const there = `(there are: ${known.join(', ') || 'none'})`;
  if (name === null) {
    throw new ApiError(
      'unknown-context',
      `${origin} names no current context; choose one with --context ${there}`,
    );
  }
  const context = config.getContextObject(name);
  if (context === null) {
    throw new ApiError('unknown-context', `there is no context ${name} in ${origin} ${there}`);
  }
  const clusterName = choice.cluster ?? textOf(context.cluster) ?? '';
  const cluster = config.getCluster(clusterName);
  if (cluster === null) {
    throw new ApiError(
      'incomplete-kubeconfig',
      `context ${name} of ${origin} names cluster ${clusterName}, for which no server is given`,
    );
  }
  const userName = choice.user ?? textOf(context.user) ?? '';
  const user = config.getUser(userName);
  if (user === null && userName !== '') {
    throw new ApiError(
      'incomplete-kubeconfig',
      `context ${name} of ${origin} names user ${userName}, which is not there`,
    );
  }
  return {
    cluster,
    ...actingAs(user ?? { name: '' }, fieldsOf(users.find((entry) => entry.name === userName)?.user), choice),
    namespace: textOf(context.namespace),
    origin: `context ${name} of ${origin}`,
    kubectl: quoteCommand(shownKubectl(choice, ['get', 'nodes'])),
  };
}

function actingAs(
  user: User,
  dropped: Fields,
  { as, asGroups, token }: ClusterAccess,
): { user: User; dropped: Fields } {
  const { tokenFile, ...others } = dropped;
  return {
    user: {
      ...user,
      ...(as === undefined ? {} : { impersonateUser: as }),
      ...(token === undefined ? {} : { token }),
    },
    dropped: {
      ...others,
      // A token that was typed is the one that is meant: a file of the kubeconfig would go before it.
      ...(token === undefined ? { tokenFile } : {}),
      ...(asGroups === undefined ? {} : { 'as-groups': asGroups }),
    },
  };
}
