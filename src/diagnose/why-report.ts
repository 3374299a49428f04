import type { DocumentHead, ServiceRef } from '../explain/explanation.ts';
import type { TraceItem } from '../explain/trace-list.ts';
import type { Cause, Shares } from './cause.ts';
import type { Verdict } from './shares.ts';

/** Answer of `why`: does one Service port work, and if not, why. */
export interface WhyReport extends DocumentHead<'WhyReport'> {
  /** As typed. */
  readonly asked: string;
  /** Null where no Service is known at the address. */
  readonly service: ServiceRef | null;
  readonly protocol: string;
  /** `works` where every sender asked about is served and no error is known. */
  readonly verdict: Verdict;
  /** By sender: the worst of the ways that were asked; null where the sender was not asked about, or has no way in. */
  readonly works: {
    readonly pod: Shares | null;
    readonly node: Shares | null;
    readonly external: Shares | null;
    /** A sender that `--from` gave by address. */
    readonly given: Shares | null;
  };
  readonly ways: readonly WayItem[];
  /** What the API has of the Service port, in short sentences; empty where it was not captured. */
  readonly api: readonly string[];
  /** What was taken for granted. */
  readonly notes: readonly string[];
  /** The first one first. */
  readonly causes: readonly Cause[];
}

/** One sender at one address of the Service port. */
export interface WayItem {
  readonly vantage: TraceItem['vantage'];
  /** The sender in words. */
  readonly from: string;
  readonly to: { readonly address: string; readonly port: number | null };
  readonly via: ServiceRef['via'];
  readonly shares: Shares;
  /** The packet is of a flow that conntrack sends where nothing sends new ones: the shares are of where it goes. */
  readonly stuck: boolean;
}
