import { parseAddress } from '../../../src/net/address.js';
import { SCTP, TCP, UDP } from '../../../src/net/protocol.js';
import { socketText } from '../../../src/net/socket.js';
import { bridgedBetween } from '../generate/packets.js';
import { NEIGHBOURS } from '../node/topology.js';
import { FLAGS } from '../node/wire.js';
import { rulesText } from './generate-rules.js';
import { setsText } from './generate-sets.js';
import { CLUSTER_PORTS, MARK, NODE_PORTS, PLACES } from './places.js';
import { chance, pick } from './random.js';
export const SCHEDULERS = [
    ...['rr', 'wrr', 'lc', 'wlc', 'sh', 'dh', 'mh', 'sed', 'nq', 'fo', 'ovf', 'lblc', 'lblcr'],
];
const SENDERS = [
    ...['client', 'secondNode', 'outside', 'pod1', 'pod2', 'pod3', 'node', 'node'],
];
const SERVER_PORTS = [8080, 8081];
/** @returns a case; the same for the same numbers. @param port gives each packet a port of its own */
export function generateCase(random, family, port) {
    const virtuals = virtualsOf(random, family);
    const marked = chance(random, 0.2);
    const servers = virtuals.map(({ text }) => text).join('');
    return {
        family,
        servers: marked ? servers + byMark(random, family) : servers,
        sets: setsText(random, family, virtuals),
        sysctls: {
            'net.ipv4.vs.conntrack': chance(random, 0.85) ? 1 : 0,
            'net.ipv4.vs.expire_nodest_conn': chance(random, 0.7) ? 1 : 0,
            'net.ipv4.vs.expire_quiescent_template': chance(random, 0.7) ? 1 : 0,
            'net.ipv4.vs.conn_reuse_mode': chance(random, 0.7) ? 1 : 0,
            'net.ipv4.vs.sloppy_tcp': chance(random, 0.1) ? 1 : 0,
        },
        rules: rulesText(random, family, virtuals, marked),
        packets: Array.from({ length: 10 }, () => packetOf(random, family, virtuals, port())),
    };
}
function virtualsOf(random, family) {
    const { virtual, nodes } = PLACES[family];
    const found = new Map();
    for (let i = 0; i < 6; i++) {
        const protocol = pick(random, [TCP, TCP, TCP, UDP, UDP, SCTP]);
        const onNode = chance(random, 0.25);
        const address = pick(random, onNode ? nodes : virtual);
        const port = pick(random, onNode ? NODE_PORTS : CLUSTER_PORTS);
        const key = `${protocol} ${address} ${port}`;
        if (!found.has(key))
            found.set(key, virtualOf(random, family, { protocol, address, port }));
    }
    return [...found.values()];
}
function virtualOf(random, family, takes) {
    const option = `${OPTIONS[takes.protocol]} ${socketOf(takes)}`;
    const scheduler = pick(random, SCHEDULERS);
    const flags = (scheduler === 'sh' || scheduler === 'mh') && chance(random, 0.4)
        ? ` -b ${pick(random, [`${scheduler}-port`, `${scheduler}-fallback`])}`
        : '';
    const sticks = chance(random, 0.2) ? ` -p 60${chance(random, 0.2) ? MASKS[family] : ''}` : '';
    const single = takes.protocol === UDP && sticks === '' && chance(random, 0.15) ? ' -o' : '';
    const servers = serversOf(random, family);
    const lines = servers.map((server) => `-a ${option} -r ${socketOf(server)} -m -w ${pick(random, [0, 1, 1, 1, 2, 3])}\n`);
    return {
        ...takes,
        servers,
        text: `-A ${option} -s ${scheduler}${sticks}${single}${flags}\n${lines.join('')}`,
    };
}
const OPTIONS = { [TCP]: '-t', [UDP]: '-u', [SCTP]: '--sctp-service' };
const MASKS = { ipv4: ' -M 255.255.255.0', ipv6: ' -M 64' };
function serversOf(random, family) {
    const count = pick(random, [0, 1, 1, 2, 2, 3, 4]);
    const found = new Map();
    for (let i = 0; i < count; i++) {
        const server = { address: pick(random, PLACES[family].servers), port: pick(random, SERVER_PORTS) };
        found.set(socketOf(server), server);
    }
    return [...found.values()];
}
/** Of a mark that rules or processes give. */
function byMark(random, family) {
    const option = `-f ${MARK}${family === 'ipv6' ? ' -6' : ''}`;
    // Ports do not tell these apart.
    const addresses = new Set(serversOf(random, family).map(({ address }) => address));
    const lines = [...addresses].map((address) => `-a ${option} -r ${socketOf({ address, port: 0 })} -m -w 1\n`);
    return `-A ${option} -s rr\n${lines.join('')}`;
}
function packetOf(random, family, virtuals, sourcePort) {
    const places = PLACES[family];
    const from = pick(random, SENDERS);
    const aimed = chance(random, 0.85);
    const virtual = pick(random, virtuals);
    const protocol = aimed ? virtual.protocol : pick(random, [TCP, UDP, SCTP, places.icmp]);
    const to = aimed ? virtual.address : pick(random, [...places.virtual, places.node, ...places.servers]);
    const ports = protocol !== places.icmp;
    // What a pod sends to itself its bridge does not bring back.
    if (from !== 'node' && to === NEIGHBOURS[from][family])
        return packetOf(random, family, virtuals, sourcePort);
    const destination = addressOf(to);
    const source = from === 'node' ? pick(random, [to, places.node]) : NEIGHBOURS[from][family];
    const local = [...places.virtual, ...places.nodes];
    const own = from === 'node' && !local.includes(source) ? places.node : source;
    return {
        from,
        bridgedTo: bridgedBetween(from, destination),
        mark: from === 'node' ? pick(random, [0, 0, 0, MARK, 0x4000]) : 0,
        bound: chance(random, 0.7),
        answersTo: 0,
        goesOn: chance(random, 0.5),
        wire: {
            family,
            protocol,
            source: addressOf(own),
            destination,
            sourcePort: ports ? sourcePort : null,
            destinationPort: !ports ? null : aimed ? virtual.port : pick(random, [80, 443, 53, 30_080, 8080]),
            icmp: ports ? null : { type: family === 'ipv4' ? 8 : 128, code: 0, id: sourcePort },
            // To itself the node sends by a port that MASQUERADE takes, and whether IPVS has that one is not known.
            tcpFlags: protocol !== TCP ? 0 : from === 'node' || chance(random, 0.8) ? FLAGS.SYN : FLAGS.ACK,
            ttl: pick(random, [64, 64, 64, 64, 2, 1]),
            tos: 0,
            serial: 0,
            padding: 0,
        },
    };
}
function addressOf(text) {
    const address = parseAddress(text);
    if (address === null)
        throw new Error(`not an address: ${text}`);
    return address;
}
function socketOf({ address, port }) {
    return socketText(address, port);
}
