import { listed } from '../../words/numbers.js';
import { escapeMermaid } from './escape.js';
/** Findings drawn; the table has all. */
const DRAWN = 14;
/** @returns a flowchart: which node has which finding, and whom it is about; null where nothing worse than a note was found. */
export function findingsChart(reports) {
    const kinds = new Map();
    for (const [node, { findings }] of reports.entries()) {
        for (const { code, title, severity, objects } of findings) {
            if (severity === 'info')
                continue;
            const kind = kinds.get(code) ?? { title, bad: false, objects: new Set(), nodes: new Set() };
            kind.bad ||= severity === 'error';
            for (const object of objects)
                kind.objects.add(object);
            kind.nodes.add(node);
            kinds.set(code, kind);
        }
    }
    if (kinds.size === 0)
        return null;
    const drawn = [...kinds].slice(0, DRAWN);
    const nodes = new Set(drawn.flatMap(([, kind]) => [...kind.nodes]));
    return [
        'flowchart LR',
        ...[...nodes].map((node) => `  n${node}([${escapeMermaid(reports[node]?.capture.node ?? reports[node]?.capture.origin ?? '')}])`),
        ...drawn.flatMap(([code, { title, bad, objects, nodes: having }], index) => [
            `  f${index}[${escapeMermaid([`${code} ${title}`, listed([...objects], 3)].filter((line) => line !== '').join('\n'))}]`,
            `  class f${index} ${bad ? 'bad' : 'unknown'}`,
            ...[...having].map((node) => `  n${node} --> f${index}`),
        ]),
        ...(kinds.size > DRAWN
            ? [`  more[${escapeMermaid(`and ${kinds.size - DRAWN} more kinds of findings`)}]`]
            : []),
        '  classDef bad stroke:#a1121f,stroke-width:3px',
        '  classDef unknown stroke:#7a4b00,stroke-width:2px',
        '',
    ].join('\n');
}
