export function randomOf(seed) {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
}
/** @returns one of several. */
export function pick(random, items) {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined)
        throw new Error('nothing to pick from');
    return item;
}
export function chance(random, share) {
    return random() < share;
}
