import { wordOf } from '../../json/fields.js';
import { formatDuration } from './duration.js';
import { printElement } from './print-expression.js';
import { printStatement, printStatements } from './print-statement.js';
/** @returns the rules as `nft list ruleset` spells them: `nft -f` takes it. */
export function printRuleset({ tables }) {
    return [...tables.values()].map(printTable).join('\n');
}
function printTable(table) {
    const head = [
        ...(table.comment === null ? [] : [`\tcomment "${table.comment}"`]),
        ...(table.dormant ? ['\tflags dormant'] : []),
    ];
    const blocks = [
        ...[...table.objects.values()].map(printObject),
        ...[...table.sets.values()].map(printSet),
        ...[...table.flowtables.values()].map(({ name, hook, priority, devices }) => `\tflowtable ${name} {\n\t\thook ${hook} priority ${priority ?? 0}\n\t\tdevices = { ${devices.map((each) => `"${each}"`).join(', ')} }\n\t}`),
        ...[...table.chains.values()].map(printChain),
    ];
    const inside = [...head, blocks.join('\n\n')].filter((each) => each !== '').join('\n');
    return `table ${table.family} ${table.name} {\n${inside}\n}\n`;
}
function printChain({ name, base, comment, rules }) {
    const lines = [];
    if (comment !== null)
        lines.push(`comment "${comment}"`);
    if (base !== null) {
        const devices = base.devices.map((each) => `"${each}"`).join(', ');
        const on = base.devices.length === 0 ? '' : ` devices = { ${devices} }`;
        const { type, hook, priority, policy } = base;
        lines.push(`type ${type} hook ${hook}${on} priority ${priority ?? 0}; policy ${policy};`);
    }
    for (let index = 0; index < rules.length; index++) {
        const { statements, comment: said } = rules.at(index);
        lines.push(printStatements(statements, said));
    }
    return block(`chain ${name}`, lines);
}
function printSet(set) {
    const { keyType, typeOf, dataType } = set;
    const key = keyType === null ? `typeof ${typeOf ?? ''}` : `type ${keyType.join(' . ')}`;
    const intervals = set.elements.some(({ data }) => data?.kind === 'prefix' || data?.kind === 'range');
    const data = dataType === null ? '' : ` : ${intervals ? 'interval ' : ''}${dataType.join(' . ')}`;
    const lines = [`${key}${data}`];
    if (set.size !== null)
        lines.push(`size ${set.size}`);
    if (set.flags.length > 0)
        lines.push(`flags ${set.flags.join(',')}`);
    if (set.timeout !== null)
        lines.push(`timeout ${formatDuration(set.timeout)}`);
    if (set.gcInterval !== null)
        lines.push(`gc-interval ${formatDuration(set.gcInterval)}`);
    if (set.policy !== null)
        lines.push(`policy ${set.policy}`);
    if (set.autoMerge)
        lines.push('auto-merge');
    for (const extra of set.extras)
        lines.push(printStatement(extra));
    if (set.comment !== null)
        lines.push(`comment "${set.comment}"`);
    if (set.elements.length > 0)
        lines.push(`elements = { ${set.elements.map((element) => printElement(element)).join(',\n\t\t\t     ')} }`);
    return block(`${set.kind} ${set.name}`, lines);
}
function printObject({ kind, name, over, values }) {
    const words = Object.entries(values).map(([key, value]) => {
        if (key === 'flags')
            return [value].flat().map(wordOf).join(' ');
        // nft's JSON has it in milliseconds.
        if (key === 'timeout' && typeof value === 'number')
            return `timeout ${formatDuration(value / 1000)}`;
        return `${key} ${key === 'type' ? `"${wordOf(value)}"` : wordOf(value)}`;
    });
    if (kind === 'counter')
        return block(`${kind} ${name}`, [words.join(' ')]);
    if (kind === 'quota') {
        const { bytes, used } = values;
        return block(`${kind} ${name}`, [
            `${over ? 'over ' : ''}${wordOf(bytes)} bytes used ${wordOf(used ?? 0)} bytes`,
        ]);
    }
    if (kind === 'limit') {
        const { rate, per, burst, rate_unit: unit, burst_unit: burstUnit } = values;
        const of = unit === undefined ? '' : ` ${wordOf(unit)}`;
        const size = burst === undefined || burst === 0 ? '' : ` burst ${wordOf(burst)} ${wordOf(burstUnit ?? 'packets')}`;
        return block(`${kind} ${name}`, [
            `rate ${over ? 'over ' : ''}${wordOf(rate)}${of}/${wordOf(per)}${size}`,
        ]);
    }
    // A type and its protocol stand in one statement.
    if (kind === 'ct helper')
        return block(`${kind} ${name}`, [words.slice(0, 2).join(' '), ...words.slice(2)]);
    return block(`${kind} ${name}`, words);
}
function block(head, lines) {
    return `\t${head} {\n${lines.map((line) => `\t\t${line}\n`).join('')}\t}`;
}
