import { formatAddress } from '../net/address.js';
import { formatSocket } from '../net/listed-socket.js';
import { maskOfLength } from '../net/prefix.js';
import { TCP, UDP } from '../net/protocol.js';
/** @returns the virtual server as it is named: `10.96.0.10:53`, `[fd00::a]:53`, `FWM 1`. */
export function takenText(takes) {
    return takes.by === 'mark' ? `FWM ${takes.mark}` : formatSocket(takes);
}
/** @returns the virtual servers as `ipvsadm-save -n` prints them; what a listing did not tell is left out. */
export function printIpvs(servers) {
    return servers
        .flatMap((server) => [
        printVirtual(server),
        ...server.servers.map((real) => printReal(server.takes, real)),
    ])
        .map((line) => `${line}\n`)
        .join('');
}
function printVirtual({ takes, scheduler, flags, persistence, onePacket }) {
    const family = takes.by === 'mark' ? takes.family : takes.address.family;
    const words = ['-A', optionOf(takes)];
    if (scheduler !== null)
        words.push('-s', scheduler);
    if (persistence !== null) {
        words.push('-p', String(persistence.seconds));
        const { prefixLength } = persistence;
        if (prefixLength < (family === 'ipv4' ? 32 : 128))
            words.push('-M', family === 'ipv6'
                ? String(prefixLength)
                : formatAddress({ family, value: maskOfLength(family, prefixLength) }));
    }
    if (onePacket)
        words.push('-o');
    if (flags.length > 0)
        words.push('-b', flags.join(','));
    return words.join(' ');
}
/** @returns the line of `ipvsadm-save -n` that adds the real server. */
export function printReal(takes, server) {
    const words = ['-a', optionOf(takes), '-r', formatSocket(server)];
    if (server.method !== null)
        words.push(METHODS[server.method]);
    if (server.weight !== null)
        words.push('-w', String(server.weight));
    return words.join(' ');
}
/** @returns the options of ipvsadm that delete the real server. */
export function deleteReal(takes, server) {
    return ['-d', ...optionOf(takes).split(' '), '-r', formatSocket(server)];
}
/** A server that is the node itself was added as one that is routed to (IP_VS_CONN_F_LOCALNODE). */
const METHODS = {
    masq: '-m',
    tunnel: '-i',
    route: '-g',
    local: '-g',
};
function optionOf(takes) {
    if (takes.by === 'mark')
        return `-f ${takes.mark}${takes.family === 'ipv6' ? ' -6' : ''}`;
    const option = takes.protocol === TCP ? '-t' : takes.protocol === UDP ? '-u' : '--sctp-service';
    return `${option} ${formatSocket(takes)}`;
}
