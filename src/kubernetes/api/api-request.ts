import type { ClusterAccess } from '../../command/kubectl-argv.ts';
import type { ApiLimits } from './connection.ts';
import type { Login } from './login.ts';

/**
 * Which Pods to fetch. EndpointSlices name the Pods behind Services already, so a question about one node needs no more
 * than that node's Pods, and those that it names.
 */
export type PodsWanted =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  | {
      readonly kind: 'some';
      /** All Pods of this node; null: none. */
      readonly node: string | null;
      readonly named: readonly { readonly namespace: string; readonly name: string }[];
    };

/** What to ask the API for. */
export interface ApiRequest extends ClusterAccess, Login {
  /** `-n`: read where the whole cluster may not be listed; null: the context's namespace. */
  readonly namespace: string | null;
  readonly pods: PodsWanted;
  readonly limits?: ApiLimits;
  /** Aborts all requests. */
  readonly signal?: AbortSignal;
  /** Told what is being read, for progress. */
  readonly onProgress?: (text: string) => void;
}
