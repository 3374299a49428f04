import type { Address } from '../../../src/net/address.ts';
import { bytesOf } from './wire.ts';

/** Numbers of <sys/socket.h>, <linux/netlink.h> and others, as the kernel of every architecture that is tested here has them. */
export const AF = { INET: 2, INET6: 10, NETLINK: 16, PACKET: 17 } as const;
export const SOCK_RAW = 3;
export const NETLINK_NETFILTER = 12;
export const OPTION = {
  ADD_MEMBERSHIP: [270, 1],
  RECEIVE_BUFFER: [1, 33],
  MARK: [1, 36],
  TOS: [0, 1],
  TTL: [0, 2],
  TRAFFIC_CLASS: [41, 67],
  HOP_LIMIT: [41, 16],
} as const;

/** @returns a `sockaddr_in` or `sockaddr_in6`. */
export function internetAddress(address: Address, port = 0): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(address.family === 'ipv4' ? AF.INET : AF.INET6, 0);
  head.writeUInt16BE(port, 2);
  return address.family === 'ipv4'
    ? Buffer.concat([head, bytesOf(address), Buffer.alloc(8)])
    : Buffer.concat([head, Buffer.alloc(4), bytesOf(address), Buffer.alloc(4)]);
}

/** @returns a `sockaddr_ll` for sending through an interface. */
export function linkAddress(interfaceIndex: number): Buffer {
  const address = Buffer.alloc(20);
  address.writeUInt16LE(AF.PACKET, 0);
  address.writeInt32LE(interfaceIndex, 4);
  return address;
}

/** What a `sockaddr_ll` says of a frame that was seen: its interface, and whether it was leaving. */
export function readLinkAddress(bytes: Buffer): {
  readonly index: number;
  readonly leaving: boolean;
  /** Bytes before the packet: 14 of Ethernet and loopback, none of a tunnel (ARPHRD_TUNNEL, ARPHRD_IPGRE, …). */
  readonly header: number;
} {
  const header = ETHERNET.has(bytes.readUInt16LE(8)) ? 14 : 0;
  return { index: bytes.readInt32LE(4), leaving: bytes.readUInt8(10) === 4, header };
}

/** ARPHRD_ETHER, ARPHRD_LOOPBACK. */
const ETHERNET: ReadonlySet<number> = new Set([1, 772]);

/** @returns the six bytes of `02:00:00:00:00:01`. */
export function macBytes(text: string): Buffer {
  return Buffer.from(text.replaceAll(':', ''), 'hex');
}
