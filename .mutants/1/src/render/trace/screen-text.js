import { causeLine, renderCause } from '../cause-text.js';
import { escapeTerminal } from '../escape.js';
import { fitScreen } from '../screen.js';
import { wrap } from '../wrap.js';
import { blocksOf } from './alike.js';
import { connectionLines } from './connection-text.js';
import { fareText } from './fare-text.js';
const LEVELS = [
    { proof: 2, others: 4, rest: true, groups: 6, conditions: 4, flows: true, remarks: true, ends: true },
    { proof: 1, others: 4, rest: true, groups: 6, conditions: 4, flows: true, remarks: true, ends: true },
    { proof: 1, others: 2, rest: false, groups: 4, conditions: 2, flows: true, remarks: true, ends: true },
    { proof: 1, others: 2, rest: false, groups: 2, conditions: 1, flows: false, remarks: true, ends: true },
    { proof: 0, others: 1, rest: false, groups: 2, conditions: 1, flows: false, remarks: false, ends: true },
    { proof: 0, others: 0, rest: false, groups: 1, conditions: 1, flows: false, remarks: false, ends: false },
];
/** @returns the answer of a trace on one screen: who sees what, why, what to do next, and how to see the path. */
export function renderScreen(list, diagnosis, options) {
    return fitScreen(LEVELS, options.width, (level) => renderAt(level, list, diagnosis, options));
}
function renderAt(level, { items }, diagnosis, options) {
    const { width, colours, heading } = options;
    const [first, ...others] = diagnosis.causes;
    const blocks = blocksOf(items, diagnosis.sees);
    const more = others.length - level.others;
    const parts = [
        heading +
            (level.rest ? '\n' : '') +
            blocks.map((block) => blockText(block, level, diagnosis, options)).join(''),
        ...(first === undefined
            ? []
            : [
                renderCause(first, { width, colours, proof: level.proof, brief: true, hits: level.rest }) +
                    others
                        .slice(0, level.others)
                        .map((cause) => causeLine(cause, options))
                        .join('') +
                    (more > 0 ? `… and ${more} more\n` : ''),
            ]),
        (level.rest ? options.notes : '') +
            footText(level.ends ? diagnosis.causes : [], level.rest || options.notes === '', options),
    ];
    return parts.join('\n');
}
function blockText(block, level, { ends, told }, options) {
    const { width, colours } = options;
    const groups = block.groups.slice(0, level.groups);
    const left = block.groups.length - groups.length;
    const line = (text) => `${wrap(text, width, '    ')}\n`;
    return [
        ...block.senders.map(({ from, source }) => line(`from ${colours.strong(escapeTerminal(from))}${source === '' || !level.ends ? '' : `, ${source}`}`)),
        ...block.items.flatMap((item) => options.flowHit(item)).map((text) => `${text}\n`),
        ...groups.flatMap((group) => [
            ...options.conditions(group, level.conditions).map((text) => `${text}\n`),
            line(`  ${fareText(group, block.items[0], { ends, colours, named: level.ends })}`),
            ...connectionLines(group, width, colours).map((text) => `${text}\n`),
            ...remarksOf(group, told)
                .filter(({ effect }) => level.remarks || effect !== 'none')
                .map((remark) => remarkText(remark, options)),
        ]),
        left > 0
            ? `  … and under ${left} more ${left === 1 ? 'condition' : 'conditions'} (--detail answer)\n`
            : '',
        ...(level.flows ? block.items : []).flatMap((item) => {
            const text = options.flowText(item);
            if (text === '')
                return [];
            return [line(block.items.length === 1 ? text : `  ${escapeTerminal(item.from)}: ${text.trim()}`)];
        }),
    ].join('');
}
/** Remarks that no cause stands for, each once. */
function remarksOf({ outcomes }, told) {
    const all = outcomes.flatMap(({ ways }) => ways.flatMap(({ remarks }) => remarks));
    return [
        ...new Map(all.filter(({ text }) => !told.has(text)).map((remark) => [remark.code, remark])).values(),
    ].slice(0, 3);
}
function remarkText({ effect, text }, { width, colours }) {
    const paint = { breaks: colours.bad, 'may-break': colours.warning, none: (plain) => plain }[effect];
    const lines = wrap(`  ${effect === 'none' ? '' : 'but '}${escapeTerminal(text)}`, width, '    ').split('\n');
    return `${lines.map(paint).join('\n')}\n`;
}
function footText(causes, hasNotes, options) {
    const { width, colours, why, program } = options;
    const page = causes.find(({ page: own }) => own !== null)?.code ?? null;
    const said = [
        `the path, rule by rule: --detail path${hasNotes ? '' : '; what is taken for granted: --detail answer'}`,
        ...(why === null ? [] : [`\`${why}\``]),
        ...(page === null ? [] : [`\`${program} explain ${page}\``]),
    ];
    return `${wrap(colours.faint(said.join('; ')), width, '  ')}\n`;
}
