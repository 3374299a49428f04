import type { ContainerState } from '../kubernetes/objects.ts';

/** How kube-proxy itself fares on the node, as far as its pod, its log and its metrics were read. */
export interface ProxyHealth {
  /** `kube-system/kube-proxy-x7k2p`. */
  readonly pod: string | null;
  readonly container: ContainerState | null;
  /** Lines of its log that say that a sync failed, the last ones; null where the log was not read. */
  readonly errors: readonly string[] | null;
  /** When it last wrote its rules (seconds since 1970, `kubeproxy_sync_proxy_rules_last_timestamp_seconds`). */
  readonly lastSync: number | null;
  /** When something to write last came (`kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds`). */
  readonly lastQueued: number | null;
  /** When all this was read (RFC 3339). */
  readonly takenAt: string | null;
}

/** Nothing is known of it. */
export const NO_HEALTH: ProxyHealth = {
  pod: null,
  container: null,
  errors: null,
  lastSync: null,
  lastQueued: null,
  takenAt: null,
};
