/**
 * Adds up `conntrack -S` over all CPUs: `cpu=0  found=0 invalid=1 insert_failed=0 drop=0 …`.
 * @returns the sums by name; null where the text holds no such line
 */
export function sumConntrackStats(text: string | null): ReadonlyMap<string, number> | null {
  if (text === null) return null;
  const sums = new Map<string, number>();
  for (const [, name, value] of text.matchAll(/\b([a-z_]+)=(\d{1,15})\b/g)) {
    if (name === undefined || name === 'cpu') continue;
    sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return sums.size === 0 ? null : sums;
}
