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
