import { type CapturedFile, sourcesOf } from '../capture/captured-file.ts';
import { InputError } from '../capture/input-error.ts';
import type { CapturedNode } from '../explain/capture-report.ts';
import type { ProxyMode } from '../explain/explanation.ts';
import { ProblemList } from '../problems/problem.ts';
import { buildCapture } from './build-capture.ts';
import type { LoadContext } from './load-context.ts';
import { readLive } from './load-live.ts';
import { prepareFiles, type Redaction } from './prepare-files.ts';
import type { LiveRequest } from './requests.ts';

/** A node that was read: what is written of it, and what is said about it. */
export interface SavedNode {
  readonly files: readonly CapturedFile[];
  readonly item: CapturedNode;
}

/** Reads one node. @param objects of the cluster, which belong to every capture of it. */
export async function readNode(
  live: LiveRequest,
  objects: readonly CapturedFile[],
  context: LoadContext,
  redaction: Redaction,
): Promise<SavedNode> {
  const { files, manifest } = await readLive(live, context, async () => null);
  const written = await prepareFiles([...files, ...objects], redaction, context.problems);
  const item = {
    node: manifest.node ?? 'this machine',
    path: null,
    takenAt: manifest.takenAt,
    backend: manifest.backend,
    kubeProxy: manifest.kubeProxy,
    proxyMode: await modeOf(files, context),
    files: written.map(({ path, bytes, origin }) => ({ name: path, bytes: bytes.length, origin })),
    error: null,
  };
  return { files: written, item };
}

/** As the answers from this capture will tell it. Problems of the files are told when they are read, not here. */
async function modeOf(files: readonly CapturedFile[], { progress }: LoadContext): Promise<ProxyMode> {
  try {
    const origin = { name: 'capture', live: true };
    const { capture } = await buildCapture(sourcesOf(files), origin, {
      problems: new ProblemList(),
      progress,
      needs: 'rules-or-flows',
    });
    return capture.info.proxyMode;
  } catch (error) {
    if (error instanceof InputError) return 'none';
    throw error;
  }
}
