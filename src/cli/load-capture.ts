import { sourcesOf } from '../capture/captured-file.ts';
import { readDemo } from '../capture/demo.ts';
import { LIMITS } from '../capture/limits.ts';
import { readSources } from '../capture/read-sources.ts';
import { type SourceText, sourceOfBytes } from '../capture/source.ts';
import { buildCapture } from './build-capture.ts';
import type { Capture } from './capture.ts';
import type { LoadContext } from './load-context.ts';
import type { SourceRequest } from './requests.ts';
import { UsageError } from './usage-error.ts';

/**
 * Reads the state of a node: from files, else from a live node. Rules are indexed now, the rest when asked for.
 * Throws UsageError where no state was named; InputError where it cannot be read, or holds nothing to answer from;
 * UnreachableError and InterruptedError where a live node is asked.
 */
export async function loadCapture(request: SourceRequest, context: LoadContext): Promise<Capture> {
  if (request.files.length === 0 && request.demo === false && request.live !== undefined) {
    const { loadLive } = await import('./load-live.ts');
    return await loadLive(request.live, context, (files, origin) =>
      buildCapture(sourcesOf(files), origin, context),
    );
  }
  const gathered = await gatherSources(request, context);
  const typed =
    request.typed === undefined ? [] : [sourceOfBytes('as typed', Buffer.from(`${request.typed}\n`), null)];
  const sources = [...gathered, ...typed];
  return (await buildCapture(sources, { name: originOf(request), live: false }, context)).capture;
}

/** @returns the files that a request names, unread as far as possible. Throws UsageError where it names none; InputError. */
export async function gatherSources(request: SourceRequest, context: LoadContext): Promise<SourceText[]> {
  if (request.demo !== false) return await readDemo(request.demo, LIMITS, context.problems);
  if (request.files.length === 0) {
    throw new UsageError(
      'no-state',
      'no node state given: pipe the rules in (iptables-save | kp-explain … -f -), name a capture folder or file with -f, or try --demo',
    );
  }
  context.progress.begin(`reading ${request.files.join(', ')}`);
  return await readSources(request.files, context.stdin, context.problems);
}

function originOf(request: SourceRequest): string {
  if (request.demo !== false) return request.demo === 'iptables' ? 'demo' : `demo ${request.demo}`;
  return request.files.join(', ');
}
