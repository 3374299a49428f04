import type { RealServer, VirtualServer } from '../../ipvs/model.ts';
import type { Evidence, FlowProblemCode, ForeignNat } from '../flow-list.ts';

/** What is to be said of every flow between one destination and one place that answers. */
export interface FlowVerdict {
  readonly code: FlowProblemCode;
  /** Without the flow's own part, which the diagnosis adds. */
  readonly message: string;
  readonly evidence: readonly Evidence[];
  /** False where only the rules tell, and they may leave out an endpoint that is allowed. */
  readonly certain: boolean;
  /** A pod that may well be the one it was still has the address: TCP connections to it go on. */
  readonly alive: boolean;
  /** It ends with the next packet: nobody need clear it. */
  readonly passing?: true;
  /** The rules still send new connections there: who is cleared may come there again. */
  readonly chosen?: true;
}

/** What IPVS makes of the flows between a virtual server and a place that answers. */
export interface Balanced {
  readonly server: VirtualServer;
  /** Where they go: a real server of today, or `gone`; null where the listing is not whole. */
  readonly real: RealServer | 'gone' | null;
  /** Whether IPVS forgets connections to a real server that was deleted (`expire_nodest_conn`); null: not captured. */
  readonly forgets: boolean | null;
  /** Nat's rules may have taken them instead. Absent: IPVS did. */
  readonly perhaps?: true;
}

/** Where a destination's flows go, and what is wrong with that. */
export interface FlowStanding {
  readonly verdict: FlowVerdict | null;
  /** Share of new connections; null where the rules do not tell. */
  readonly share: number | null;
  readonly foreignNat: ForeignNat | null;
  /** A host port that portmap's rules alone know. */
  readonly hostPort: boolean;
  /** Absent: IPVS has no part in it. */
  readonly balanced?: Balanced;
  /** Whether it is stuck the rules alone could tell, and some that choose its Service's endpoints may be missing from the capture. */
  readonly untold?: true;
}

/** Nothing is wrong, and nothing is known of shares. */
export const SOUND: FlowStanding = { verdict: null, share: null, foreignNat: null, hostPort: false };
