/** What `expect.yaml` says: named packets and what must happen, statements about flows, and findings that are known. */
export interface Expectations {
  readonly file: string;
  readonly packets: readonly PacketExpectation[];
  readonly conntrack: readonly ConntrackExpectation[];
  readonly allow: readonly AllowedEntry[];
}

/** A packet and what must happen to it. Fields of `expect` that are absent (null) may be anything. */
export interface PacketExpectation {
  readonly name: string;
  readonly line: number;
  /** As for `trace --from`: `pod`, `pod:NAMESPACE/NAME`, `node`, `external` or an address. */
  readonly from: string;
  /** As for `trace`: `NAMESPACE/SERVICE[:PORT]`, `ADDRESS:PORT`, `node:PORT`. */
  readonly to: string;
  readonly protocol: string | null;
  readonly sourcePort: number | null;
  readonly verdict: ExpectedVerdict | null;
  /** `ADDRESS:PORT`, or a pod as `NAMESPACE/NAME`: these and no others. */
  readonly endpoints: readonly string[] | null;
  readonly masquerade: boolean | null;
  /** Chains that every way passes. */
  readonly through: readonly string[];
  /** Chains that no way passes. */
  readonly notThrough: readonly string[];
}

/** What becomes of the packet on every way it can take. */
export type ExpectedVerdict = 'accept' | 'drop' | 'reject';

/** A statement about the flows of one Service. */
export interface ConntrackExpectation {
  readonly name: string;
  readonly line: number;
  /** `NAMESPACE/SERVICE`. */
  readonly service: string;
  /** False: no flow of the Service may go to an endpoint that it no longer has. */
  readonly stale: boolean | null;
  /** At most so many flows. */
  readonly most: number | null;
}

/** A finding that may be there. */
export interface AllowedEntry {
  readonly line: number;
  readonly code: string;
  readonly object: string | null;
  readonly reason: string;
}
