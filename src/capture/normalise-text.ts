/**
 * Inputs saved on Windows (`kubectl … > file` in PowerShell) come as UTF-16 or with CRLF, and what a terminal showed (`script`, `tmux`,
 * `grep --color=always`) with its colours; parsers see plain UTF-8 lines.
 */

/** @returns true where the head needs no change: no byte order mark, no carriage return at a line's end, no colours. */
export function isPlainText(head: Buffer): boolean {
  return byteOrderMark(head) === null && !hasCarriageReturns(head) && !isColoured(head);
}

/** @returns the text as UTF-8 without byte order mark and colours, and with LF line ends; the same buffer where nothing had to change. */
export function normaliseText(raw: Buffer): Buffer {
  return withoutColours(withPlainLines(raw));
}

/** Colours (SGR) and what clears the rest of a line (EL, as grep writes it behind each), and the character set that tmux selects. */
const COLOURS = /\x1b(?:\[[\d;:]*[mK]|\(B)/g;

/** @returns the text without its colours; what stands there as somebody's own text, and is never taken back, stays. */
export function withoutColours(bytes: Buffer): Buffer {
  return isColoured(bytes) ? Buffer.from(bytes.toString('latin1').replace(COLOURS, ''), 'latin1') : bytes;
}

/** What colours lines ends with the terminal's own. */
function isColoured(bytes: Buffer): boolean {
  return bytes.includes(0x1b) && (bytes.includes('\x1b[m') || bytes.includes('\x1b[0m'));
}

function withPlainLines(raw: Buffer): Buffer {
  const mark = byteOrderMark(raw);
  let bytes = raw;
  if (mark === 'utf8') bytes = raw.subarray(3);
  else if (mark === 'utf16le') bytes = decodeUtf16(raw.subarray(2));
  else if (mark === 'utf16be') bytes = decodeUtf16(swapped(raw.subarray(2)));
  if (!hasCarriageReturns(bytes.subarray(0, 64 * 1024))) return bytes;
  return dropCarriageReturns(bytes);
}

function byteOrderMark(bytes: Buffer): 'utf8' | 'utf16le' | 'utf16be' | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf8';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf16be';
  return null;
}

function hasCarriageReturns(bytes: Buffer): boolean {
  return bytes.includes('\r\n') && !bytes.includes(0);
}

function decodeUtf16(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, bytes.length & ~1).toString('utf16le'), 'utf8');
}

function swapped(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16();
}

function dropCarriageReturns(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === 13 && bytes[i + 1] === 10) continue;
    out[length++] = byte;
  }
  return out.subarray(0, length);
}
