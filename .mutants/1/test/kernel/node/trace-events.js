import { parsePacket } from './wire.js';
const NFT_TRACE = (10 << 8) | 17;
const NFT_POLICY = 1;
const HOOKS = /^(PREROUTING|INPUT|FORWARD|OUTPUT|POSTROUTING)$/;
const NFLOG_PACKET = 4 << 8;
/** Reads the messages of one netlink datagram. Of nf_tables only the first event of each base chain holds the packet. */
export class TraceReader {
    /** Packets by the identity that nf_tables gives a socket buffer. */
    #packets = new Map();
    read(datagram) {
        const events = [];
        for (let at = 0; at + 16 <= datagram.length;) {
            const length = datagram.readUInt32LE(at);
            if (length < 16)
                break;
            const type = datagram.readUInt16LE(at + 4);
            const message = datagram.subarray(at + 16, at + length);
            const event = type === NFT_TRACE ? this.#nft(message) : type === NFLOG_PACKET ? legacy(message) : null;
            if (event !== null)
                events.push(event);
            at += (length + 3) & ~3;
        }
        return events;
    }
    #nft(message) {
        const family = familyOf(message[0]);
        const attributes = attributesOf(message.subarray(4));
        const id = attributes.get(6)?.readUInt32BE(0) ?? 0;
        const header = attributes.get(8);
        if (header !== undefined)
            this.#packets.set(id, parsePacket(Buffer.concat([header, attributes.get(9) ?? Buffer.alloc(0)])));
        if (family === null)
            return null;
        const handle = attributes.get(3);
        // The end of a base chain is told twice: as the end of its rules, and as the policy.
        const isPolicy = attributes.get(4)?.readUInt32BE(0) === NFT_POLICY;
        if (handle === undefined && !isPolicy && HOOKS.test(textOf(attributes.get(2))))
            return null;
        return {
            backend: 'iptables-nft',
            family,
            table: textOf(attributes.get(1)),
            chain: textOf(attributes.get(2)),
            place: handle === undefined ? 'end' : { handle: handle.readBigUInt64BE(0) },
            mark: attributes.get(14)?.readUInt32BE(0) ?? 0,
            packet: this.#packets.get(id) ?? null,
        };
    }
}
/** `TRACE: filter:FORWARD:rule:3 ` in front of the packet. The last rule of a chain, unconditional, is called `return` or `policy`. */
function legacy(message) {
    const attributes = attributesOf(message.subarray(4));
    const [, table, chain, number] = /^TRACE: (\w+):(.*):(?:rule|return|policy):(\d+) $/.exec(textOf(attributes.get(10))) ?? [];
    const packet = parsePacket(attributes.get(9) ?? Buffer.alloc(0));
    if (table === undefined || chain === undefined || packet === null)
        return null;
    const mark = attributes.get(2)?.readUInt32BE(0) ?? 0;
    const place = { number: Number(number) };
    return { backend: 'iptables-legacy', family: packet.family, table, chain, place, mark, packet };
}
/** @returns the message that asks to be sent what is logged to group 0, each packet at once. */
export function logRequests() {
    const bind = requestOf(NFLOG_CONFIG, 1, Buffer.from([1, 0, 0, 0]));
    const copyPackets = requestOf(NFLOG_CONFIG, 2, Buffer.from([0, 0, 0, 200, 2, 0, 0, 0]));
    const atOnce = requestOf(NFLOG_CONFIG, 5, Buffer.from([0, 0, 0, 1]));
    return Buffer.concat([bind, copyPackets, atOnce]);
}
/** @returns the message that makes an accounting object (NFNL_MSG_ACCT_NEW). */
export function counterRequest(name) {
    return requestOf(ACCOUNT_NEW, 1, Buffer.from(`${name}\0`));
}
const NFLOG_CONFIG = (4 << 8) | 1;
const ACCOUNT_NEW = 7 << 8;
/** NLM_F_REQUEST | NLM_F_CREATE. */
const REQUEST = 0x401;
function requestOf(type, attribute, value) {
    const body = Buffer.concat([Buffer.from([0, 0, 0, 0]), attributeOf(attribute, value)]);
    const header = Buffer.alloc(16);
    header.writeUInt32LE(16 + body.length, 0);
    header.writeUInt16LE(type, 4);
    header.writeUInt16LE(REQUEST, 6);
    return Buffer.concat([header, body]);
}
function attributesOf(bytes) {
    const attributes = new Map();
    for (let at = 0; at + 4 <= bytes.length;) {
        const length = bytes.readUInt16LE(at);
        if (length < 4)
            break;
        attributes.set(bytes.readUInt16LE(at + 2) & 0x3fff, bytes.subarray(at + 4, at + length));
        at += (length + 3) & ~3;
    }
    return attributes;
}
function attributeOf(type, value) {
    const header = Buffer.alloc(4);
    header.writeUInt16LE(4 + value.length, 0);
    header.writeUInt16LE(type, 2);
    return Buffer.concat([header, value, Buffer.alloc(-value.length & 3)]);
}
function textOf(bytes) {
    return bytes === undefined ? '' : bytes.toString('latin1').replace(/\0.*$/s, '');
}
function familyOf(number) {
    return number === 2 ? 'ipv4' : number === 10 ? 'ipv6' : null;
}
