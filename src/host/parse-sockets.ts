import { type Address, type Family, parseAddress } from '../net/address.ts';
import { TCP, UDP } from '../net/protocol.ts';
import type { ProblemList } from '../problems/problem.ts';

/** A socket as `ss` lists it. */
export interface Socket {
  readonly protocol: number;
  /** Null for `*`: any address of either family. */
  readonly address: Address | null;
  readonly port: number;
  /** The interface it is bound to (`%eth0`), or null. */
  readonly device: string | null;
}

/**
 * Reads `ss -ltnu`, with or without a heading, `-H`, `-p` or `-e`: `tcp LISTEN 0 4096 0.0.0.0:22 0.0.0.0:*`. Other
 * sockets than those that wait for anybody are passed over; a line that is none becomes a problem.
 */
export function parseSockets(text: string, file: string, problems: ProblemList): Socket[] {
  const sockets: Socket[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || /^Netid\s+State\b/.test(trimmed)) continue;
    const read = readLine(trimmed);
    if (read === null) problems.add('malformed-socket', 'not read: no line of `ss -ltnu`', file, index + 1);
    else if (read !== 'other') sockets.push(read);
  }
  return sockets;
}

const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['tcp', TCP],
  ['udp', UDP],
]);

function readLine(line: string): Socket | 'other' | null {
  const words = /^(\S+)\s+(\S+)\s+\d+\s+\d+\s+(\S+)\s+(\S+)/.exec(line);
  if (words === null) return null;
  const [, netid = '', state = '', local = '', peer = ''] = words;
  const protocol = PROTOCOLS.get(netid);
  if (protocol === undefined) return 'other';
  // A datagram socket that is connected takes packets of its peer only.
  const waits = protocol === TCP ? state === 'LISTEN' : state === 'UNCONN' && peer.endsWith(':*');
  return waits ? (socketOf(protocol, local) ?? null) : 'other';
}

function socketOf(protocol: number, text: string): Socket | null {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9a-fA-F:.*]+?))(?:%([^:\]\s]+))?:(\d{1,5})$/.exec(
    text.replace(/^\[([^\]%]+)%([^\]]+)\]:/, '[$1]%$2:'),
  );
  if (parts === null) return null;
  const [, bracketed, plain = '', device = null, digits = ''] = parts;
  const spelt = bracketed ?? plain;
  const port = Number(digits);
  if (port > 0xffff) return null;
  if (spelt === '*') return { protocol, address: null, port, device };
  const address = parseAddress(spelt);
  return address === null ? null : { protocol, address, port, device };
}

/** @returns true for a socket that takes packets to any address of the family; `ss` prints one of both families as `*`. */
export function isWildcard({ address }: Socket, family: Family): boolean {
  return address === null || (address.value === 0n && address.family === family);
}
