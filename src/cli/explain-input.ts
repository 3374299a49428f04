import { spansOfPaste } from '../capture/paste/split-paste.ts';
import { recognise } from '../capture/recognise.ts';
import type { InputItem, InputList } from '../explain/input-list.ts';
import { ProblemList } from '../problems/problem.ts';
import { toldAll } from '../problems/told-problem.ts';
import type { PlainFormat } from '../render/format.ts';
import { write } from './answer.ts';
import type { Io } from './io.ts';
import { gatherSources } from './load-capture.ts';
import { plainFormats } from './plain-formats.ts';
import { Progress } from './progress.ts';
import type { SourceRequest } from './requests.ts';

/** `--explain-input`: what each input, and each line of a paste, was recognised as. Throws as reading the input does. */
export async function explainInput(
  requests: readonly SourceRequest[],
  output: PlainFormat,
  io: Io,
): Promise<void> {
  const problems = new ProblemList();
  const progress = new Progress(io);
  const items: InputItem[] = [];
  for (const request of requests)
    for (const source of await gatherSources(request, { stdin: () => io.stdin(), problems, progress })) {
      const { kind, family, looksLike } = recognise(source.head);
      const lines = spansOfPaste(source, kind);
      items.push({ file: source.name, bytes: source.size, kind, family, looksLike, lines });
    }
  progress.end();
  const list: InputList = {
    apiVersion: 'kp-explain/v1',
    kind: 'InputList',
    items,
    problems: toldAll(problems.list()),
  };
  const renderers = plainFormats<InputList>(async (document) => {
    const { renderInputText } = await import('../render/input-text.ts');
    return renderInputText(document);
  });
  await write(list, { output }, io, renderers);
}
