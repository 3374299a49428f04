import type { Capture } from '../../src/cli/capture.ts';
import { type Io, processIo } from '../../src/cli/io.ts';
import { knownOf } from '../../src/cli/known.ts';
import { loadCapture } from '../../src/cli/load-capture.ts';
import { Progress } from '../../src/cli/progress.ts';
import type { Known } from '../../src/explain/question/question.ts';
import { ProblemList } from '../../src/problems/problem.ts';

/** Each one listens to the process: one is enough. */
let shared: Io | null = null;

/** Opens a capture as a command would, without a terminal. */
export async function openCapture(...files: readonly string[]): Promise<{ capture: Capture; known: Known }> {
  shared ??= { ...processIo(), showsProgress: false };
  const io = shared;
  const capture = await loadCapture(
    { files, demo: false },
    { stdin: emptyInput, problems: new ProblemList(), progress: new Progress(io) },
  );
  return { capture, known: knownOf(capture, await capture.cluster()) };
}

async function* emptyInput(): AsyncGenerator<Buffer> {
  // Nothing: tests name their files.
}
