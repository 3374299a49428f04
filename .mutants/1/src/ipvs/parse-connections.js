import { dictionary } from '../lookup/dictionary.js';
import { readHexColumns, readSocket } from '../net/listed-socket.js';
import { SCTP, TCP, UDP } from '../net/protocol.js';
/** @returns an entry of `ipvsadm -Lnc` or of /proc/net/ip_vs_conn, or null. */
export function parseConnection(text, file, line) {
    const words = text.trim().split(/\s+/);
    const [name = ''] = words;
    if (!(name in PROTOCOLS))
        return null;
    const read = /^\d+:\d+$/.test(words[1] ?? '') ? listed(words) : raw(words);
    if (read === null)
        return null;
    const { client, virtual, destination, ...rest } = read;
    if (client === null || virtual === null || destination === null)
        return null;
    const protocol = PROTOCOLS[name] ?? null;
    return { protocol, client, virtual, destination, template: client.port === 0, ...rest, file, line };
}
/** `IP` stands at the templates of virtual servers by mark. */
const PROTOCOLS = dictionary({ TCP, UDP, SCTP, IP: null });
/** `TCP 14:42  ESTABLISHED 10.244.1.13:35816  10.96.10.1:80 10.244.1.12:8080`; the time is minutes and seconds. */
function listed(words) {
    const [, time = '', state = '', client = '', virtual = '', destination = ''] = words;
    const [minutes, seconds] = time.split(':').map(Number);
    return {
        client: readSocket(client),
        virtual: readSocket(virtual),
        destination: readSocket(destination),
        state,
        expires: (minutes ?? 0) * 60 + (seconds ?? 0),
    };
}
/** `TCP 0AF4010C 521C C0A8640B 7596 0AF4010B 1F90 TIME_WAIT        22`; the time is seconds. */
function raw(words) {
    const [, from = '', fromPort = '', to = '', toPort = '', real = '', realPort = '', state = '', time = ''] = words;
    if (!/^\d+$/.test(time))
        return null;
    return {
        client: readHexColumns(from, fromPort),
        virtual: readHexColumns(to, toPort),
        destination: readHexColumns(real, realPort),
        state,
        expires: Number(time),
    };
}
