import { ProblemList } from '../problems/problem.js';
import { parseConnection } from './parse-connections.js';
import { columnsOf, parseListedReal, parseListedServer } from './parse-listing.js';
import { parseSaveLine } from './parse-save.js';
import { isSameSocket, takenKey, withMore } from './table.js';
/**
 * Reads what tells of IPVS, in any mixture: `ipvsadm-save -n`, `ipvsadm -Ln` (also with `--stats`, `--rate`,
 * `--persistent-conn`, `--thresholds`), `ipvsadm -Lnc`, /proc/net/ip_vs and /proc/net/ip_vs_conn.
 * @param holds what the text lists where it has no line: an empty listing is an answer too
 * @param cut true where bytes are known to be missing at its end
 * @returns what it tells; lines that cannot be read become problems. Never throws.
 */
export function parseIpvs(text, file = '', problems = new ProblemList(), holds = 'servers', cut = false) {
    const servers = new Map();
    const connections = [];
    const seen = { servers: false, connections: false };
    let columns = 'plain';
    let current = null;
    /** What a real server that cannot be read, or that is cut off, would have been one of. */
    let last = null;
    let within = holds;
    const alone = new Set();
    let number = 0;
    const ends = cut || /[^\n]$/.test(text);
    let incomplete = ends;
    let connectionsIncomplete = false;
    // A line that cannot be read, as of `ipvsadm -L` without -n, may have been a virtual server.
    const unreadable = () => {
        incomplete = true;
        if (within === 'connections')
            connectionsIncomplete = true;
        if (last !== null)
            last.incomplete = true;
        problems.add('unreadable-line', 'not a line of ipvsadm -n', file, number);
    };
    const virtual = (server) => {
        const known = servers.get(takenKey(server.takes));
        if (known !== undefined) {
            again.add(known);
            return known;
        }
        const key = takenKey(server.takes);
        const draft = { ...server, servers: [], ...(alone.has(key) ? { incomplete: true } : {}) };
        servers.set(key, draft);
        return draft;
    };
    /** Virtual servers that the text lists more than once, as where a paste holds two listings. */
    const again = new Set();
    const add = (to, server) => {
        const at = again.has(to) ? to.servers.findIndex((each) => isSameSocket(each, server)) : -1;
        const known = to.servers[at];
        if (known === undefined)
            to.servers.push(server);
        else
            to.servers[at] = withMore(known, server);
    };
    for (const raw of text.split('\n')) {
        number++;
        const line = raw.trimEnd();
        if (line === '' || line.startsWith('#'))
            continue;
        const heading = columnsOf(line);
        if (heading !== null || /^IP Virtual Server version|^\s*-> RemoteAddress:Port/.test(line)) {
            columns = heading ?? columns;
            seen.servers = true;
            within = 'servers';
            // The kernel's own heading; ipvsadm sets its columns further apart.
            incomplete ||= /^\s*-> RemoteAddress:Port Forward/.test(line);
        }
        else if (/^(IPVS connection entries|pro expire state|Pro FromIP)/.test(line)) {
            seen.connections = true;
            within = 'connections';
        }
        else if (/^-(?!>)/.test(line)) {
            const read = parseSaveLine(line, file, number);
            seen.servers = true;
            within = 'servers';
            if (read === null)
                unreadable();
            else if (read.adds === 'virtual')
                last = virtual(read.server);
            else {
                const to = servers.get(takenKey(read.to));
                if (to === undefined) {
                    // Its virtual server is missing, or comes later and lacks it.
                    incomplete = true;
                    alone.add(takenKey(read.to));
                    problems.add('real-server-alone', 'a real server before its virtual server', file, number);
                }
                else {
                    add(to, read.server);
                    last = to;
                }
            }
        }
        else if (/^\s*->/.test(line)) {
            const read = parseListedReal(line, columns, file, number);
            if (read === null || current === null)
                unreadable();
            else
                add(current, read);
        }
        else {
            const connection = parseConnection(line, file, number);
            if (connection !== null) {
                connections.push(connection);
                seen.connections = true;
                within = 'connections';
                continue;
            }
            const read = parseListedServer(line, columns, file, number);
            current = read === null ? null : virtual(read);
            if (current === null)
                unreadable();
            else {
                last = current;
                seen.servers = true;
                within = 'servers';
            }
        }
    }
    if (ends && within === 'connections')
        connectionsIncomplete = true;
    else if (ends && last !== null)
        last.incomplete = true;
    if (incomplete && seen.servers)
        problems.add('partial-listing', 'virtual servers may be missing from it: it breaks off, has lines that cannot be read, or is /proc/net/ip_vs, which leaves some out; list them with `ipvsadm-save -n`', file);
    const nothing = !seen.servers && !seen.connections;
    return {
        servers: seen.servers || (nothing && holds === 'servers') ? [...servers.values()] : null,
        ...(incomplete && seen.servers ? { incomplete: true } : {}),
        connections: seen.connections || (nothing && holds === 'connections') ? connections : null,
        ...(connectionsIncomplete ? { connectionsIncomplete: true } : {}),
    };
}
