/** What is done with the objects of the list `nftables`. */
export interface Found {
  /**
   * Called where an object begins, with its first byte.
   * @returns where to go on inside it, behind two brackets of it that are open there; 0 to go through all of it
   */
  readonly open: (start: number) => number;
  /** Called where it has ended, with the byte behind its last. */
  readonly close: (start: number, end: number) => void;
}

const QUOTE = 34;
const BACKSLASH = 92;

/** What bytes mean outside strings: a table is asked quicker than byte after byte is compared. */
const IN_STRING = 1;
const DOWN = 2;
const UP = 3;
const MEANS = new Uint8Array(256);
MEANS[QUOTE] = IN_STRING;
for (const open of '{[') MEANS[open.charCodeAt(0)] = DOWN;
for (const close of '}]') MEANS[close.charCodeAt(0)] = UP;

/**
 * Finds the objects of `{"nftables": [ … ]}` without parsing them: a listing of 96 MB holds 330,000, of which a packet
 * meets a few dozen.
 * @returns null where there is no such list; else whether the list was closed, and the byte behind the last whole object.
 */
export function scanObjects(
  bytes: Buffer,
  { open, close }: Found,
): { readonly closed: boolean; readonly end: number } | null {
  const name = bytes.indexOf('"nftables"');
  const list = name < 0 ? -1 : bytes.indexOf('[', name);
  if (list < 0) return null;
  const { length } = bytes;
  let depth = 0;
  let start = 0;
  let end = list + 1;
  for (let at = list + 1; at < length; at++) {
    switch (MEANS[bytes[at] ?? 0]) {
      case IN_STRING:
        // Not a function of its own, which the byte loop would have to call for each of millions of strings.
        for (at++; at < length; at++) {
          const code = bytes[at];
          if (code === QUOTE) break;
          if (code === BACKSLASH) at++;
        }
        break;
      case DOWN:
        if (depth++ > 0) break;
        start = at;
        {
          const inside = open(start);
          if (inside > 0) {
            depth = 2;
            at = inside - 1;
          }
        }
        break;
      case UP:
        if (depth === 0) return { closed: true, end };
        if (--depth > 0) break;
        end = at + 1;
        close(start, end);
    }
  }
  return { closed: false, end };
}

/** @returns the byte behind the object or list that begins here, or the length of the bytes where it has no end. */
export function endOfObject(bytes: Buffer, start: number): number {
  const { length } = bytes;
  let depth = 0;
  for (let at = start; at < length; at++) {
    const means = MEANS[bytes[at] ?? 0];
    if (means === IN_STRING)
      for (at++; at < length; at++) {
        const code = bytes[at];
        if (code === QUOTE) break;
        if (code === BACKSLASH) at++;
      }
    else if (means === DOWN) depth++;
    else if (means === UP && --depth === 0) return at + 1;
  }
  return length;
}
