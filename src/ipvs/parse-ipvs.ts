import { ProblemList } from '../problems/problem.ts';
import type { IpvsConnection, IpvsListing, RealServer, VirtualServer } from './model.ts';
import { parseConnection } from './parse-connections.ts';
import { type Columns, columnsOf, parseListedReal, parseListedServer } from './parse-listing.ts';
import { parseSaveLine } from './parse-save.ts';
import { takenKey } from './table.ts';

type Draft = VirtualServer & { readonly servers: RealServer[] };

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
  let number = 0;
  let incomplete = cut || /[^\n]$/.test(text);
  // A line that cannot be read, as of `ipvsadm -L` without -n, may have been a virtual server.
  const unreadable = (): void => {
    incomplete = true;
    problems.add('unreadable-line', 'not a line of ipvsadm -n', file, number);
  };
  const virtual = (server: VirtualServer): Draft => {
    const known = servers.get(takenKey(server.takes));
    if (known !== undefined) return known;
    const draft: Draft = { ...server, servers: [] };
    servers.set(takenKey(server.takes), draft);
    return draft;
  };
  for (const raw of text.split('\n')) {
    number++;
    const line = raw.trimEnd();
    if (line === '' || line.startsWith('#')) continue;
    const heading = columnsOf(line);
    if (heading !== null || /^IP Virtual Server version|^\s+-> RemoteAddress:Port/.test(line)) {
      columns = heading ?? columns;
      seen.servers = true;
      // The kernel's own heading; ipvsadm sets its columns further apart.
      incomplete ||= /^\s+-> RemoteAddress:Port Forward/.test(line);
    } else if (/^(IPVS connection entries|pro expire state|Pro FromIP)/.test(line)) {
      seen.connections = true;
    } else if (/^-/.test(line)) {
      const read = parseSaveLine(line, file, number);
      seen.servers = true;
      if (read === null) unreadable();
      else if (read.adds === 'virtual') virtual(read.server);
      else {
        const to = servers.get(takenKey(read.to));
        if (to === undefined)
          problems.add('real-server-alone', 'a real server before its virtual server', file, number);
        else to.servers.push(read.server);
      }
    } else if (/^\s*->/.test(line)) {
      const read = parseListedReal(line, columns, file, number);
      if (read === null || current === null) unreadable();
      else current.servers.push(read);
    } else {
      const connection = parseConnection(line, file, number);
      if (connection !== null) {
        connections.push(connection);
        seen.connections = true;
        continue;
      }
      const read = parseListedServer(line, columns, file, number);
      current = read === null ? null : virtual(read);
      if (read === null) unreadable();
      else seen.servers = true;
    }
  }
  if (incomplete && seen.servers)
    problems.add(
      'partial-listing',
      'virtual servers may be missing from it: it breaks off, has lines that cannot be read, or is /proc/net/ip_vs, which leaves some out; list them with `ipvsadm-save -n`',
      file,
    );
  const nothing = !seen.servers && !seen.connections;
  return {
    servers: seen.servers || (nothing && holds === 'servers') ? [...servers.values()] : null,
    ...(incomplete && seen.servers ? { incomplete: true as const } : {}),
    connections: seen.connections || (nothing && holds === 'connections') ? connections : null,
  };
}
