/** Whom to be for the API server, as options of kubectl say it. What is absent is as the kubeconfig has it. */
export interface Identity {
  /** `--as`: the user to impersonate. */
  readonly as?: string;
  /** `--as-group`, each. */
  readonly asGroups?: readonly string[];
  /** `--user`: an entry of the kubeconfig. */
  readonly user?: string;
  /** `--cluster`: an entry of the kubeconfig. */
  readonly cluster?: string;
  /** `--token`: a secret. */
  readonly token?: string;
}
