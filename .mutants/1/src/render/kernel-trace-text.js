import { socketText } from '../net/socket.js';
import { counted } from '../words/numbers.js';
import { escapeTerminal } from './escape.js';
import { wrap } from './wrap.js';
/** @returns each packet of a kernel's trace: whether it goes as `trace` says, then its way, rule by rule. */
export function renderKernelTrace({ items }, options) {
    const { colours } = options;
    const apart = items.filter(({ parts }) => parts !== null).length;
    const open = items.filter(({ notCompared }) => notCompared !== null).length;
    const tools = [...new Set(items.map(({ tool }) => tool))].join(', ');
    const sums = [
        ...(apart === 0 ? [] : [colours.bad(`${apart} not as trace says`)]),
        ...(open === 0 ? [] : [colours.warning(`${open} not compared`)]),
        ...(apart + open === items.length ? [] : [colours.good(`${items.length - apart - open} as trace says`)]),
    ];
    const head = `${colours.strong(`${counted(items.length, 'packet')} traced by the kernel`)} (${tools}): ${sums.join(', ')}\n`;
    return [head, ...items.map((item) => packetText(item, options))].join('\n');
}
function packetText(item, options) {
    const { colours, width } = options;
    const { packet, places, parts, notCompared, verdict } = item;
    const way = `${socketText(packet.source ?? '?', packet.sourcePort)} → ${socketText(packet.destination ?? '?', packet.destinationPort)}`;
    const via = packet.inInterface === null ? '' : `, in ${packet.inInterface}`;
    const line = (text, hang) => `${wrap(text, width, hang)}\n`;
    const told = escapeTerminal(`${packet.protocol ?? '?'} ${way}${via}`);
    return [
        line(`${colours.strong(told)}${verdict === null ? '' : `: ${escapeTerminal(verdict)}`}`, '  '),
        ...(notCompared === null
            ? []
            : [line(`  ${colours.warning('not compared')}: ${escapeTerminal(notCompared)}`, '    ')]),
        ...(parts === null
            ? notCompared === null
                ? [line(`  ${colours.good('as trace says')}`, '    ')]
                : []
            : [
                line(`  ${colours.bad('parts from what trace says')}: ${escapeTerminal(parts.why)}`, '    '),
                line(`    kernel  ${escapeTerminal(parts.kernel ?? 'nothing more')}`, '            '),
                line(`    trace   ${escapeTerminal(parts.traced ?? 'nothing more')}`, '            '),
            ]),
        ...places.map((place, index) => placeText(place, parts?.at === index, options)),
    ].join('');
}
function placeText(place, isApart, { colours, width }) {
    const { table, chain, kind, number, verdict, rule, text, note, rewritten } = place;
    const what = kind === 'rule' ? (number === null ? '' : ` rule ${number}`) : ` ${kind}`;
    const said = verdict === null || kind === 'rule' ? '' : ` ${verdict.toUpperCase()}`;
    const from = rule === null || rule.file === null ? '' : ` (${rule.file}:${rule.line})`;
    const quoted = rule?.text ?? text;
    const line = (row) => `${wrap(row, width, '      ')}\n`;
    return [
        ...(rewritten === null ? [] : [line(`  ${colours.warning('rewritten')}: ${escapeTerminal(rewritten)}`)]),
        line(`${isApart ? colours.bad('≠') : ' '} ${colours.name(escapeTerminal(`${table} ${chain}${what}${said}`))}`),
        ...(quoted === null
            ? []
            : [line(`      ${escapeTerminal(quoted)}${colours.faint(escapeTerminal(from))}`)]),
        ...(note === null ? [] : [line(`      ${colours.faint(escapeTerminal(note))}`)]),
    ].join('');
}
