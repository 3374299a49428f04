import { STDIN_NAME } from '../capture/read-sources.ts';
import type { KernelTraceList } from '../explain/kernel-trace/kernel-trace-list.ts';
import { PLAIN_FORMATS } from '../render/format.ts';
import { answer } from './answer.ts';
import { documentHead } from './document-head.ts';
import { EXIT, type ExitStatus } from './exit-status.ts';
import type { Io } from './io.ts';
import { knownOf } from './known.ts';
import { plainFormats } from './plain-formats.ts';
import type { TraceRequest } from './requests.ts';
import { MOST_TYPED } from './typed-line.ts';
import { UsageError } from './usage-error.ts';

/** Reads what a kernel traced beside a node's rules, writes the answer. @returns 1 where a packet goes another way than `trace` says. */
export async function runKernelTrace(text: string, request: TraceRequest, io: Io): Promise<ExitStatus> {
  const { readKernelTrace } = await import('../explain/kernel-trace/read-kernel-trace.ts');
  const { compareKernelTrace } = await import('../explain/kernel-trace/compare-kernel-trace.ts');
  const output = PLAIN_FORMATS.find((format) => format === request.output);
  if (output === undefined)
    throw new UsageError(
      'format',
      `what a kernel traced is written as ${PLAIN_FORMATS.join(', ')}, not as ${request.output}`,
    );
  const packets = readKernelTrace(text);
  const list = await answer(
    { ...request, output },
    io,
    async (capture, progress): Promise<KernelTraceList> => {
      if (text.length > MOST_TYPED)
        capture.problems.add('too-large', { what: 'kernel-trace', read: MOST_TYPED }, STDIN_NAME);
      const known = knownOf(capture, await capture.cluster());
      progress.begin(`comparing ${packets.length} packets`);
      const items = packets.map((packet) => compareKernelTrace(packet, known));
      return { ...documentHead(capture), kind: 'KernelTraceList', items };
    },
    plainFormats<KernelTraceList>(async (found, options) => {
      const { renderKernelTrace } = await import('../render/kernel-trace-text.ts');
      return renderKernelTrace(found, options);
    }),
  );
  return list.items.every(({ parts }) => parts === null) ? EXIT.answered : EXIT.no;
}
