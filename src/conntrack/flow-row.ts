/** One direction of a row. Addresses are numbers of `AddressIds`; ports are those of TCP, UDP, SCTP and their like. */
export interface RowTuple {
  source: number;
  destination: number;
  sourcePort: number;
  destinationPort: number;
}

/**
 * One entry of a listing while it is looked at: the same object for every line, so that a million of them cost nothing.
 * What is worth keeping is read again as a `Flow`.
 */
export interface FlowRow {
  /** IP protocol number. */
  protocol: number;
  /** Seconds that the entry still has; null where the line does not say (offloaded flows). */
  timeoutSeconds: number | null;
  /** `ESTABLISHED`, …; null for protocols without states. */
  state: string | null;
  unreplied: boolean;
  assured: boolean;
  offloaded: boolean;
  /** Conntrack zone of both directions; 0 is the default. */
  zone: number;
  readonly original: RowTuple;
  readonly reply: RowTuple;
}

/** @returns a row about which nothing has been read. */
export function emptyRow(): FlowRow {
  const tuple = (): RowTuple => ({ source: 0, destination: 0, sourcePort: 0, destinationPort: 0 });
  return {
    protocol: 0,
    timeoutSeconds: null,
    state: null,
    unreplied: false,
    assured: false,
    offloaded: false,
    zone: 0,
    original: tuple(),
    reply: tuple(),
  };
}
