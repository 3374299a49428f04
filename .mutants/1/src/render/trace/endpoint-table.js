import { socketText } from '../../net/socket.js';
import { percent } from '../../words/numbers.js';
import { escapeTerminal } from '../escape.js';
import { renderTable } from '../table.js';
import { isProxyPort, isTranslated } from './verdict-text.js';
const COLUMNS = [
    { heading: 'share', limit: null },
    { heading: 'endpoint', limit: null },
    { heading: 'pod', limit: 20 },
    { heading: 'node', limit: 12 },
    { heading: 'sees the client as', limit: null },
];
/** Endpoints listed before the rest is only counted; JSON has all. */
const SHOWN = 12;
/**
 * @returns a table of where the packet may end, one line for each endpoint; the empty string where it is not
 * translated, or where nothing would be added to the summary.
 */
export function renderEndpoints(group, item, width) {
    const accepted = group.outcomes.filter(({ like }) => like.verdict === 'accept' &&
        isTranslated(like, item) &&
        like.direction === 'original' &&
        !isProxyPort(like));
    if (accepted.length === 0)
        return '';
    const rows = accepted
        .slice(0, SHOWN)
        .map(({ like, share }) => [
        group.sticky ? 'own' : percent(share),
        socketText(like.destination.address, like.destination.port),
        podText(like.endpoint),
        nodeText(like.endpoint),
        like.source.address ?? (like.source.rewrite === 'none' ? 'itself' : 'the node'),
    ]);
    const more = accepted.length - rows.length;
    const table = renderTable(COLUMNS, rows, width === null ? null : width - 2);
    const lines = table.trimEnd().split('\n');
    if (more > 0)
        lines.push(`… and ${more} more endpoints (-o json lists all)`);
    return `${lines.map((line) => `  ${line}`).join('\n')}\n`;
}
function podText(endpoint) {
    if (endpoint === null || endpoint.pod === null)
        return '-';
    const name = `${endpoint.namespace ?? '?'}/${endpoint.pod}`;
    const state = [
        ...(endpoint.terminating === true ? ['terminating'] : []),
        ...(endpoint.ready === false && endpoint.terminating !== true ? ['not ready'] : []),
    ];
    return escapeTerminal(state.length === 0 ? name : `${name} (${state.join(', ')})`);
}
function nodeText(endpoint) {
    if (endpoint === null)
        return '-';
    const node = endpoint.thisNode === true ? 'this node' : (endpoint.node ?? '-');
    return escapeTerminal(node);
}
