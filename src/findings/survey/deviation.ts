import type { Endpoint } from '../../kubernetes/objects.ts';
import type { Outcome } from '../../trace/outcome.ts';
import type { Expectation, Side } from '../expected/expectation.ts';
import type { ExpectedPort } from '../expected/expected-port.ts';
import type { Way } from '../expected/ways.ts';
import type { Culprit } from './culprit.ts';
import type { Client } from './senders.ts';

/** How what the rules do differs from what kube-proxy should have made them do. */
export type DeviationKind =
  /** An endpoint should answer; the packet is dropped or rejected. */
  | 'undelivered'
  /** An endpoint should answer; the packet passes without being sent to one. */
  | 'untranslated'
  /** Endpoints are missing, or others answer. */
  | 'wrong-endpoints'
  /** The right endpoints, not in equal shares. */
  | 'uneven'
  /** The endpoint sees the client, to whom its answer then goes directly. */
  | 'not-masqueraded'
  /** The endpoint sees the node instead of the client. */
  | 'masqueraded'
  /** Nobody should answer; the packet passes. */
  | 'not-refused';

/** One difference, for one Service port, way in and client. */
export interface Deviation {
  readonly kind: DeviationKind;
  readonly port: ExpectedPort;
  readonly way: Way;
  readonly side: Side;
  readonly client: Client;
  readonly expectation: Expectation;
  /** The outcomes that differ, at least one. */
  readonly outcomes: readonly Outcome[];
  /** With `wrong-endpoints`: endpoints that get nothing. */
  readonly missing: readonly Endpoint[];
  readonly culprit: Culprit;
}
