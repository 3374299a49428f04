import { formatBytes } from '../capture/limits.js';
import { STDIN_NAME } from '../capture/read-sources.js';
import { PLAIN_FORMATS } from '../render/format.js';
import { answer } from './answer.js';
import { documentHead } from './document-head.js';
import { EXIT } from './exit-status.js';
import { knownOf } from './known.js';
import { plainFormats } from './plain-formats.js';
import { MOST_TYPED } from './typed-line.js';
import { UsageError } from './usage-error.js';
/** Reads what a kernel traced beside a node's rules, writes the answer. @returns 1 where a packet goes another way than `trace` says. */
export async function runKernelTrace(text, request, io) {
    const { readKernelTrace } = await import('../explain/kernel-trace/read-kernel-trace.js');
    const { compareKernelTrace } = await import('../explain/kernel-trace/compare-kernel-trace.js');
    const output = PLAIN_FORMATS.find((format) => format === request.output);
    if (output === undefined)
        throw new UsageError('format', `what a kernel traced is written as ${PLAIN_FORMATS.join(', ')}, not as ${request.output}`);
    const packets = readKernelTrace(text);
    const list = await answer({ ...request, output }, io, async (capture, progress) => {
        if (text.length > MOST_TYPED)
            capture.problems.add('too-large', `only the first ${formatBytes(MOST_TYPED)} of the kernel’s trace were read and compared`, STDIN_NAME);
        const known = knownOf(capture, await capture.cluster());
        progress.begin(`comparing ${packets.length} packets`);
        const items = packets.map((packet) => compareKernelTrace(packet, known));
        return { ...documentHead(capture), kind: 'KernelTraceList', items };
    }, plainFormats(async (found, options) => {
        const { renderKernelTrace } = await import('../render/kernel-trace-text.js');
        return renderKernelTrace(found, options);
    }));
    return list.items.every(({ parts }) => parts === null) ? EXIT.answered : EXIT.no;
}
