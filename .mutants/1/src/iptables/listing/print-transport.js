import { dictionary } from '../../lookup/dictionary.js';
import { lost, option, portsInNumbers } from './printed.js';
const FLAG_NAMES = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'];
/** SCTP chunk types by number (RFC 9260 and the extensions that libxt_sctp.c names). */
const CHUNK_NAMES = {
    0: 'DATA',
    1: 'INIT',
    2: 'INIT_ACK',
    3: 'SACK',
    4: 'HEARTBEAT',
    5: 'HEARTBEAT_ACK',
    6: 'ABORT',
    7: 'SHUTDOWN',
    8: 'SHUTDOWN_ACK',
    9: 'ERROR',
    10: 'COOKIE_ECHO',
    11: 'COOKIE_ACK',
    12: 'ECN_ECNE',
    13: 'ECN_CWR',
    14: 'SHUTDOWN_COMPLETE',
    64: 'I_DATA',
    128: 'ASCONF_ACK',
    130: 'RE_CONFIG',
    132: 'PAD',
    192: 'FORWARD_TSN',
    193: 'ASCONF',
    194: 'I_FORWARD_TSN',
};
const DCCP_NAMES = 'REQUEST RESPONSE DATA ACK DATAACK CLOSEREQ CLOSE RESET SYNC SYNCACK INVALID'.split(' ');
/** How the transport protocols' extensions print (print functions of libxt_tcp.c, libxt_multiport.c, … of iptables 1.8). */
export const transportPrints = {
    tcp: (cursor) => readHeader(cursor, 'tcp'),
    udp: (cursor) => readHeader(cursor, 'udp'),
    udplite: (cursor) => readHeader(cursor, 'udplite'),
    sctp: (cursor) => readHeader(cursor, 'sctp'),
    dccp: (cursor) => readHeader(cursor, 'dccp'),
    multiport: readMultiport,
    tcpmss: (cursor) => {
        const found = cursor.take(/tcpmss match (!?)(\d+(?::\d+)?)(?!\S)/y);
        return found && { module: 'tcpmss', parts: [option('--mss', found[1] === '!', found[2] ?? '')] };
    },
    icmp: (cursor) => readIcmp(cursor, 'icmp', '--icmp-type'),
    icmptype: (cursor) => readIcmp(cursor, 'icmp', '--icmp-type'),
    'ipv6-icmp': (cursor) => readIcmp(cursor, 'icmp6', '--icmpv6-type'),
    'ipv6-icmptype': (cursor) => readIcmp(cursor, 'icmp6', '--icmpv6-type'),
};
function readHeader(cursor, module) {
    if (cursor.take(/\w+(?!\S)/y) === null)
        return null;
    const parts = [];
    const missing = [];
    for (;;) {
        const read = readPorts(cursor, parts, missing) ||
            (module === 'tcp' && readFlags(cursor, parts)) ||
            ((module === 'tcp' || module === 'dccp') && readOption(cursor, module, parts)) ||
            (module === 'sctp' && readChunks(cursor, parts, missing)) ||
            (module === 'dccp' && readDccpTypes(cursor, parts));
        if (!read)
            return { module, parts, lost: missing };
    }
}
function readPorts(cursor, parts, missing) {
    const found = cursor.take(/\s+([sd])pts?:(!?)([^\s:]+(?::[^\s:]+)?)(?!\S)/y);
    if (found === null)
        return false;
    const ports = portsInNumbers(found[3] ?? '');
    if (ports === null)
        missing.push(lost('port', found[0].trim().replace(':!', ':'), found[2] === '!'));
    else
        parts.push(option(found[1] === 's' ? '--sport' : '--dport', found[2] === '!', ports));
    return true;
}
function readFlags(cursor, parts) {
    const found = cursor.take(/\s+flags:(!?)([\w,]+)\/([\w,]+)(?!\S)/y);
    if (found === null)
        return false;
    const [, bang, mask = '', comp = ''] = found;
    parts.push(option('--tcp-flags', bang === '!', flagNames(mask), flagNames(comp)));
    return true;
}
/** Hexadecimal with `-n`, names without. */
function flagNames(text) {
    if (!/^0x[0-9a-fA-F]+$/.test(text))
        return text;
    const bits = Number.parseInt(text, 16);
    if (bits >= 64)
        return text;
    return FLAG_NAMES.filter((_, bit) => (bits & (1 << bit)) !== 0).join(',') || 'NONE';
}
function readOption(cursor, module, parts) {
    const found = cursor.take(/\s+option=(!?)(\d+)(?!\S)/y);
    if (found === null)
        return false;
    parts.push(option(`--${module}-option`, found[1] === '!', found[2] ?? ''));
    return true;
}
function readChunks(cursor, parts, missing) {
    const found = cursor.take(/\s+(! )?(any|all|only) ([\w:,]+)(?!\S)/y);
    if (found === null)
        return false;
    const chunks = (found[3] ?? '').split(',').map(chunkName);
    if (chunks.includes(null))
        missing.push(lost('option', found[0].trim()));
    else
        parts.push(option('--chunk-types', found[1] !== undefined, found[2] ?? '', chunks.join(',')));
    return true;
}
/** @returns the chunk by name, with its flags as they stand behind a colon; null for a number nobody named. */
function chunkName(text) {
    const number = /^0x([0-9a-fA-F]+)/.exec(text);
    if (number === null)
        return text;
    const name = CHUNK_NAMES[Number.parseInt(number[1] ?? '', 16)];
    return name === undefined ? null : name + text.slice(number[0].length);
}
function readDccpTypes(cursor, parts) {
    const start = cursor.position;
    const found = cursor.take(/\s+(! ?)?([\w,]+)(?!\S)/y);
    const names = (found?.[2] ?? '').split(',').map((type) => DCCP_NAMES[Number(type)] ?? type);
    if (found === null || !names.every((name) => DCCP_NAMES.includes(name))) {
        cursor.position = start;
        return false;
    }
    parts.push(option('--dccp-types', found[1] !== undefined, names.join(',')));
    return true;
}
const MULTIPORT_FLAGS = dictionary({
    sports: '--sports',
    dports: '--dports',
    ports: '--ports',
});
function readMultiport(cursor) {
    const found = cursor.take(/multiport ([sd]?ports)\s+(?:(!)\s*)?(\S+)/y);
    if (found === null)
        return null;
    const ports = (found[3] ?? '').split(',').map(portsInNumbers);
    if (ports.includes(null))
        return { module: 'multiport', parts: [], lost: [lost('port', found[0])] };
    const flag = MULTIPORT_FLAGS[found[1] ?? ''] ?? '';
    return { module: 'multiport', parts: [option(flag, found[2] === '!', ports.join(','))] };
}
/** `icmptype 8 code 0`, `icmp !type 3 code 1`, `icmp echo-request`: the blank before `type` is missing unless negated. */
function readIcmp(cursor, module, flag) {
    const number = cursor.take(/[\w-]*?icmp ?(!?)type (\d+)(?: codes? (\d+(?:-\d+)?))?(?!\S)/y);
    if (number !== null) {
        const value = number[3] === undefined ? number[2] : `${number[2]}/${number[3]}`;
        return { module, parts: [option(flag, number[1] === '!', value ?? '')] };
    }
    const name = cursor.take(/[\w-]*?icmp (!?)([A-Za-z][\w-]*)(?!\S)/y);
    return name && { module, parts: [option(flag, name[1] === '!', name[2] ?? '')] };
}
