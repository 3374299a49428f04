import { socketText } from '../../net/socket.js';
import { percent } from '../../words/numbers.js';
import { mermaidOf } from '../mermaid/trace.js';
import { drawTrace } from '../picture/draw.js';
import { isSticky } from '../picture/given.js';
import { codeBlock, codeSpan, escapeMarkdown } from './escape.js';
import { captureText, folded, markdownTable, problemsText } from './parts.js';
/** @param answer as the terminal shows it. @returns a report with the path as a diagram, as GitHub renders it. */
export function renderTraceMarkdown({ capture, items, problems }, answer) {
    const [first] = items;
    const name = first === undefined ? '' : ` to ${codeSpan(nameOf(first))}`;
    return [
        `# Where packets${name} go\n`,
        captureText(capture),
        codeBlock(answer),
        ...items.map(itemText),
        problemsText(problems),
    ].join('\n');
}
function nameOf({ service, packet: { destination, protocol } }) {
    const address = `${socketText(destination.address, destination.port)}/${protocol}`;
    return service === null ? address : `${service.namespace}/${service.name} (${address})`;
}
function itemText(item) {
    const { ways, boxes } = drawTrace(item);
    const ends = new Map(boxes.map((box) => [box.id, box]));
    const rows = ways.map(({ outcome, given, probability, boxes: passed }) => {
        const end = ends.get(passed.at(-1) ?? '');
        const { source } = outcome;
        return [
            isSticky(given) ? 'clients that it has' : percent(probability),
            codeSpan(end?.title ?? ''),
            escapeMarkdown(end?.subtitle ?? ''),
            source.rewrite === 'none' ? 'kept' : `${source.rewrite} as ${codeSpan(source.address ?? 'unknown')}`,
            escapeMarkdown(given.map(({ text }) => text).join('; ')),
        ];
    });
    const rules = boxes
        .flatMap((box) => [box, ...box.asides])
        .flatMap(({ steps }) => steps)
        .flatMap(({ file, line, text }) => file === null || text === null ? [] : [`${file}:${line ?? ''}  ${text}`]);
    return [
        `## From ${codeSpan(item.from === '' ? (item.packet.source.address ?? 'anybody') : item.from)}\n`,
        codeBlock(mermaidOf(item), 'mermaid'),
        markdownTable(['share', 'ends', 'what becomes of it', 'source', 'where'], rows),
        rules.length === 0
            ? ''
            : folded('The lines of the capture that prove it', codeBlock([...new Set(rules)].join('\n'))),
    ].join('\n');
}
