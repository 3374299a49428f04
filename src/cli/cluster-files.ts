import type { CapturedFile } from '../capture/captured-file.ts';
import type { LoadContext } from './load-capture.ts';
import type { LiveRequest } from './requests.ts';

/**
 * Asks the API server for the objects that give names to a live node's rules, as files of a capture (`services.json`, …).
 * @returns none with `--no-api`; and none as long as the API is not asked: names then come from the rules' comments.
 */
export async function readClusterFiles(
  _request: LiveRequest,
  _context: LoadContext,
): Promise<CapturedFile[]> {
  return [];
}
