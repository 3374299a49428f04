import type { Address } from '../net/address.ts';

/** One end-to-end direction of a flow. For ICMP the ports are null and `icmp` is set. */
export interface Tuple {
  readonly source: Address;
  readonly destination: Address;
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  readonly icmp: { readonly type: number; readonly code: number; readonly id: number } | null;
  readonly packets: number | null;
  readonly bytes: number | null;
  /** `zone-orig=` or `zone-reply=`: a zone that holds in this direction only. Absent or null in all other cases. */
  readonly zone?: number | null;
}

/** A conntrack entry. */
export interface Flow {
  readonly protocol: number;
  /** `ESTABLISHED`, `TIME_WAIT`, …; null for protocols without states. */
  readonly state: string | null;
  /** Until it is forgotten, if no packet comes before. */
  readonly timeoutSeconds: number | null;
  /** Since it began; null without `-o timestamp` or with net.netfilter.nf_conntrack_timestamp = 0. */
  readonly ageSeconds: number | null;
  /** `UNREPLIED`, `ASSURED`, `OFFLOAD`, `HW_OFFLOAD`, as printed without brackets. */
  readonly status: readonly string[];
  readonly original: Tuple;
  readonly reply: Tuple;
  readonly mark: number | null;
  readonly zone: number | null;
  readonly helper: string | null;
  readonly secctx: string | null;
  readonly id: number | null;
  readonly labels: string | null;
  /** By which interface its first packet left when MASQUERADE wrote its source; null: it did not. Absent: no listing tells. */
  readonly masqueradedBy?: string | null;
  readonly file: string;
  readonly line: number;
}
