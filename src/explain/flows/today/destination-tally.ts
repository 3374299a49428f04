import type { DifferingFlows } from './agreement.ts';
import type { ClientKinds } from './client-kinds.ts';
import type { Fate } from './fate.ts';
import type { DestinationFates } from './first-packets.ts';

/** One destination's flows. */
export interface DestinationTally {
  /** Null where the rules of its family were not captured. */
  readonly fates: DestinationFates | null;
  /** Clients that fare alike. */
  readonly kinds: ClientKinds | null;
  /** Flows that were looked at closer, by client and way. */
  readonly judged: Map<string, Judgement>;
}

export type Judgement = 'agrees' | 'not-compared' | { readonly differing: Differing };

export interface Differing {
  flows: number;
  readonly item: Omit<DifferingFlows, 'flows'>;
}

/**
 * What was found out of the flows of one destination that one address and port answer: whoever counts those together keeps it, and
 * the next of them need not be looked up.
 */
export class ComparedWay {
  destination: DestinationTally | null = null;
  /** What becomes of a client's first packet that may go this way, as it was told last. */
  agrees: Fate | null = null;
  /** The same of flows that were masqueraded. */
  agreesMasqueraded: Fate | null = null;
}
