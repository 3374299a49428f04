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
  let end = list + 1;
  for (let at = end; at < bytes.length; at++) {
    const means = MEANS[bytes[at] ?? 0];
    if (means === UP) return { closed: true, end };
    if (means === IN_STRING) at = endOfString(bytes, at);
    if (means !== DOWN) continue;
    const start = at;
    const inside = open(start);
    const found = inside > 0 ? endOf(bytes, inside, 2) : endOf(bytes, start, 0);
    if (found < 0) break;
    end = found;
    close(start, end);
    at = end - 1;
  }
  return { closed: false, end };
}

/** @returns the byte behind the object or list that begins here, or the length of the bytes where it has no end. */
export function endOfObject(bytes: Buffer, start: number): number {
  const end = endOf(bytes, start, 0);
  return end < 0 ? bytes.length : end;
}

/**
 * Called for each object: V8 makes a loop that runs once for a whole listing quick only late.
 * @param depth how many brackets are open in front of `from`
 * @returns the byte behind the bracket with which none is open; -1 where there is none
 */
function endOf(bytes: Buffer, from: number, depth: number): number {
  let open = depth;
  for (let at = from; at < bytes.length; at++) {
    const means = MEANS[bytes[at] ?? 0];
    if (means === IN_STRING) at = endOfString(bytes, at);
    else if (means === DOWN) open++;
    else if (means === UP && --open === 0) return at + 1;
  }
  return -1;
}

/** @returns where the string ends whose quote stands here. */
function endOfString(bytes: Buffer, quote: number): number {
  let at = quote + 1;
  for (; at < bytes.length; at++) {
    const code = bytes[at];
    if (code === QUOTE) break;
    if (code === BACKSLASH) at++;
  }
  return at;
}
