import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isCaptureFolder } from '../../capture/contract-files.ts';
import { findCaptures } from '../../capture/find-captures.ts';
import { InputError } from '../../capture/input-error.ts';
import { parseManifest } from '../../capture/manifest.ts';
import { type Host, type Route, UNKNOWN_HOST } from '../../host/facts.ts';
import { parseLinks } from '../../host/parse-links.ts';
import { parseRoutes } from '../../host/parse-routes.ts';
import { readSmallFile } from '../../kubernetes/api/small-file.ts';
import type { Family } from '../../net/address.ts';
import { ProblemList } from '../../problems/problem.ts';
import type { SourceRequest } from '../requests.ts';

/** A node that was named with others, or that the packet may get to; not read yet. */
export interface CapturedNode {
  readonly name: string;
  /** Its capture; null for a live node. */
  readonly folder: string | null;
  /** By which it is read. */
  readonly sources: SourceRequest;
  /** As its manifest tells. */
  readonly takenAt: string | null;
}

/**
 * The nodes that `-f` names: several capture folders, or a folder that holds those of several nodes (as `capture
 * --all-nodes` writes them). Of each only its manifest is read.
 * @returns null where the state is of one node, as far as can be told without reading it; of a live one that is followed, the first
 */
export function capturedNodes(sources: SourceRequest): readonly CapturedNode[] | null {
  const { files, demo, live } = sources;
  if (demo) return null;
  if (files.length === 0)
    // The others are known once the first was read.
    return live?.follow === true && live.target !== null ? [liveNode(live.target.node, sources)] : null;
  const nodes = new Map<string, CapturedNode>();
  for (const folder of new Set(files.flatMap(capturesBelow))) {
    const node = capturedNode(folder);
    // What is no capture with a name of its own belongs to one node, with the rest.
    if (node === null || nodes.has(node.name)) return null;
    nodes.set(node.name, node);
  }
  return nodes.size < 2 ? null : [...nodes.values()];
}

/** @returns a live node. @param takenAt when it was read; null: it was not yet */
export function liveNode(name: string, sources: SourceRequest, takenAt: string | null = null): CapturedNode {
  return { name, folder: null, sources, takenAt };
}

/** @returns the other nodes of a live cluster, to be read as the first was: each in its own kube-proxy's pod, or a debug pod. */
export function furtherNodes(
  { sources, name: first }: CapturedNode,
  names: readonly string[],
): readonly CapturedNode[] {
  const { live } = sources;
  if (live?.follow !== true || live.target === null) return [];
  // The first has asked the API server for all of them, and for the Service that the question names.
  const { target, asked: _, ...rest } = live;
  return names
    .filter((name) => name !== first)
    .map((node) => {
      const there = { ...rest, api: false, target: { ...target, node, pod: null } };
      return liveNode(node, { ...sources, live: there });
    });
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

/** @returns the node that a capture folder is of, by its manifest; null for what is no capture folder. */
export function capturedNode(folder: string): CapturedNode | null {
  try {
    if (!statSync(folder).isDirectory() || !isCaptureFolder(readdirSync(folder))) return null;
    const manifest = parseManifest(readSmallFile(join(folder, 'capture.json')).toString('utf8'));
    const name = manifest?.node ?? basename(folder);
    return { name, folder, sources: { files: [folder], demo: false }, takenAt: manifest?.takenAt ?? null };
  } catch {
    return null;
  }
}

/** @returns the addresses of a captured node's interfaces that `ip -j addr` lists, as text, without reading the rest. */
export function addressesIn({ folder }: CapturedNode): string[] {
  if (folder === null) return [];
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

/**
 * What a captured node's `ip -j addr` and `ip -j route` tell of where it sends, without reading the rest; what they do not let us
 * understand is told by whoever reads the node.
 */
export function routingIn({ folder }: CapturedNode): Host {
  const problems = new ProblemList();
  const read = (name: string): string | null => {
    try {
      return folder === null ? null : readSmallFile(join(folder, name)).toString('utf8');
    } catch {
      return null;
    }
  };
  const routes = (name: string, family: Family): Route[] | null => {
    const text = read(name);
    return text === null ? null : parseRoutes(text, family, name, problems);
  };
  const links = read('ip-addr.json');
  return {
    ...UNKNOWN_HOST,
    links: links === null ? null : parseLinks(links, 'ip-addr.json', problems),
    routes: { ipv4: routes('ip-route.json', 'ipv4'), ipv6: routes('ip6-route.json', 'ipv6') },
  };
}
