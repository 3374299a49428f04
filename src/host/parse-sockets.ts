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
  /** Of IPv6, and maybe of IPv4, too: older `ss` prints `:::80` for both. */
  readonly mayBeBoth?: true;
}

/** What listings of `ss` tell. */
export interface Sockets {
  readonly list: readonly Socket[];
  /** False where more may listen than was read: what is not listed is not known then. */
  readonly whole: boolean;
}

/**
 * Reads `ss -ltnu`, with or without a heading, `-H`, `-p` or `-e`: `tcp LISTEN 0 4096 0.0.0.0:22 0.0.0.0:*`. Other
 * sockets than those that wait for anybody are passed over; a line that is none becomes a problem. A listing is whole where
 * its heading is there (grep leaves it out), every line was read, and it does not list connections alone (`ss -tnu`).
 */
export function parseSockets(text: string, file: string, problems: ProblemList): Sockets {
  const list: Socket[] = [];
  let hasHeading = false;
  let allRead = true;
  let hasOthers = false;
  const isOld = OLD_WILDCARD.test(text);
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim();
    if (/^Netid\s+State\b/.test(trimmed)) hasHeading = true;
    else if (trimmed !== '') {
      const read = readLine(trimmed, isOld);
      if (read === null) {
        problems.add('malformed-socket', {}, file, index + 1);
        allRead = false;
      } else if (read === 'other') hasOthers = true;
      else list.push(read);
    }
  }
  return { list, whole: hasHeading && allRead && (list.length > 0 || !hasOthers) };
}

/** `ss` writes brackets around IPv6 since iproute2 4.14; before, `*` was IPv4 alone, and `:::80` IPv6, with IPv4 or without. */
const OLD_WILDCARD = /\s:::(?:\d+|\*)(?:\s|$)/;

const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['tcp', TCP],
  ['udp', UDP],
]);

function readLine(line: string, isOld: boolean): Socket | 'other' | null {
  const words = /^(\S+)\s+(\S+)\s+\d+\s+\d+\s+(\S+)\s+(\S+)/.exec(line);
  if (words === null) return null;
  const [, netid = '', state = '', local = '', peer = ''] = words;
  const protocol = PROTOCOLS.get(netid);
  if (protocol === undefined) return 'other';
  // A datagram socket that is connected takes packets of its peer only.
  const waits = protocol === TCP ? state === 'LISTEN' : state === 'UNCONN' && peer.endsWith(':*');
  return waits ? socketOf(protocol, local, isOld) : 'other';
}

function socketOf(protocol: number, text: string, isOld: boolean): Socket | null {
  const parts = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9a-fA-F:.*]+?))(?:%([^:\]\s]+))?:(\d{1,5})$/.exec(
    text.replace(/^\[([^\]%]+)%([^\]]+)\]:/, '[$1]%$2:'),
  );
  if (parts === null) return null;
  const [, bracketed, plain = '', device = null, digits = ''] = parts;
  const spelt = bracketed ?? plain;
  const port = Number(digits);
  if (port > 0xffff) return null;
  if (spelt === '*') return { protocol, address: isOld ? ANY_IPV4 : null, port, device };
  const address = parseAddress(spelt);
  if (address === null) return null;
  // A socket of IPv6 that is bound to an address of IPv4 takes IPv4.
  if (isMapped(address))
    return { protocol, address: { family: 'ipv4', value: address.value & 0xffff_ffffn }, port, device };
  const mayBeBoth = isOld && address.value === 0n && address.family === 'ipv6';
  return { protocol, address, port, device, ...(mayBeBoth ? { mayBeBoth } : {}) };
}

const ANY_IPV4: Address = { family: 'ipv4', value: 0n };

/** `::ffff:a.b.c.d` (RFC 4291, 2.5.5.2). */
function isMapped({ family, value }: Address): boolean {
  return family === 'ipv6' && value >> 32n === 0xffffn;
}

/** @returns true for a socket that takes packets to any address of the family; `ss` prints one of both families as `*`. */
export function isWildcard({ address }: Socket, family: Family): boolean {
  return address === null || (address.value === 0n && address.family === family);
}
