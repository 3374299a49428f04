import { socketText } from '../../net/socket.js';
import { counted, percent } from '../../words/numbers.js';
import { renderTable } from '../table.js';
import { nodeName, podName, portName, statesText, VIA } from './words.js';
const COLUMNS = [
    { heading: 'ENDPOINT', limit: 21 },
    { heading: 'POD', limit: 16 },
    { heading: 'NODE', limit: 9 },
    { heading: 'RULES', limit: null },
    { heading: 'FLOWS', limit: null },
    { heading: 'STATES', limit: null },
];
/**
 * @param most endpoints of one Service port, and Service ports, that are shown; JSON has all
 * @returns for each port of the Service asked for: its endpoints, what the rules give them and what flows go there
 */
export function renderEndpointFlows({ summary }, options, most) {
    const shown = summary.services.slice(0, most);
    const more = summary.services.length - shown.length;
    const rest = more > 0 ? [`… and ${counted(more, 'Service port')} more (--detail full)\n`] : [];
    return [...shown.map((service) => portBlock(service, options, most)), ...rest].join('\n');
}
function portBlock(service, { width, colours }, most) {
    const places = service.destinations.map(({ address, port, via, flows }) => {
        const kind = via === null ? '' : ` (${VIA[via]})`;
        return `${counted(flows, 'flow')} to ${socketText(address, port)}${kind}`;
    });
    const shownPlaces = places.slice(0, 4).join(', ') + (places.length > 4 ? `, … (${places.length} addresses)` : '');
    const affinity = service.affinitySeconds === null ? '' : `; session affinity ${service.affinitySeconds} s`;
    const shown = service.endpoints.slice(0, most);
    const rows = shown.map((endpoint) => [
        socketText(endpoint.address, endpoint.port),
        podName(endpoint.endpoint),
        nodeName(endpoint.endpoint),
        shareText(endpoint),
        flowsText(endpoint),
        statesText(endpoint.states),
    ]);
    const table = renderTable(COLUMNS, rows, width, (text, row, column) => {
        const endpoint = shown[row];
        if (endpoint === undefined)
            return colours.heading(text);
        return column === 4 && endpoint.stale > 0 ? colours.bad(text) : text;
    });
    const more = service.endpoints.length - shown.length;
    const rest = more > 0 ? `… and ${counted(more, 'endpoint')} more (--detail full)\n` : '';
    return `${colours.name(portName(service))} ${service.protocol}: ${shownPlaces}${affinity}\n${table}${rest}`;
}
/** What the rules give a new connection. */
function shareText({ share }) {
    if (share === null)
        return '?';
    return share === 0 ? 'none' : percent(share);
}
function flowsText({ flows, stale }) {
    return stale === 0 ? String(flows) : `${flows} (${stale} stuck)`;
}
