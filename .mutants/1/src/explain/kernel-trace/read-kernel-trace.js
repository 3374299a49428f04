import { NOTHING } from './kernel-packet.js';
/** Packets that are read; what comes behind is of no use to a reader. */
const MOST = 200;
/** @returns true where a line tells of a packet that a kernel traces. */
export function isKernelTrace(text) {
    return /\bTRACE: (?:\d+ [0-9a-f]+ )?\w+:\S+:(?:rule|return|policy):|^\s*trace id [0-9a-f]+ /m.test(text);
}
/**
 * Reads what a kernel told of packets: `TRACE:` lines of its log (net/ipv4/netfilter/ip_tables.c, trace_packet, 6.12),
 * `xtables-monitor --trace` (iptables 1.8.9) and `nft monitor trace` (nft 1.0.6). Packets may be mixed.
 * @returns each packet with its places in order, in the order in which they begin
 */
export function readKernelTrace(text) {
    const drafts = new Map();
    for (const line of text.split('\n')) {
        const read = readMonitor(line, drafts) || readNft(line, drafts) || readLog(line, drafts);
        if (!read && drafts.size > MOST)
            break;
    }
    return [...drafts.values()].slice(0, MOST).map(({ tool, family, places }) => ({ tool, family, places }));
}
function draftOf(drafts, key, tool) {
    const found = drafts.get(key);
    if (found !== undefined)
        return found;
    const draft = { tool, family: 'ipv4', places: [], packet: NOTHING };
    drafts.set(key, draft);
    return draft;
}
/** `PACKET: 2 c5a39a69 IN=… SRC=…`, ` TRACE: 2 c5a39a69 nat:PREROUTING:rule:0x5:JUMP:X  -4 -t nat -A …`; 10 is IPv6. */
function readMonitor(line, drafts) {
    const [, word, family, id = '', rest = ''] = /^\s*(PACKET|TRACE): (\d+) ([0-9a-f]+) (.*)$/.exec(line) ?? [];
    if (word === undefined)
        return false;
    const draft = draftOf(drafts, id, 'xtables-monitor');
    draft.family = family === '10' ? 'ipv6' : 'ipv4';
    if (word === 'PACKET') {
        draft.packet = fieldsOf(rest, draft.packet);
        return true;
    }
    const [, table, chain, kind, behind = ''] = /^(\w+):(\S+?):(rule|return|policy):(.*)$/.exec(rest) ?? [];
    if (table === undefined || chain === undefined)
        return true;
    const [, handle, verdict, text] = /^(?:(0x[0-9a-f]+):)?(\S*)\s*(?:-[46] -t \w+ (-A .*))?$/.exec(behind) ?? [];
    draft.places.push({
        table,
        chain,
        kind: kindOf(kind),
        number: null,
        handle: handle === undefined ? null : Number(handle),
        text: text?.trim() ?? null,
        verdict: verdict === undefined || verdict === '' ? null : verdict,
        packet: draft.packet,
    });
    return true;
}
/** `trace id c5a39a69 ip nat PREROUTING rule … (verdict jump X)`, `… packet: iif "eth0" …`, `… policy accept`. */
function readNft(line, drafts) {
    const found = /^\s*trace id ([0-9a-f]+) (\w+) (\S+) (\S+) (packet:|rule|verdict|policy|unknown)(.*)$/.exec(line);
    if (found === null)
        return false;
    const [, id = '', , table = '', chain = '', word, rest = ''] = found;
    const draft = draftOf(drafts, id, 'nft monitor trace');
    if (word === 'packet:') {
        if (/ ip6 saddr /.test(rest))
            draft.family = 'ipv6';
        draft.packet = nftFields(rest, draft.packet);
        return true;
    }
    const [, text = rest, told] = /^(.*?)\s*\(verdict ([^()]*)\)\s*$/.exec(rest) ?? [];
    const handle = /# handle (\d+)/.exec(text)?.[1];
    draft.places.push({
        table,
        chain,
        kind: word === 'rule' ? 'rule' : word === 'policy' ? 'policy' : 'return',
        number: null,
        handle: handle === undefined ? null : Number(handle),
        text: word === 'rule' ? text.replace(/# handle \d+/, '').trim() : null,
        verdict: told ?? (word === 'rule' ? null : rest.trim()),
        packet: draft.packet,
    });
    return true;
}
/** `TRACE: nat:PREROUTING:rule:1 IN=eth0 OUT= … SRC=… PROTO=TCP SPT=… SEQ=…`. What rewriting leaves alone is its name. */
function readLog(line, drafts) {
    const [, table, chain, kind, number, rest = ''] = /\bTRACE: (\w+):(\S+):(rule|return|policy):(\d+) (IN=.*)$/.exec(line) ?? [];
    if (table === undefined || chain === undefined)
        return false;
    const field = (name) => new RegExp(`\\b${name}=(\\S*)`).exec(rest)?.[1] ?? '';
    const key = ['PROTO', 'ID', 'FLOWLBL', 'SEQ', 'SPT', 'LEN'].map(field).join(' ');
    const draft = draftOf(drafts, key, 'kernel log');
    const packet = fieldsOf(rest, NOTHING);
    if (packet.source?.includes(':') === true)
        draft.family = 'ipv6';
    draft.places.push({
        table,
        chain,
        kind: kindOf(kind),
        number: Number(number),
        handle: null,
        text: null,
        verdict: null,
        packet,
    });
    return true;
}
function kindOf(word) {
    return word === 'rule' || word === 'policy' ? word : 'return';
}
/** The log calls ports SPT and DPT, xtables-monitor SPORT and DPORT, and it names TCP by its flags alone. */
function fieldsOf(text, before) {
    const field = (name) => {
        const value = new RegExp(`\\b${name}=(\\S*)`).exec(text)?.[1] ?? '';
        return value === '' ? null : value;
    };
    const port = (...names) => {
        const value = names.map(field).find((one) => one !== null);
        return value == null ? null : Number(value);
    };
    const flags = / (?:SYN|ACK|FIN|RST)\b/.test(text) ? 'tcp' : null;
    const udp = field('SPORT') === null ? null : 'udp';
    return {
        protocol: field('PROTO')?.toLowerCase() ?? before.protocol ?? flags ?? udp,
        source: field('SRC') ?? before.source,
        sourcePort: port('SPT', 'SPORT') ?? before.sourcePort,
        destination: field('DST') ?? before.destination,
        destinationPort: port('DPT', 'DPORT') ?? before.destinationPort,
        inInterface: field('IN') ?? before.inInterface,
    };
}
function nftFields(text, before) {
    const after = (words) => new RegExp(`\\b${words} "?([^\\s"]+)`).exec(text)?.[1] ?? null;
    const [, protocol = null, sourcePort = null] = /\b(tcp|udp|sctp|dccp) sport (\d+)/.exec(text) ?? [];
    const [, port = null] = /\b(?:tcp|udp|sctp|dccp) dport (\d+)/.exec(text) ?? [];
    const icmp = /\bicmp(?:v6)? type /.test(text) ? 'icmp' : null;
    return {
        protocol: protocol ?? icmp ?? before.protocol,
        source: after('ip6? saddr') ?? before.source,
        sourcePort: sourcePort === null ? before.sourcePort : Number(sourcePort),
        destination: after('ip6? daddr') ?? before.destination,
        destinationPort: port === null ? before.destinationPort : Number(port),
        inInterface: after('iif') ?? before.inInterface,
    };
}
