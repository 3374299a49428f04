/** @returns true where the number lies in the range, ends included. */
export function rangeContains(range, value) {
    return value >= range.from && value <= range.to;
}
/** @returns `80` or `1000:2000`, as iptables prints ports. */
export function formatRange({ from, to }) {
    return from === to ? String(from) : `${from}:${to}`;
}
