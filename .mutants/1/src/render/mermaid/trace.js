import { percent } from '../../words/numbers.js';
import { drawTrace } from '../picture/draw.js';
import { labelOf } from '../picture/label.js';
import { escapeMermaid } from './escape.js';
/** @returns a Mermaid flowchart with one subgraph for each packet that was asked about. */
export function renderTraceMermaid({ items }) {
    return flowchart(items.map((item, index) => ({ item, prefix: `t${index}`, named: items.length > 1 })));
}
/** @returns the flowchart of one packet. */
export function mermaidOf(item) {
    return flowchart([{ item, prefix: 't0', named: false }]);
}
function flowchart(parts) {
    const lines = parts.flatMap(({ item, prefix, named }) => {
        const inner = linesOf(drawTrace(item), prefix);
        if (!named)
            return inner;
        return [
            `  subgraph ${prefix}[${escapeMermaid(`from ${item.from}`)}]`,
            ...inner.map((line) => `  ${line}`),
            '  end',
        ];
    });
    return [
        'flowchart LR',
        ...lines,
        '  classDef good stroke:#1a6b34,stroke-width:2px',
        '  classDef bad stroke:#a1121f,stroke-width:2px',
        '  classDef unknown stroke:#7a4b00,stroke-width:2px,stroke-dasharray:4 2',
        '  classDef decider stroke-width:4px',
        '',
    ].join('\n');
}
function linesOf(picture, prefix) {
    const id = (box) => `${prefix}${box}`;
    const boxLine = (box) => {
        const label = escapeMermaid(labelOf(box));
        const shape = box.kind === 'chain' ? `[${label}]` : `([${label}])`;
        return `  ${id(box.id)}${shape}`;
    };
    const groups = new Map();
    for (const box of picture.boxes) {
        const key = box.kind === 'chain' ? `${box.lane} ${box.column}` : '';
        groups.set(key, [...(groups.get(key) ?? []), box]);
    }
    const boxes = [...groups].flatMap(([key, group], index) => {
        const [first] = group;
        if (key === '' || first === undefined)
            return group.map(boxLine);
        const column = picture.columns[first.column];
        const lane = picture.lanes.length > 1 ? (picture.lanes[first.lane] ?? 'node not named') : null;
        const title = [lane, column?.label, column?.direction === 'answer' ? 'answer' : null];
        const text = title.filter((part) => part !== null && part !== undefined).join(' ');
        return [
            `  subgraph ${prefix}c${index}[${escapeMermaid(text)}]`,
            ...group.map((box) => `  ${boxLine(box)}`),
            '  end',
        ];
    });
    const told = picture.questions.length === 0;
    const ribbons = picture.ribbons.map(({ from, to, share, returns }) => {
        const label = told && share < 0.9995 ? `|${escapeMermaid(percent(share))}|` : '';
        return `  ${id(from)} ${returns ? '-.->' : '-->'}${label} ${id(to)}`;
    });
    const classes = picture.boxes.flatMap((box) => [
        ...(box.tone === 'plain' ? [] : [`  class ${id(box.id)} ${box.tone}`]),
        ...(box.decides.length > 0 ? [`  class ${id(box.id)} decider`] : []),
    ]);
    return [...boxes, ...ribbons, ...classes];
}
