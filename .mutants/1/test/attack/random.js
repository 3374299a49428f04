/** @returns whole numbers from 0 up to a limit (mulberry32). */
export function randomFrom(seed) {
    let state = seed >>> 0;
    return (limit) => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
    };
}
/** @returns a seed of its own for each input of each target, so that one can be made again without those before it. */
export function seedOf(seed, target, input) {
    let hash = 2166136261 ^ seed;
    for (const word of [target, String(input)]) {
        for (let at = 0; at < word.length; at++)
            hash = Math.imul(hash ^ word.charCodeAt(at), 16777619);
        hash = Math.imul(hash ^ 0xff, 16777619);
    }
    return hash >>> 0;
}
/** @returns one of them. */
export function oneOf(random, values) {
    const value = values[random(values.length)];
    if (value === undefined)
        throw new Error('nothing to choose from');
    return value;
}
