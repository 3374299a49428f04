import type { ClusterAccess } from '../command/kubectl-argv.ts';

/** The options that say which cluster is meant, and as whom, as commander hands them over. */
export interface AccessOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly token?: string;
  readonly as?: string;
  readonly asGroup?: readonly string[];
  /** Milliseconds; 0: no limit of its own. */
  readonly requestTimeout?: number;
}

/** @returns the cluster that is meant, and as whom: what the options leave out is as kubectl decides. */
export function clusterAccess(options: AccessOptions): ClusterAccess {
  const {
    kubeconfig = null,
    context = null,
    cluster,
    user,
    token,
    as,
    asGroup,
    requestTimeout = 0,
  } = options;
  return {
    kubeconfig,
    context,
    ...(requestTimeout === 0 ? {} : { requestTimeoutMs: requestTimeout }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(user === undefined ? {} : { user }),
    ...(token === undefined ? {} : { token }),
    ...(as === undefined ? {} : { as }),
    ...(asGroup === undefined ? {} : { asGroups: asGroup }),
  };
}
