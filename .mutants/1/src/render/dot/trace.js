import { percent } from '../../words/numbers.js';
import { drawTrace } from '../picture/draw.js';
import { labelOf } from '../picture/label.js';
import { escapeDot } from './escape.js';
const COLOURS = {
    plain: '#565d66',
    good: '#1a6b34',
    bad: '#a1121f',
    unknown: '#7a4b00',
};
/** Points of a ribbon that carries every packet. */
const WIDEST = 8;
/** @returns a graph for Graphviz: a cluster for each packet that was asked about, and in it one for each hook. */
export function renderTraceDot({ items }) {
    const parts = items.flatMap((item, index) => [
        `  subgraph cluster_t${index} {`,
        `    label=${escapeDot(`from ${item.from}`)};`,
        ...linesOf(drawTrace(item), `t${index}`).map((line) => `    ${line}`),
        '  }',
    ]);
    return [
        'digraph trace {',
        '  rankdir=LR;',
        '  node [shape=box, fontname="monospace", fontsize=10];',
        '  edge [fontsize=9, color="#8fb3e0"];',
        ...parts,
        '}',
        '',
    ].join('\n');
}
function linesOf(picture, prefix) {
    const clusters = new Map();
    for (const box of picture.boxes) {
        const key = box.kind === 'chain' ? `${box.lane} ${box.column}` : '';
        clusters.set(key, [...(clusters.get(key) ?? []), box]);
    }
    const boxLine = (box) => {
        const shape = box.kind === 'chain' ? '' : ', style=rounded';
        const border = box.decides.length > 0 ? ', penwidth=3' : '';
        return `${prefix}${box.id} [label=${escapeDot(labelOf(box))}, color="${COLOURS[box.tone]}"${shape}${border}];`;
    };
    const told = picture.questions.length === 0;
    return [
        ...[...clusters].flatMap(([key, boxes], index) => {
            const [first] = boxes;
            if (key === '' || first === undefined)
                return boxes.map(boxLine);
            const column = picture.columns[first.column];
            const lane = picture.lanes.length > 1 ? `${picture.lanes[first.lane] ?? 'node not named'} ` : '';
            const label = `${lane}${column?.label ?? ''}${column?.direction === 'answer' ? ' (answer)' : ''}`;
            return [
                `subgraph cluster_${prefix}c${index} {`,
                `  label=${escapeDot(label)};`,
                ...boxes.map((box) => `  ${boxLine(box)}`),
                '}',
            ];
        }),
        ...picture.ribbons.map(({ from, to, share, returns }) => {
            const label = told && share < 0.9995 ? `, label=${escapeDot(percent(share))}` : '';
            const width = Math.max(0.5, Math.round(share * WIDEST * 10) / 10);
            return `${prefix}${from} -> ${prefix}${to} [penwidth=${width}${returns ? ', style=dashed' : ''}${label}];`;
        }),
    ];
}
