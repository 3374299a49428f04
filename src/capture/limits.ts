const MIB = 1024 * 1024;

/** What reading may cost. Far above any real node; they stop a decompression bomb or a wrong path such as a disk image. */
export interface Limits {
  /** Bytes of one input after decompression, and of all kept members of an archive together. */
  readonly totalBytes: number;
  /** Bytes of one file that is looked at only because it lies in the folder. */
  readonly strayFileBytes: number;
  /** How many files of a plain folder or archive are looked at. */
  readonly strayFiles: number;
}

/** The limits of the program; tests use smaller ones. 2 GiB is also the most that Node reads into one buffer. */
export const LIMITS: Limits = {
  totalBytes: 2048 * MIB - 1,
  strayFileBytes: 256 * MIB,
  strayFiles: 500,
};

/** @returns bytes in words: `2.0 GiB`, `117 KiB`. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}
