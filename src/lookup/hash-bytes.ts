const LARGEST_ASCII = 127;

/** @returns a beginning for hashes, another one each time: hostile texts must not be able to share one slot. */
export function seedOfHash(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

/** @returns the hash of the text that stands between these bytes, which is not negative; null for one outside ASCII. */
export function hashBytes(bytes: Buffer, start: number, end: number, seed: number): number | null {
  let hash = seed;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte > LARGEST_ASCII) return null;
    hash = mix(hash, byte);
  }
  return hash >>> 0;
}

/** The same for a text. */
export function hashText(text: string, seed: number): number | null {
  let hash = seed;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > LARGEST_ASCII) return null;
    hash = mix(hash, code);
  }
  return hash >>> 0;
}

/** One step of a hash: the multiplication carries upwards, the shift back into the low bits, which choose the slot. */
function mix(hash: number, byte: number): number {
  const product = Math.imul(hash ^ byte, 0x9e3779b1);
  return product ^ (product >>> 15);
}
