import type { ProblemList } from '../problems/problem.ts';
import { cleanPath, findCaptureRoot, mayBelong } from './capture-root.ts';
import { hintsInBundle, hintsOfName } from './contract-files.ts';
import { isGzip, tooLarge } from './gunzip.ts';
import type { Limits } from './limits.ts';
import { type SourceText, sourceOfBytes } from './source.ts';
import { type TarEnd, type TarMember, TarReader } from './tar.ts';
import { unpackBytes } from './unpack-bytes.ts';

/** Collects the files of one tar archive and turns them into sources. */
export class ArchiveReader {
  readonly #name: string;
  readonly #limits: Limits;
  readonly #tar: TarReader;
  #kept = 0;
  #strays = 0;

  constructor(name: string, limits: Limits) {
    this.#name = name;
    this.#limits = limits;
    this.#tar = new TarReader((path, size) => this.#wants(path, size));
  }

  /** Takes the next bytes of the archive, already decompressed. Throws InputError beyond the limits. */
  feed(chunk: Buffer): void {
    this.#tar.feed(chunk);
  }

  /**
   * Says that no more bytes come.
   * @returns the sources of the one capture in the archive. Throws InputError where there is none or several.
   */
  async finish(problems: ProblemList): Promise<SourceText[]> {
    reportEnd(this.#name, this.#tar.end(), problems);
    const byPath = new Map<string, TarMember>();
    for (const member of this.#tar.members) {
      const path = cleanPath(member.path);
      if (path !== null) byPath.set(path, member);
    }
    if (byPath.size === 0) {
      problems.add('empty-input', { what: 'archive' }, this.#name);
      return [];
    }
    const { root, files, contract } = findCaptureRoot(this.#name, [...byPath.keys()]);
    const sources: SourceText[] = [];
    // The limit is one for the whole archive: members that are packed once more count as what they grow to.
    let left = this.#limits.totalBytes - this.#kept;
    for (const path of files) {
      const member = byPath.get(path);
      const hints = hintsInBundle(path);
      if (member === undefined || (contract && hints === null)) continue;
      const name = `${this.#name}/${root !== '' && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path}`;
      if (!member.complete) problems.add('truncated', { what: 'archived-file' }, name);
      const { bytes, cut } = isGzip(member.bytes)
        ? await unpackBytes(name, member.bytes, { ...this.#limits, totalBytes: left }, problems)
        : { bytes: member.bytes, cut: false };
      if (bytes !== member.bytes) left -= bytes.length;
      sources.push(sourceOfBytes(name, bytes, hints, cut || !member.complete));
    }
    return sources;
  }

  #wants(rawPath: string, size: number): boolean {
    const path = cleanPath(rawPath);
    if (path === null || !mayBelong(path)) return false;
    if (hintsOfName(path) === null) {
      if (size > this.#limits.strayFileBytes || this.#strays >= this.#limits.strayFiles) return false;
      this.#strays++;
    }
    this.#kept += size;
    if (this.#kept > this.#limits.totalBytes) throw tooLarge(this.#name, this.#limits.totalBytes);
    return true;
  }
}

function reportEnd(name: string, end: TarEnd, problems: ProblemList): void {
  if (end === 'truncated' || end === 'damaged') problems.add(end, { what: 'archive' }, name);
}
