/** Which cluster is meant, and as whom, as the options of kubectl say it; null and absent: as kubectl itself decides. */
export interface ClusterAccess {
  /** `--kubeconfig`; null: `KUBECONFIG`, then `~/.kube/config`. */
  readonly kubeconfig: string | null;
  /** `--context`; null: the current one. */
  readonly context: string | null;
  /** `--request-timeout`: how long one request may take, in milliseconds. Absent: as long as each kind of question may. */
  readonly requestTimeoutMs?: number;
  /** `--cluster` and `--user`: entries of the kubeconfig. */
  readonly cluster?: string;
  readonly user?: string;
  /** `--token`: a secret. */
  readonly token?: string;
  /** `--as` and each `--as-group`: whom to impersonate. */
  readonly as?: string;
  readonly asGroups?: readonly string[];
}

/** @returns the words of a kubectl call, with its secrets. */
export function kubectlArgv(access: ClusterAccess, args: readonly string[]): string[] {
  const { as, asGroups = [], user, cluster, token } = access;
  return [
    'kubectl',
    ...(access.kubeconfig === null ? [] : [`--kubeconfig=${access.kubeconfig}`]),
    ...(access.context === null ? [] : [`--context=${access.context}`]),
    ...(cluster === undefined ? [] : [`--cluster=${cluster}`]),
    ...(user === undefined ? [] : [`--user=${user}`]),
    ...(token === undefined ? [] : [`--token=${token}`]),
    ...(as === undefined ? [] : [`--as=${as}`]),
    ...asGroups.map((group) => `--as-group=${group}`),
    ...args,
  ];
}

/** @returns the same for reading: a token stands in capitals, as what is not known yet does. */
export function shownKubectl(access: ClusterAccess, args: readonly string[]): string[] {
  const shown = access.token === undefined ? access : { ...access, token: 'TOKEN' };
  return kubectlArgv(shown, args);
}
