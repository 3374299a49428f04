import { existsSync, statSync, writeFileSync } from 'node:fs';
import { findForUpdate } from '../check/check-capture.ts';
import { proposeExpectations } from '../check/expectations/propose.ts';
import { ProblemList } from '../problems/problem.ts';
import { readExpectations } from './check-one.ts';
import { inputOf } from './input-of.ts';
import { holdInterrupts } from './interrupt.ts';
import type { Io } from './io.ts';
import { loadCapture } from './load-capture.ts';
import { Progress } from './progress.ts';
import type { SourceRequest } from './requests.ts';
import { UsageError } from './usage-error.ts';

/**
 * `check --update`: writes down what each capture does today.
 * @param expect the file to write; null: expect.yaml in the capture folder. Throws UsageError, InputError.
 */
export async function updateExpectations(
  captures: readonly SourceRequest[],
  expect: string | null,
  io: Io,
): Promise<void> {
  for (const sources of captures) {
    const [folder] = sources.files;
    const path =
      expect ??
      (folder === undefined || !isFolder(folder) ? null : `${folder.replace(/(?<=.)\/+$/, '')}/expect.yaml`);
    if (path === null || (expect !== null && captures.length > 1)) {
      throw new UsageError(
        'nowhere-to-write',
        '--update writes expect.yaml into a capture folder; for anything else say --expect FILE',
      );
    }
    const progress = new Progress(io);
    try {
      const capture = await loadCapture(sources, {
        stdin: () => io.stdin(),
        problems: new ProblemList(),
        progress,
      });
      const before = existsSync(path) ? readExpectations(capture, path) : null;
      progress.begin(`checking ${capture.info.origin}`);
      const input = await inputOf(capture);
      const text = proposeExpectations(input.known, findForUpdate(input), before);
      // A file that was reviewed must not be lost half way.
      const hold = holdInterrupts(progress);
      try {
        writeFileSync(path, text);
      } finally {
        await hold.release();
      }
      hold.signal.throwIfAborted();
    } finally {
      progress.end();
    }
    io.out(`wrote ${path}: what the capture does today; review it before you rely on it\n`);
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
