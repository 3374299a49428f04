import { readdirSync, type Stats, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import type { ProblemList } from '../problems/problem.ts';
import { clusterPathsOf, isBundleNode, isBundleNoise } from './calico-bundle.ts';
import { hintsInBundle, hintsOfName, isCaptureFolder, RECENT_FOLDER } from './contract-files.ts';
import { isGzip } from './gunzip.ts';
import { InputError } from './input-error.ts';
import type { Limits } from './limits.ts';
import { readHead, readWhole, type SourceText, sourceOfBytes, sourceOfFile, unreadable } from './source.ts';
import { unpackBytes } from './unpack-bytes.ts';

/**
 * Reads a folder. A capture folder (it holds `iptables-save.txt` or `capture.json`) gives the files that the contract
 * names; any other folder gives every file in it, to be recognised by content. Of calicoctl's bundles a node's folder is
 * read, with the cluster's objects beside it. Subfolders are not read, but
 * `xt_recent/`.
 * @param name the folder as the user named it. Throws InputError where it cannot be read, or holds only other captures.
 */
export async function readFolder(
  name: string,
  path: string,
  limits: Limits,
  problems: ProblemList,
): Promise<SourceText[]> {
  const shown = name.replace(/\/+$/, '') || name;
  const { files, folders } = listFolder(shown, path);
  const contract = isCaptureFolder(files);
  const bundle = isBundleNode(files);
  if (files.length === 0) {
    const [only, ...others] = bundleNodes(path, folders);
    if (only !== undefined && others.length === 0) {
      return await readFolder(`${shown}/${only}`, join(path, only), limits, problems);
    }
    refuseParent(shown, path, folders);
  }
  const wanted = files.filter((file) =>
    contract ? hintsOfName(file) !== null : !file.startsWith('.') && !(bundle && isBundleNoise(file)),
  );
  if (wanted.length > limits.strayFiles) {
    problems.add('too-many-files', { looked: limits.strayFiles, all: wanted.length }, shown);
  }
  const sources: SourceText[] = [];
  // The limit is one for the whole folder, packed files counted as what they grow to.
  let left = limits.totalBytes;
  const add = async (file: string, place: string): Promise<void> => {
    const source = await readOne(`${shown}/${file}`, place, { ...limits, totalBytes: left }, problems);
    if (source === null) return;
    left -= source.size;
    sources.push(source);
  };
  for (const file of wanted.slice(0, limits.strayFiles)) await add(file, join(path, file));
  if (bundle) {
    for (const file of clusterPathsOf(resolve(path)).filter((each) => statOf(each)?.isFile() === true)) {
      await add(relative(resolve(path), file), file);
    }
  }
  if (!folders.includes(RECENT_FOLDER)) return sources;
  const recent = join(path, RECENT_FOLDER);
  for (const file of listFolder(`${shown}/${RECENT_FOLDER}`, recent).files) {
    await add(`${RECENT_FOLDER}/${file}`, join(recent, file));
  }
  return sources;
}

/** One file that cannot be read is a problem here, not an error: the rest of the capture still answers. */
async function readOne(
  name: string,
  path: string,
  limits: Limits,
  problems: ProblemList,
): Promise<SourceText | null> {
  const hints = hintsInBundle(name);
  try {
    const { size } = statSync(path);
    const limit = Math.min(hints === null ? limits.strayFileBytes : Infinity, limits.totalBytes);
    if (size > limit) {
      problems.add('too-large', { what: 'stray', limit }, name);
      return null;
    }
    if (!isGzip(readHead(name, path))) return sourceOfFile(name, path, size, hints);
    const { bytes, cut } = await unpackBytes(
      name,
      readWhole(name, path),
      { ...limits, totalBytes: limit },
      problems,
    );
    return sourceOfBytes(name, bytes, hints, cut);
  } catch (error) {
    const { code, message: said } = error instanceof InputError ? error : unreadable(name, error);
    if (code === 'too-large') problems.add(code, { what: 'said', said }, name);
    else problems.add(code === 'no-such-file' ? code : 'unreadable-file', { said }, name);
    return null;
  }
}

function listFolder(name: string, path: string): { files: string[]; folders: string[] } {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    for (const entry of readdirSync(path).sort()) {
      const stat = statOf(join(path, entry));
      if (stat?.isFile() === true) files.push(entry);
      else if (stat?.isDirectory() === true) folders.push(entry);
    }
  } catch (error) {
    throw unreadable(name, error);
  }
  return { files, folders };
}

function statOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** A bundle of a whole cluster keeps its nodes one folder down. */
function nodesBelow(path: string, folders: readonly string[]): string[] {
  if (!folders.includes('nodes')) return [];
  return listFolder('nodes', join(path, 'nodes')).folders.map((node) => `nodes/${node}`);
}

function bundleNodes(path: string, folders: readonly string[]): string[] {
  return [...nodesBelow(path, folders), ...folders].filter((folder) =>
    isBundleNode(listFolder(folder, join(path, folder)).files),
  );
}

function refuseParent(name: string, path: string, folders: readonly string[]): void {
  const captures = [...nodesBelow(path, folders), ...folders].filter((folder) => {
    const { files } = listFolder(folder, join(path, folder));
    return isCaptureFolder(files) || isBundleNode(files);
  });
  if (captures.length === 0) return;
  const examples = captures
    .slice(0, 3)
    .map((folder) => `-f ${name}/${folder}`)
    .join(' or ');
  throw new InputError('no-capture-here', `${name} is not a capture, but holds some: say ${examples}`, name);
}
