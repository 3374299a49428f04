import { isLocalAddress } from '../../host/local-addresses.js';
import { printReal, takenText } from '../../ipvs/print-ipvs.js';
import { sharesOf } from '../../ipvs/shares.js';
import { IpvsTable } from '../../ipvs/table.js';
import { formatAddress, parseAddress } from '../../net/address.js';
import { formatSocket } from '../../net/listed-socket.js';
import { formatProtocol } from '../../net/protocol.js';
import { counted, percent } from '../../words/numbers.js';
import { namingOf, readingOf } from '../services/carriers.js';
import { servicePortOf } from '../services/ipvs-services.js';
import { whoIsAt } from '../trace/who-is-at.js';
/**
 * Describes virtual servers of IPVS.
 * @param name `10.96.0.1:443`, also `TCP 10.96.0.1:443` or `10.96.0.1:443/tcp`; an address alone for all at it; `FWM 7`; or a
 *   Service as `namespace/service` or `namespace/service:port`
 */
export function describeServers(name, known) {
    const { ipvs } = known;
    if (!(ipvs instanceof IpvsTable))
        return [];
    const reading = readingOf(known);
    const naming = namingOf(reading);
    return ipvs.servers
        .map((server) => ({ server, port: servicePortOf(server, { known, naming }) }))
        .filter(({ server, port }) => isMeant(name, server, port))
        .map(({ server, port }) => itemOf(server, port, reading));
}
/** @returns virtual servers whose address begins with what was written. */
export function suggestServers(name, { ipvs }) {
    if (!(ipvs instanceof IpvsTable) || !/^[\d.:[\]a-f]+$/i.test(name))
        return [];
    const near = name.replace(/:\d*$/, '');
    return ipvs.servers
        .map(({ takes }) => takenText(takes))
        .filter((text) => text.startsWith(near))
        .slice(0, 8);
}
function isMeant(name, server, port) {
    const { takes } = server;
    const service = /^([^/\s]+)\/([^:/\s]+)(?::(.+))?$/.exec(name);
    if (service !== null && port !== null) {
        const [, namespace, own, wanted] = service;
        const named = wanted === undefined ||
            wanted === port.name.port ||
            (takes.by === 'socket' && wanted === String(takes.port));
        if (port.name.namespace === namespace && port.name.service === own && named)
            return true;
    }
    if (takes.by === 'mark')
        return name.toUpperCase() === takenText(takes);
    const [, before, socket = '', behind] = /^(?:(tcp|udp|sctp)\s+)?(\S+?)(?:\/(tcp|udp|sctp))?$/i.exec(name.trim()) ?? [];
    const protocol = (before ?? behind)?.toLowerCase();
    if (protocol !== undefined && protocol !== formatProtocol(takes.protocol))
        return false;
    if (socket === takenText(takes))
        return true;
    const address = parseAddress(socket.replace(/^\[(.*)\]$/, '$1'));
    return address !== null && formatAddress(address) === formatAddress(takes.address);
}
function itemOf(server, port, who) {
    const { takes } = server;
    const { parts } = sharesOf(server);
    const share = new Map(parts.map((part) => [part.real, part.share]));
    return {
        kind: 'virtual-server',
        family: takes.by === 'mark' ? takes.family : takes.address.family,
        backend: 'ipvs',
        table: 'ip_vs',
        name: takenText(takes),
        file: server.file === '' ? null : server.file,
        line: server.line,
        cut: server.incomplete === true ? 'the listing is not whole here: real servers may be missing' : null,
        policy: null,
        owner: port === null ? null : 'kube-proxy',
        purpose: purposeOf(server, who.known),
        service: port === null
            ? null
            : {
                namespace: port.name.namespace,
                name: port.name.service,
                port: port.name.port,
                via: viaOf(server, port),
                namedBy: 'api',
            },
        endpoint: null,
        misdirected: null,
        rules: server.servers.map((real, index) => ({
            number: index + 1,
            line: real.line,
            text: printReal(takes, real),
            packets: null,
            note: noteReal(real, share.get(real) ?? null, server, who),
        })),
        jumpedFrom: [],
        leadsTo: parts.map(({ real }) => formatSocket(real)),
        reach: 'hooked',
    };
}
function viaOf({ takes }, { service }) {
    if (service === null || takes.by === 'mark')
        return null;
    const address = formatAddress(takes.address);
    if (service.clusterIPs.includes(address))
        return 'clusterIP';
    if (service.externalIPs.includes(address))
        return 'externalIP';
    const balances = service.loadBalancer.some(({ ip }) => ip === address);
    return balances && service.ports.some(({ port }) => port === takes.port) ? 'loadBalancerIP' : 'nodePort';
}
/** Where packets come to it, by what, and whether they do at all. */
function purposeOf(server, { host }) {
    const { takes, scheduler, persistence, onePacket } = server;
    const what = takes.by === 'mark'
        ? 'every packet that carries this mark'
        : `${formatProtocol(takes.protocol).toUpperCase()}`;
    const by = scheduler === null ? '' : `, by scheduler ${scheduler}`;
    const keeps = persistence === null ? '' : `; a client stays at its real server for ${persistence.seconds} s`;
    const single = onePacket ? '; each datagram is scheduled for itself' : '';
    const text = `A virtual server of IPVS: takes ${what} and rewrites its destination${by}${keeps}${single}.`;
    if (takes.by === 'mark')
        return text;
    const own = isLocalAddress(host, takes.address);
    if (own === null)
        return `${text} Whether its address is one of this node was not captured.`;
    return own
        ? `${text} Packets from elsewhere come to it in INPUT, those of the node in OUTPUT.`
        : `${text} Its address is none of this node's: packets from elsewhere are routed past it, only those of the node itself come to it.`;
}
function noteReal(real, share, server, { known, node }) {
    const at = whoIsAt(real.address, real.port, known, node);
    const pod = at?.pod == null ? null : `pod ${at.namespace ?? '?'}/${at.pod}`;
    const where = at?.thisNode === true ? 'this node' : (at?.node ?? null);
    const who = [pod, where === null ? null : `on ${where}`].filter((text) => text !== null).join(' ');
    const some = sharesOf(server).exact ? '' : 'about ';
    const of = share === null ? 'no new connections' : `${some}${percent(share)} of new connections`;
    const weight = real.weight === 0 ? 'weight 0, it drains' : null;
    const live = real.active === null || real.inactive === null
        ? null
        : `${counted(real.active, 'active connection')}, ${real.inactive} inactive`;
    return `${[of, weight, who === '' ? null : who, live].filter((text) => text !== null).join('; ')}.`;
}
