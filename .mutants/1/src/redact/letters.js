import { createHash } from 'node:crypto';
const ALPHABETS = { base32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', hex: '0123456789abcdef' };
/** @returns so many characters that follow from the text and tell nothing of it without the key in it. */
export function letters(text, count, alphabet) {
    const chosen = ALPHABETS[alphabet];
    const digest = createHash('sha256').update(text).digest();
    return Array.from({ length: count }, (_, index) => chosen[(digest[index] ?? 0) % chosen.length]).join('');
}
