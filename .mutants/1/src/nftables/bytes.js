import { wordOf } from '../json/fields.js';
import { dictionary } from '../lookup/dictionary.js';
const UNITS = dictionary({
    bytes: 1,
    kbytes: 1024,
    mbytes: 1048576,
    gbytes: 1073741824,
});
/** @returns how many bytes a number with nft's unit is; null where either is not understood. */
export function bytesOf(count, unit) {
    const size = UNITS[wordOf(unit)];
    return typeof count === 'number' && Number.isFinite(count) && size !== undefined ? count * size : null;
}
