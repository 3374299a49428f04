import { ADDRESS_BITS, formatAddress } from '../../../src/net/address.js';
import { maskOfLength } from '../../../src/net/prefix.js';
import { SCTP, TCP, UDP } from '../../../src/net/protocol.js';
import { NEIGHBOURS } from '../node/topology.js';
import { addressOf } from './packets.js';
import { destinationsOf, MARKS, pickFrom } from './pools.js';
/** @returns the exclamation mark before an option that is negated. */
export const not = ({ negated }) => (negated ? '! ' : '');
const PORT_MODULES = { [TCP]: 'tcp', [UDP]: 'udp', [SCTP]: 'sctp' };
export function prefixText(aim, address) {
    const { family } = aim.pool;
    const bits = ADDRESS_BITS[family];
    const { value } = aim.fits ? address : elsewhere(aim);
    const lengths = aim.fits ? [bits, bits / 2, bits / 4, bits - 4, bits] : [bits, bits - 8, bits];
    if (aim.fits && aim.pick % 11 === 10) {
        // A mask with a hole.
        const mask = maskOfLength(family, bits) ^ (0xffn << 8n);
        return `${formatAddress({ family, value: value & mask })}/${formatAddress({ family, value: mask })}`;
    }
    const length = pickFrom(lengths, aim.pick);
    return `${formatAddress({ family, value: value & maskOfLength(family, length) })}/${length}`;
}
export function elsewhere({ pool, pick, packet }) {
    const others = destinationsOf(pool).map(addressOf);
    const { source, destination } = packet.wire;
    return pickFrom(others.filter(({ value }) => value !== source.value && value !== destination.value), pick);
}
export function deviceText({ fits, pick, negated }, name) {
    const others = ['eth0', 'eth1', 'cni0', 'cali3', 'lo', 'vlan+'].filter((other) => other !== name);
    // `! -i +`, which matches nothing, iptables-save leaves out.
    const all = negated ? name : '+';
    return fits ? pickFrom([name, name, `${name.slice(0, 3)}+`, all], pick) : pickFrom(others, pick);
}
/** Where the packet leaves if nothing is rewritten. */
export function outOf({ pool, packet }) {
    const destination = formatAddress(packet.wire.destination);
    if (pool.own.includes(destination) || destination === pool.loopback)
        return 'lo';
    const neighbour = Object.values(NEIGHBOURS).find((one) => one[pool.family] === destination);
    if (neighbour !== undefined)
        return neighbour.device;
    return destination === pool.remotePod ? 'eth0' : 'eth1';
}
export function portText(aim, option, port, others) {
    const { protocol } = aim.packet.wire;
    const module = PORT_MODULES[protocol];
    if (port === null || module === undefined)
        return null;
    const texts = aim.fits
        ? [
            `${port}`,
            `${port}`,
            `${Math.max(0, port - 3)}:${port}`,
            `${port}:65535`,
            aim.negated ? `${port}` : '0:65535',
        ]
        : others.filter((other) => other !== port).map(String);
    return { protocol, text: `-m ${module} ${not(aim)}--${option} ${pickFrom(texts, aim.pick)}` };
}
export function markText({ fits, pick, packet }) {
    const hex = (value) => `0x${(value >>> 0).toString(16)}`;
    const masks = [0xffffffff, 0x4000, 0xff, 0x80000000, 0xffff0000];
    const mask = pickFrom(masks, pick);
    const value = fits ? packet.mark : pickFrom(MARKS, pick >> 2);
    return `${hex(value & mask)}/${hex(mask)}`;
}
export function limitText({ hooks, pick }) {
    if (pick % 3 !== 2)
        return '';
    if (hooks.every((hook) => hook === 'PREROUTING' || hook === 'INPUT'))
        return ' --limit-iface-in';
    if (hooks.every((hook) => hook === 'POSTROUTING' || hook === 'OUTPUT'))
        return ' --limit-iface-out';
    if (hooks.every((hook) => hook === 'FORWARD'))
        return pick % 2 === 0 ? ' --limit-iface-in' : ' --limit-iface-out';
    return '';
}
export function ownerText(aim, option) {
    if (aim.hooks.some((hook) => hook !== 'OUTPUT' && hook !== 'POSTROUTING'))
        return null;
    return { text: `-m owner ${not(aim)}${option}` };
}
