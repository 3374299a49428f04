import type { CapturedFile } from '../capture/captured-file.ts';
import { escapeLines } from '../render/escape.ts';
import type { LoadContext } from './load-context.ts';
import type { LiveRequest } from './requests.ts';

/**
 * Asks the API server for the objects that give names to a live node's rules, as files of a capture (`services.json`, …).
 * What cannot be read becomes a problem, and names then come from the rules' comments.
 * @param signal ends the requests. @returns none with `--no-api`.
 */
export async function readClusterFiles(
  { api, access, target, pods }: LiveRequest,
  { problems, progress }: LoadContext,
  signal?: AbortSignal,
): Promise<CapturedFile[]> {
  if (!api) return [];
  const { fetchObjects } = await import('../kubernetes/api/load-cluster.ts');
  const { relayPrompts } = await import('../capture/live/prompts.ts');
  const { localNodeName } = await import('../capture/live/proxy-facts.ts');
  const wanted =
    pods === 'all'
      ? { kind: 'all' as const }
      : { kind: 'some' as const, node: target?.node ?? localNodeName(), named: pods };
  progress.begin('asking the API server');
  const { files, origin } = await fetchObjects(
    {
      ...access,
      namespace: null,
      pods: wanted,
      env: process.env,
      onProgress: (text) => progress.begin(text),
      onLogin: (messages) => relayPrompts(messages, (text) => progress.say(escapeLines(text))),
      ...(signal === undefined ? {} : { signal }),
    },
    problems,
  );
  return files.map(({ name, bytes }) => ({
    path: name,
    bytes,
    origin: `${name} of ${origin ?? 'the API server'}`,
  }));
}
