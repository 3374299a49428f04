import type { Address } from '../../../src/net/address.ts';
import type { Wire } from './wire.ts';

/** One rule that the kernel passed, as `iptables-nft filter FORWARD 3`; `end` in place of a number is a chain's end or policy, and `(a part)` follows where it was not whole. */
export interface SeenStep {
  readonly name: string;
  /** Mark of the packet; before the rule's target ran (x_tables), or after it (nf_tables). */
  readonly mark: number;
  /** The packet as the kernel told it at this step or, for nf_tables, as it entered the base chain. */
  readonly packet: Wire | null;
}

/** Everything that was seen of one packet. */
export interface Observation {
  readonly steps: readonly SeenStep[];
  /** How it left the node; `bytes` follow the IP headers of all its parts. */
  readonly out: { readonly device: string; readonly packet: Wire; readonly bytes: number } | null;
  /** What a socket of the node got; IPv6 sockets are not told the destination. */
  readonly delivered: {
    readonly packet: Wire;
    readonly destination: Address | null;
    readonly bytes: number;
  } | null;
  /** The ICMP error or TCP reset that the node sent about it: `icmp 3/1`, `icmp6 1/4`, `tcp-reset`. */
  readonly answer: string | null;
  /** What the sending call of a local process failed with. */
  readonly errno: number | null;
}
