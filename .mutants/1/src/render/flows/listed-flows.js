import { socketText } from '../../net/socket.js';
import { counted } from '../../words/numbers.js';
import { escapeTerminal } from '../escape.js';
import { clientName, wayText } from './words.js';
/**
 * @param most flows that are shown
 * @returns flow by flow: those with something wrong; every flow asked for where the question was narrower than a Service
 */
export function renderListedFlows({ summary, items }, { colours }, most) {
    const { svc, endpoint, client, state, problem } = summary.asked;
    // Without rules and objects nothing is known of the Service but its flows.
    const unnamed = svc !== null && summary.services.length === 0;
    const narrow = unnamed || endpoint !== null || client !== null || state !== null || problem !== null;
    const shown = (narrow ? items : items.filter(needsAttention)).slice(0, most);
    const lines = shown.map((item) => flowLines(item, unnamed).join('\n'));
    const wanted = narrow
        ? summary.flows
        : summary.services.reduce((total, { troubled }) => total + troubled, 0);
    const rest = wanted - shown.length;
    if (lines.length === 0)
        return rest > 0 ? `flow by flow: ${counted(rest, 'flow')} (--detail full)\n` : '';
    const how = shown.length < items.length ? '--detail full' : '--limit 0';
    if (rest > 0)
        lines.push(colours.faint(`  … and ${counted(rest, 'flow')} more (${how})`));
    return `${colours.heading(narrow ? 'flows' : 'flow by flow')}\n${lines.join('\n')}\n`;
}
function needsAttention({ problems }) {
    return problems.some(({ severity }) => severity !== 'info');
}
/** What IPVS has by itself, and whether that is where conntrack says. */
function ipvsText({ server, listed, connection, template }, to) {
    const left = ({ destination, expiresSeconds }) => `${destination === to ? '' : `to ${destination}, `}${expiresSeconds} s left`;
    const own = connection !== null
        ? `its own entry, ${left(connection)}`
        : listed
            ? 'no entry of its own'
            : 'its own entry was not captured (ipvsadm -Lnc)';
    const kept = template === null
        ? ''
        : `; a template keeps the client at ${template.destination}, ${template.expiresSeconds} s left`;
    return `IPVS ${server}: ${own}${kept}`;
}
/** @param unnamed what the flow's destination is, is not known. */
function flowLines(item, unnamed) {
    const { protocol, original, reply, state, status, timeoutSeconds, ageSeconds, client, masqueraded, stale, clear, file, line, } = item;
    const name = clientName(client);
    const to = socketText(reply.source.address, reply.source.port);
    const facts = [
        ...(state === null ? [] : [state]),
        ...status,
        ...(ageSeconds === null ? [] : [`${ageSeconds} s old`]),
        ...(timeoutSeconds === null ? [] : [`${timeoutSeconds} s left`]),
    ];
    const translated = to === socketText(original.destination.address, original.destination.port) ? '' : ` → ${to}`;
    const first = `  ${protocol} ${wayText(original)}${translated}`;
    const codes = item.problems.map(({ code }) => code);
    const second = [
        name === '' ? [] : [`from ${name}`],
        facts.join(' '),
        masqueraded ? 'masqueraded' : '',
        codes,
        `${file}:${line}`,
    ].flat();
    const lines = [first, `    ${escapeTerminal(second.filter((text) => text !== '').join(', '))}`];
    if (unnamed && translated === '') {
        const asked = socketText(original.destination.address, original.destination.port);
        lines.push(`    not translated: if ${asked} is of a Service, these packets never reached an endpoint`);
    }
    if (item.ipvs !== undefined)
        lines.push(`    ${escapeTerminal(ipvsText(item.ipvs, to))}`);
    if (stale && clear !== null)
        lines.push(`    ${clear}`);
    return lines;
}
