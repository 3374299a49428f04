/** @param seconds whole. @returns `1h30m`, as nft spells times. */
export function formatDuration(seconds) {
    const parts = [];
    let rest = seconds;
    for (const [unit, size] of UNITS) {
        const count = Math.floor(rest / size);
        if (count > 0)
            parts.push(`${count}${unit}`);
        rest -= count * size;
    }
    return parts.length === 0 ? '0s' : parts.join('');
}
const UNITS = [
    ['d', 86400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
];
