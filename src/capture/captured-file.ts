import { hintsOfName } from './contract-files.ts';
import { type SourceText, sourceOfBytes } from './source.ts';

/** One file of a capture, in memory: what a live node gave, or what is about to be written. */
export interface CapturedFile {
  /** Its path in a capture folder: `iptables-save.txt`, `xt_recent/NAME`. */
  readonly path: string;
  readonly bytes: Buffer;
  /** Where it came from, for messages: `iptables-save -c`, `node-1: conntrack -L`. */
  readonly origin: string;
}

/** @returns the files as sources, as if a folder of them had been read; messages name what they came from. */
export function sourcesOf(files: readonly CapturedFile[]): SourceText[] {
  return files.map(({ path, bytes, origin }) => sourceOfBytes(origin, bytes, hintsOfName(path)));
}
