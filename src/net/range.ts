/** An inclusive range of numbers: ports, lengths, uids, ICMP codes. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** @returns true where the number lies in the range, ends included. */
export function rangeContains(range: Range, value: number): boolean {
  return value >= range.from && value <= range.to;
}

/** @returns `80` or `1000:2000`, as iptables prints ports. */
export function formatRange({ from, to }: Range): string {
  return from === to ? String(from) : `${from}:${to}`;
}
