import { dictionary } from '../lookup/dictionary.js';
const RESERVED = dictionary({ '255': 'local', '254': 'main', '253': 'default' });
/** @returns the name of a routing table, with the kernel's three reserved numbers spelt as `ip` spells them by default. */
export function tableName(text) {
    return RESERVED[text] ?? text;
}
