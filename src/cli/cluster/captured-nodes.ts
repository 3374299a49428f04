import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isCaptureFolder } from '../../capture/contract-files.ts';
import { findCaptures } from '../../capture/find-captures.ts';
import { InputError } from '../../capture/input-error.ts';
import { parseManifest } from '../../capture/manifest.ts';
import { readSmallFile } from '../../kubernetes/api/small-file.ts';
import type { SourceRequest } from '../requests.ts';

/** A node's capture that was named with others, not read yet. */
export interface CapturedNode {
  readonly name: string;
  readonly folder: string;
  /** As its manifest tells. */
  readonly takenAt: string | null;
}

/**
 * The nodes that `-f` names: several capture folders, or a folder that holds those of several nodes (as `capture
 * --all-nodes` writes them). Of each only its manifest is read.
 * @returns null where the state is of one node, as far as can be told without reading it
 */
export function capturedNodes({ files, demo }: SourceRequest): readonly CapturedNode[] | null {
  if (demo || files.length === 0) return null;
  const nodes = new Map<string, CapturedNode>();
  for (const folder of new Set(files.flatMap(capturesBelow))) {
    const node = nodeIn(folder);
    // What is no capture with a name of its own belongs to one node, with the rest.
    if (node === null || nodes.has(node.name)) return null;
    nodes.set(node.name, node);
  }
  return nodes.size < 2 ? null : [...nodes.values()];
}

/** What cannot be read is told by whoever reads it as a capture. */
function capturesBelow(path: string): readonly string[] {
  try {
    return findCaptures(path);
  } catch (error) {
    if (error instanceof InputError) return [path];
    throw error;
  }
}

function nodeIn(folder: string): CapturedNode | null {
  try {
    if (!statSync(folder).isDirectory() || !isCaptureFolder(readdirSync(folder))) return null;
    const manifest = parseManifest(readSmallFile(join(folder, 'capture.json')).toString('utf8'));
    const name = manifest?.node ?? basename(folder);
    return { name, folder, takenAt: manifest?.takenAt ?? null };
  } catch {
    return null;
  }
}

/** @returns the addresses of a captured node's interfaces that `ip -j addr` lists, as text, without reading the rest. */
export function addressesIn({ folder }: CapturedNode): string[] {
  let text: string;
  try {
    text = readSmallFile(join(folder, 'ip-addr.json')).toString('utf8');
  } catch {
    return [];
  }
  return [...text.matchAll(/"local"\s*:\s*"([0-9a-fA-F:.]+)"/g)]
    .map(([, address = '']) => address)
    .filter((address) => !/^(?:127\.|169\.254\.|fe80:|::1$)/i.test(address));
}
