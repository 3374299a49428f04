import { escapeTerminal } from '../escape.js';
import { wrap } from '../wrap.js';
/** Remarks of one kind that are told before the rest are counted: fifty stale endpoints need not have fifty lines. */
const SHOWN = 3;
/** @returns the lines, each remark once. */
export function remarkLines(group, width, colours) {
    const counts = new Map();
    for (const { ways } of group.outcomes) {
        const own = new Map(ways.flatMap(({ remarks }) => remarks).map((remark) => [remark.text, remark]));
        for (const [text, remark] of own) {
            const known = counts.get(text) ?? { remark, count: 0 };
            known.count++;
            counts.set(text, known);
        }
    }
    const all = group.outcomes.length;
    const told = [...counts.values()];
    const passes = group.outcomes.some(({ like }) => like.verdict !== 'drop' && like.verdict !== 'reject');
    const lines = (wanted) => byCode(told.filter(({ count }) => wanted(count)).map(({ remark }) => remark)).flatMap((same) => linesOf(same, passes, width, colours));
    return { forAll: lines((count) => count === all), forSome: lines((count) => count < all) };
}
/** Remarks by code. Those that differ only in what they are about become one. */
function byCode(remarks) {
    const groups = new Map();
    for (const remark of remarks) {
        const text = remark.about === null ? remark.text : remark.text.slice(0, -remark.about.length);
        const group = groups.get(remark.code) ?? new Map();
        groups.set(remark.code, group);
        const same = group.get(text) ?? { remark, text, about: [] };
        if (remark.about !== null)
            same.about.push(remark.about);
        group.set(text, same);
    }
    return [...groups.values()].map((group) => [...group.values()]);
}
function linesOf(same, passes, width, colours) {
    const shown = same.slice(0, SHOWN).map(({ remark: { effect }, text, about }) => {
        const paint = { breaks: colours.bad, 'may-break': colours.warning, none: (plain) => plain }[effect];
        const prefix = effect === 'none' || !passes ? '' : 'but ';
        const line = `  ${prefix}${escapeTerminal(text + listOf(about))}`;
        return wrap(line, width, '    ').split('\n').map(paint).join('\n');
    });
    const more = same.length - shown.length;
    return more > 0 ? [...shown, `  … and ${more} more like this (-o json lists all)`] : shown;
}
function listOf(about) {
    const more = about.length - SHOWN;
    return about.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
