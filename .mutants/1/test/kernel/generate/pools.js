import { NEIGHBOURS } from '../node/topology.js';
const NAMES = Object.keys(NEIGHBOURS);
export const POOLS = {
    ipv4: {
        family: 'ipv4',
        own: ['192.168.1.1', '192.168.1.9', '10.244.0.1', '172.16.0.1'],
        loopback: '127.0.0.1',
        virtual: ['10.96.0.10', '10.96.0.1', '10.9.0.1', '8.8.8.8', '169.254.20.10'],
        neighbours: NAMES.map((name) => NEIGHBOURS[name].ipv4),
        remotePod: '10.244.2.7',
        oddSources: [
            '127.0.0.1',
            '192.168.1.1',
            '224.0.0.5',
            '255.255.255.255',
            '0.0.0.0',
            '10.244.1.10',
            '240.0.0.1',
        ],
        oddDestinations: [
            '127.0.0.1',
            '127.9.9.9',
            '0.0.0.0',
            '255.255.255.255',
            '192.168.1.255',
            '224.0.0.1',
            '224.0.0.251',
            '239.1.1.1',
            '240.0.0.1',
        ],
        bits: 32,
        icmp: 1,
        icmpName: 'icmp',
    },
    ipv6: {
        family: 'ipv6',
        own: ['fd00:1::1', 'fd00:244::1', 'fd00:2::1'],
        loopback: '::1',
        virtual: ['fd00:96::a', 'fd00:96::1', 'fd00:9::1', '2001:db8::8'],
        neighbours: NAMES.map((name) => NEIGHBOURS[name].ipv6),
        remotePod: 'fd00:244:2::7',
        oddSources: ['::1', 'fd00:1::1', 'ff02::1', '::', 'fd00:244:1::a', 'fe80::5'],
        oddDestinations: ['::1', 'ff02::1', 'ff02::fb', 'ff05::1', '::', 'fd00:1::'],
        bits: 128,
        icmp: 58,
        icmpName: 'ipv6-icmp',
    },
};
export const DESTINATION_PORTS = [80, 443, 53, 8080, 30080];
export const SOURCE_PORTS = [40_000, 1024, 53, 65_535];
export const MARKS = [0, 0, 0, 0, 0x4000, 0x1, 0x80000000, 0xffffffff, 0x100];
export const SENDERS = [...NAMES, 'node', 'node'];
/** @returns the element that a number of any size picks. */
export function pickFrom(list, pick) {
    const value = list[pick % list.length];
    if (value === undefined)
        throw new Error('nothing to pick from');
    return value;
}
/** @returns every address that packets go to. */
export function destinationsOf(pool) {
    return [...pool.virtual, ...pool.virtual.slice(0, 3), ...pool.own, ...pool.neighbours, pool.remotePod];
}
