import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';

/** As `os.devNull`: loading `node:os` takes longer than reading most files. */
const devNull = process.platform === 'win32' ? '\\\\.\\nul' : '/dev/null';

/** Far above any kubeconfig, certificate or token; stops a wrong path such as a disk image. */
const LARGEST = 16 * 1024 * 1024;

const NO_FILE = 'it is no regular file';
const TOO_LARGE = `it is larger than ${LARGEST / 1024 / 1024} MiB`;

/**
 * For a path that another program is going to read.
 * @returns why `readSmallFile` would refuse the file, as a clause; null where it would not, or where there is none.
 */
export function whyNoSmallFile(path: string): string | null {
  if (path === devNull) return null;
  let stat: Stats;
  try {
    stat = statSync(path);
  } catch {
    return null;
  }
  if (!stat.isFile()) return NO_FILE;
  return stat.size > LARGEST ? TOO_LARGE : null;
}

/**
 * Reads a file that holds settings or credentials. `/dev/null` is an empty one.
 * @returns its bytes. Throws the system's error, and an Error where it is no regular file or larger than 16 MiB: a device
 * may never end, and a pipe may never begin.
 * @param pipes true where the user may well name a pipe (`<(…)` of a shell), which is then waited for
 */
export function readSmallFile(path: string, pipes = false): Buffer {
  if (path === devNull) return Buffer.alloc(0);
  // Opening a pipe would wait for its writer.
  const fd = openSync(path, constants.O_RDONLY | (pipes ? 0 : (constants.O_NONBLOCK ?? 0)));
  try {
    if (!pipes && !fstatSync(fd).isFile()) throw new Error(NO_FILE);
    const pieces: Buffer[] = [];
    let length = 0;
    // What fstat says of the size is not asked: the file may grow, and files of /proc say 0.
    for (;;) {
      const piece = Buffer.alloc(64 * 1024);
      const read = readSync(fd, piece);
      if (read === 0) return Buffer.concat(pieces, length);
      length += read;
      if (length > LARGEST) throw new Error(TOO_LARGE);
      pieces.push(piece.subarray(0, read));
    }
  } finally {
    closeSync(fd);
  }
}
