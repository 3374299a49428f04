import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { CapturedFile } from '../captured-file.ts';
import { hintsOfName, isCaptureFolder, RECENT_FOLDER } from '../contract-files.ts';
import { InputError } from '../input-error.ts';
import { packTarGz } from './tar-writer.ts';

/** Where a capture is written: a folder, or one archive. */
export interface WriteTarget {
  /** As the user named it. */
  readonly name: string;
  readonly path: string;
  readonly form: 'folder' | 'archive';
  readonly force: boolean;
}

/**
 * @param name a folder, or a file that ends in `.tar.gz` or `.tgz`.
 * @returns the target. Throws InputError where it exists already (without `force`), or is nothing that may be replaced,
 * or its parent is no folder, or it is `-`: said before a node is asked for anything.
 */
export function findWriteTarget(name: string, force: boolean): WriteTarget {
  // It stands for standard output elsewhere, and -f - would read standard input, not the folder of this name.
  if (name === '-')
    throw new InputError(
      'no-such-folder',
      'a capture is not written to standard output; name a folder or a file that ends in .tar.gz (./- for a folder called -)',
      name,
    );
  const path = resolve(name);
  const target: WriteTarget = {
    name,
    path,
    form: /\.(?:tar\.gz|tgz)$/.test(name) ? 'archive' : 'folder',
    force,
  };
  const parent = dirname(path);
  if (!existsSync(parent) || !statSync(parent).isDirectory()) {
    throw new InputError('no-such-folder', `cannot write ${name}: there is no folder ${dirname(name)}`, name);
  }
  refuseExisting(target);
  return target;
}

function refuseExisting({ name, path, form, force }: WriteTarget): void {
  const stat = statOf(path);
  if (stat === null) return;
  if (!force)
    throw new InputError(
      'exists',
      `${name} exists already; choose another name, or say --force to replace it`,
      name,
    );
  const replaceable = form === 'folder' ? stat.isDirectory() && isReplaceable(path) : stat.isFile();
  if (replaceable) return;
  const what = form === 'folder' ? 'a folder that holds only captures' : 'a file';
  throw new InputError(
    'not-a-capture',
    `${name} is not replaced even with --force, because it is not ${what}`,
    name,
  );
}

/** --force must never take a home folder away: only a capture, a folder of captures, or an empty folder is replaced. */
function isReplaceable(path: string): boolean {
  const entries = readdirSync(path);
  if (entries.length === 0) return true;
  if (isCaptureFolder(entries))
    return entries.every((entry) => entry === RECENT_FOLDER || hintsOfName(entry) !== null);
  return entries.every((entry) => {
    const below = join(path, entry);
    return (
      statOf(below)?.isDirectory() === true && isCaptureFolder(readdirSync(below)) && isReplaceable(below)
    );
  });
}

/**
 * Writes a capture beside its place and moves it there when it is whole, so that a half-written one never bears the
 * name. Folders get mode 0700 and files 0600: a capture tells much of a network.
 */
export class CaptureWriter {
  readonly #target: WriteTarget;
  /** The folder beside the place; '' while nothing was written. */
  #staging = '';
  readonly #members: CapturedFile[] = [];
  #packed: Buffer | null = null;

  /** Leaves nothing behind yet. Throws InputError where nothing can be written there: better now than after reading. */
  constructor(target: WriteTarget) {
    this.#target = target;
    this.#try(() => this.#stage());
    this.discard();
  }

  /** Adds files. @param folder inside the capture, for several nodes; `''` for none. */
  add(files: readonly CapturedFile[], folder: string): void {
    const named = files.map((file) => ({
      ...file,
      path: folder === '' ? file.path : `${folder}/${file.path}`,
    }));
    if (this.#target.form === 'archive') this.#members.push(...named);
    else for (const file of named) this.#try(() => writeOne(join(this.#stage(), file.path), file.bytes));
  }

  /**
   * Makes the archive of what was added, which may take seconds; still nothing is written. `commit` does it where it was not
   * done. @returns its bytes.
   */
  pack(): Buffer {
    this.#packed ??= packTarGz(this.#members, Date.now() / 1000);
    return this.#packed;
  }

  /** @returns what `-f` takes to read the capture in that folder; null for an archive of several. */
  pathOf(folder: string): string | null {
    return this.#target.form === 'archive' ? null : join(this.#target.name, folder);
  }

  /** Moves what was added to its place. Throws InputError; then nothing is there, or what was there before. */
  commit(): void {
    const { path, form } = this.#target;
    refuseExisting(this.#target);
    this.#try(() => {
      if (form === 'archive') {
        const file = join(this.#stage(), 'archive');
        writeFileSync(file, this.pack(), { mode: 0o600, flush: true });
        renameSync(file, path);
        return;
      }
      const staging = this.#stage();
      const old = existsSync(path) ? join(dirname(path), `${basename(staging)}.old`) : null;
      if (old !== null) renameSync(path, old);
      try {
        renameSync(staging, path);
      } catch (error) {
        if (old !== null) renameSync(old, path);
        throw error;
      }
      if (old !== null) rmSync(old, { recursive: true, force: true });
    });
    this.discard();
  }

  /** Removes what was not moved. Call it in every case; after `commit` it does nothing. */
  discard(): void {
    if (this.#staging !== '') rmSync(this.#staging, { recursive: true, force: true });
    this.#staging = '';
  }

  /** mkdtemp makes it with mode 0700. */
  #stage(): string {
    const { path } = this.#target;
    if (this.#staging === '') this.#staging = mkdtempSync(join(dirname(path), `.${basename(path)}.partial-`));
    return this.#staging;
  }

  #try<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      this.discard();
      const reason = error instanceof Error ? error.message : String(error);
      throw new InputError(
        'not-written',
        `cannot write ${this.#target.name}: ${withoutPath(reason)}`,
        this.#target.name,
      );
    }
  }
}

function writeOne(path: string, bytes: Buffer): void {
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  writeFileSync(path, bytes, { mode: 0o600, flag: 'wx', flush: true });
}

/** `ENOSPC: no space left on device, write` says enough without the hidden name of the place. */
function withoutPath(message: string): string {
  return message.replace(/,? (?:open|mkdir|mkdtemp|rename|write)(?: '.*)?$/, '');
}

function statOf(path: string): Stats | null {
  try {
    return lstatSync(path);
  } catch {
    return null;
  }
}
