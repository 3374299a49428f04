import { ProblemList } from '../problems/problem.ts';
import type { IpvsConnection, IpvsListing, RealServer, VirtualServer } from './model.ts';
import { parseConnection } from './parse-connections.ts';
import { type Columns, columnsOf, parseListedReal, parseListedServer } from './parse-listing.ts';
import { parseSaveLine } from './parse-save.ts';
import { isSameSocket, takenKey, withMore } from './table.ts';

type Draft = VirtualServer & { readonly servers: RealServer[]; incomplete?: true };

/**
 * Reads what tells of IPVS, in any mixture: `ipvsadm-save -n`, `ipvsadm -Ln` (also with `--stats`, `--rate`,
 * `--persistent-conn`, `--thresholds`), `ipvsadm -Lnc`, /proc/net/ip_vs and /proc/net/ip_vs_conn.
 * @param holds what the text lists where it has no line: an empty listing is an answer too
 * @param cut true where bytes are known to be missing at its end
 * @returns what it tells; lines that cannot be read become problems. Never throws.
 */
export function parseIpvs(
  text: string,
  file = '',
  problems: ProblemList = new ProblemList(),
  holds: 'servers' | 'connections' = 'servers',
  cut = false,
): IpvsListing {
  const servers = new Map<string, Draft>();
  const connections: IpvsConnection[] = [];
  const seen = { servers: false, connections: false };
  let columns: Columns = 'plain';
  let current: Draft | null = null;
  /** What a real server that cannot be read, or that is cut off, would have been one of. */
  let last: Draft | null = null;
  let within = holds;
  const alone = new Set<string>();
  let number = 0;
  const ends = cut || /[^\n]$/.test(text);
  let incomplete = ends;
  let connectionsIncomplete = false;
  // A line that cannot be read, as of `ipvsadm -L` without -n, may have been a virtual server.
  const unreadable = (): void => {
    incomplete = true;
    if (within === 'connections') connectionsIncomplete = true;
    if (last !== null) last.incomplete = true;
    problems.add('unreadable-line', { of: 'ipvs' }, file, number);
  };
  const virtual = (server: VirtualServer): Draft => {
    const known = servers.get(takenKey(server.takes));
    if (known !== undefined) {
      again.add(known);
      return known;
    }
    const key = takenKey(server.takes);
    const draft: Draft = { ...server, servers: [], ...(alone.has(key) ? { incomplete: true } : {}) };
    servers.set(key, draft);
    return draft;
  };
  /** Virtual servers that the text lists more than once, as where a paste holds two listings. */
  const again = new Set<Draft>();
  const add = (to: Draft, server: RealServer): void => {
    const at = again.has(to) ? to.servers.findIndex((each) => isSameSocket(each, server)) : -1;
    const known = to.servers[at];
    if (known === undefined) to.servers.push(server);
    else to.servers[at] = withMore(known, server);
  };
  for (const raw of text.split('\n')) {
    number++;
    const line = raw.trimEnd();
    if (line === '' || line.startsWith('#')) continue;
    const heading = columnsOf(line);
    if (heading !== null || /^IP Virtual Server version|^\s*-> RemoteAddress:Port/.test(line)) {
      columns = heading ?? columns;
      seen.servers = true;
      within = 'servers';
      // The kernel's own heading; ipvsadm sets its columns further apart.
      incomplete ||= /^\s*-> RemoteAddress:Port Forward/.test(line);
    } else if (/^(IPVS connection entries|pro expire state|Pro FromIP)/.test(line)) {
      seen.connections = true;
      within = 'connections';
    } else if (/^-(?!>)/.test(line)) {
      const read = parseSaveLine(line, file, number);
      seen.servers = true;
      within = 'servers';
      if (read === null) unreadable();
      else if (read.adds === 'virtual') last = virtual(read.server);
      else {
        const to = servers.get(takenKey(read.to));
        if (to === undefined) {
          // Its virtual server is missing, or comes later and lacks it.
          incomplete = true;
          alone.add(takenKey(read.to));
          problems.add('real-server-alone', {}, file, number);
        } else {
          add(to, read.server);
          last = to;
        }
      }
    } else if (/^\s*->/.test(line)) {
      const read = parseListedReal(line, columns, file, number);
      if (read === null || current === null) unreadable();
      else add(current, read);
    } else {
      const connection = parseConnection(line, file, number);
      if (connection !== null) {
        connections.push(connection);
        seen.connections = true;
        within = 'connections';
        continue;
      }
      const read = parseListedServer(line, columns, file, number);
      current = read === null ? null : virtual(read);
      if (current === null) unreadable();
      else {
        last = current;
        seen.servers = true;
        within = 'servers';
      }
    }
  }
  if (ends && within === 'connections') connectionsIncomplete = true;
  else if (ends && last !== null) last.incomplete = true;
  if (incomplete && seen.servers) problems.add('partial-listing', { what: 'ipvs' }, file);
  const nothing = !seen.servers && !seen.connections;
  return {
    servers: seen.servers || (nothing && holds === 'servers') ? [...servers.values()] : null,
    ...(incomplete && seen.servers ? { incomplete: true as const } : {}),
    connections: seen.connections || (nothing && holds === 'connections') ? connections : null,
    ...(connectionsIncomplete ? { connectionsIncomplete: true as const } : {}),
  };
}
