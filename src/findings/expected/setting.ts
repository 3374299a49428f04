import type { Endpoint } from '../../kubernetes/objects.ts';
import type { Address } from '../../net/address.ts';
import type { Behaviour } from './behaviour.ts';
import type { OwnNode } from './usable-endpoints.ts';

/** Who sends. `admitted` and `barred` are clients outside the cluster, inside and outside the Service's source ranges. */
export type Side = 'pod' | 'node' | 'external' | 'admitted' | 'barred';

/** What kube-proxy must do with a new connection. */
export type Expectation =
  | {
      readonly kind: 'served';
      readonly endpoints: readonly Endpoint[];
      /** Whether the endpoint must see the node instead of the client; null where either is right. */
      readonly masquerade: boolean | null;
    }
  /** Rejected or dropped on this node. */
  | { readonly kind: 'refused'; readonly why: RefusalReason }
  /** No endpoint gets it; whether it is dropped or leaves the node depends on what others wrote. */
  | { readonly kind: 'unserved'; readonly why: RefusalReason }
  /** kube-proxy promises nothing. */
  | { readonly kind: 'open' };

/** Why nobody answers: no endpoint at all, none on this node, or a client outside the source ranges. */
export type RefusalReason = 'no-endpoints' | 'no-local-endpoints' | 'source-ranges';

/** How this node's rules tell pods from the rest of the world, which no API object says. */
export interface LocalDetection {
  /** `none`: kube-proxy was told no pod network; `all`: --masquerade-all. */
  readonly kind: 'some' | 'none' | 'all';
}

/** What an expectation depends on besides the port. */
export interface Setting {
  readonly node: OwnNode;
  readonly behaviour: Behaviour;
  readonly detection: LocalDetection;
  /** Address of the pod that sends; null where it is not known. */
  readonly podAddress: Address | null;
}
