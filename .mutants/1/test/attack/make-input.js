import { excerpt, mutate, mutateBytes } from './mutate.js';
import { mutateJson } from './mutate-json.js';
import { randomFrom, seedOf } from './random.js';
/** @returns the input of that number: from the same seed the same one, whatever was tried before it. */
export function makeInput({ name, form, seed }, run, input) {
    const random = randomFrom(seedOf(run, name, input));
    if (form === 'archive')
        return mutateBytes(Buffer.from(seed, 'latin1'), random).toString('latin1');
    if (form === 'json')
        return mutateJson(seed, random, 50);
    return mutate(random(100) === 0 ? seed : excerpt(seed, random), random, 50);
}
