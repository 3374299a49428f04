import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { dictionary } from '../lookup/dictionary.ts';
import type { FileHints } from './contract-files.ts';
import { InputError } from './input-error.ts';
import { isPlainText, normaliseText, withoutColours } from './normalise-text.ts';

/** How much of an input is looked at to recognise it. */
export const HEAD_BYTES = 64 * 1024;

/** One input: a name for messages, and its bytes. */
export interface SourceText {
  /** As the user could name it: `capture/iptables-save.txt`, `node.tar.gz/iptables-save.txt`, `stdin`. */
  readonly name: string;
  /** All of it; a file is read when this is first asked for. May throw InputError where the file went away since. */
  readonly bytes: Buffer;
  /** The first `HEAD_BYTES`, without reading the rest. */
  readonly head: Buffer;
  /** The same bytes in pieces, in order, without holding all of them; a piece may be reused for the next. */
  chunks(): Iterable<Buffer>;
  /** Bytes on disk or in memory, for progress and limits. */
  readonly size: number;
  /** What the name tells, for files of the capture contract. */
  readonly hints: FileHints | null;
  /** True where the archive or gzip stream that held it ended too early or was damaged: more should have followed. */
  readonly cut?: true;
  /** True where a paste holds only some lines of an output: its command picked them, or others were left out by hand. */
  readonly picked?: true;
  /** True where `route -n` printed routes of a paste: of each the first next hop alone (fib_route_seq_show, net/ipv4/fib_trie.c). */
  readonly firstHops?: true;
  /** Routing tables that are in a paste as a whole; absent where the content tells. */
  readonly tables?: readonly ListedTable[];
}

/** A routing table, by the name or number that a command asked for it by; `all`: every one of the family. */
export interface ListedTable {
  readonly family: 'ipv4' | 'ipv6';
  readonly table: string;
}

/**
 * @param cut true where bytes are known to be missing at the end.
 * @returns a source whose bytes are already here; UTF-16, a byte order mark, CRLF and colours are turned into plain UTF-8 lines.
 */
export function sourceOfBytes(name: string, raw: Buffer, hints: FileHints | null, cut = false): SourceText {
  const bytes = normaliseText(raw);
  const source = {
    name,
    bytes,
    chunks: () => [bytes],
    head: bytes.subarray(0, HEAD_BYTES),
    size: bytes.length,
    hints,
  };
  return cut ? { ...source, cut } : source;
}

/** @returns a source of these lines, which were read already; its head begins where they do, so that blank ones do not hide it. */
export function sourceOfLines(name: string, lines: readonly string[]): SourceText {
  const bytes = Buffer.from(`${lines.join('\n')}\n`, 'utf8');
  const head = Buffer.from(lines.join('\n').replace(/^\n+/, '').slice(0, HEAD_BYTES), 'utf8');
  return { name, bytes, head, chunks: () => [bytes], size: bytes.length, hints: null };
}

/**
 * @param path where the file is; `size` its bytes as stat told.
 * @returns a source that reads the file when asked. Throws InputError where it cannot be opened.
 */
export function sourceOfFile(name: string, path: string, size: number, hints: FileHints | null): SourceText {
  const rawHead = readHead(name, path);
  if (!isPlainText(rawHead)) return sourceOfBytes(name, readWhole(name, path), hints);
  let whole: Buffer | null = null;
  return {
    name,
    head: rawHead,
    size,
    hints,
    chunks: () => (whole === null ? readPieces(name, path) : [whole]),
    get bytes(): Buffer {
      whole ??= withoutColours(readWhole(name, path));
      return whole;
    },
  };
}

/** @returns the first bytes of a file. Throws InputError. */
export function readHead(name: string, path: string): Buffer {
  try {
    const fd = openSync(path, 'r');
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      return head.subarray(0, readSync(fd, head, 0, HEAD_BYTES, 0));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw unreadable(name, error);
  }
}

const PIECE_BYTES = 256 * 1024;

/** Reads a file piece by piece into one buffer. Throws InputError. */
function* readPieces(name: string, path: string): Iterable<Buffer> {
  const fd = openFile(name, path);
  try {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    for (;;) {
      const length = readPiece(name, fd, piece);
      if (length === 0) return;
      yield piece.subarray(0, length);
    }
  } finally {
    closeSync(fd);
  }
}

function openFile(name: string, path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw unreadable(name, error);
  }
}

function readPiece(name: string, fd: number, piece: Buffer): number {
  try {
    return readSync(fd, piece, 0, piece.length, null);
  } catch (error) {
    throw unreadable(name, error);
  }
}

/** @returns the whole file. Throws InputError. */
export function readWhole(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(name, error);
  }
}

const REASONS = dictionary<string>({
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied; run as a user who may read it, or copy it first',
  EPERM: 'permission denied; run as a user who may read it, or copy it first',
  ENOTDIR: 'a part of the path is a file, not a folder',
  ELOOP: 'too many symbolic links',
  ENAMETOOLONG: 'the name is too long',
  EISDIR: 'it is a folder',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB',
});

/** @returns the InputError for a file that the operating system would not give. */
export function unreadable(name: string, error: unknown): InputError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return new InputError(
    code === 'ENOENT' ? 'no-such-file' : 'unreadable-file',
    `cannot read ${name}: ${reason}`,
    name,
  );
}
