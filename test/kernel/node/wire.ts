import type { Address, Family } from '../../../src/net/address.ts';
import { hasPorts, ICMP, ICMPV6, SCTP, TCP, UDP } from '../../../src/net/protocol.ts';
import { crc32c, internetSum } from './checksum.ts';
import { partIn } from './fragments.ts';

/** One packet as it is on the wire, as far as the tests choose it or read it back. */
export interface Wire {
  readonly family: Family;
  readonly protocol: number;
  readonly source: Address;
  readonly destination: Address;
  /** Null for ICMP. */
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  readonly icmp: { readonly type: number; readonly code: number; readonly id: number } | null;
  /** Bits of the header; 0 for other protocols. */
  readonly tcpFlags: number;
  readonly ttl: number;
  readonly tos: number;
  /** Tells packets apart wherever they are met: it stands in the first 20 bytes of what follows the IP header. */
  readonly serial: number;
  /** Bytes after the protocol's own header and the serial number. */
  readonly padding: number;
  /** Of an ICMP error: the packet that it is about, from its IP header on. */
  readonly quotes?: Buffer;
  /** It is the first of several parts. Absent: it is whole. */
  readonly cut?: true;
}

/** Flags of the TCP header. */
export const FLAGS = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32 } as const;

/** Of SCTP, the only chunks that carry a number of their own: INIT of the client, INIT ACK of the server. */
const SCTP_INIT = 1;
const SCTP_INIT_ACK = 2;

/** @returns the bytes of the packet, from the IP header on, its checksums right: conntrack calls others INVALID. */
export function buildPacket(wire: Wire, answersTo = 0): Buffer {
  const body = buildBody(wire, answersTo);
  return Buffer.concat([buildHeader(wire, body.length), withChecksum(wire, body)]);
}

/** @returns the part after the IP header, which a raw socket takes. */
export function buildBodyOf(wire: Wire, answersTo = 0): Buffer {
  return withChecksum(wire, buildBody(wire, answersTo));
}

/** @returns the length that `-m length` compares: the whole packet, and of IPv6 what its header counts plus 40. */
export function lengthOf(wire: Wire): number {
  return (wire.family === 'ipv4' ? 20 : 40) + buildBody(wire, 0).length;
}

function buildHeader(wire: Wire, length: number): Buffer {
  if (wire.family === 'ipv4') {
    const header = Buffer.alloc(20);
    header.writeUInt8(0x45, 0);
    header.writeUInt8(wire.tos, 1);
    header.writeUInt16BE(20 + length, 2);
    header.writeUInt16BE(wire.serial & 0xffff, 4);
    header.writeUInt8(wire.ttl, 8);
    header.writeUInt8(wire.protocol, 9);
    bytesOf(wire.source).copy(header, 12);
    bytesOf(wire.destination).copy(header, 16);
    header.writeUInt16BE(internetSum([header]), 10);
    return header;
  }
  const header = Buffer.alloc(40);
  header.writeUInt32BE(((6 << 28) | (wire.tos << 20)) >>> 0, 0);
  header.writeUInt16BE(length, 4);
  header.writeUInt8(wire.protocol, 6);
  header.writeUInt8(wire.ttl, 7);
  bytesOf(wire.source).copy(header, 8);
  bytesOf(wire.destination).copy(header, 24);
  return header;
}

function buildBody(wire: Wire, answersTo: number): Buffer {
  const { protocol, sourcePort, destinationPort, icmp, serial } = wire;
  const padding = Buffer.alloc(wire.padding, 0x78);
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(sourcePort ?? 0, 0);
  ports.writeUInt16BE(destinationPort ?? 0, 2);
  const number = Buffer.alloc(4);
  number.writeUInt32BE(serial, 0);
  if (protocol === TCP) {
    const header = Buffer.alloc(12);
    if ((wire.tcpFlags & FLAGS.ACK) !== 0) header.writeUInt32BE((answersTo + 1) >>> 0, 0);
    header.writeUInt8(5 << 4, 4);
    header.writeUInt8(wire.tcpFlags, 5);
    header.writeUInt16BE(64_240, 6);
    return Buffer.concat([ports, number, header, padding]);
  }
  if (protocol === UDP) {
    const header = Buffer.alloc(4);
    header.writeUInt16BE(12 + padding.length, 0);
    return Buffer.concat([ports, header, number, padding]);
  }
  if (protocol === SCTP) {
    // The verification tag of INIT is 0, that of INIT ACK the one which INIT announced.
    const tag = Buffer.alloc(8);
    tag.writeUInt32BE(answersTo, 0);
    const chunk = Buffer.alloc(4);
    chunk.writeUInt8(answersTo === 0 ? SCTP_INIT : SCTP_INIT_ACK, 0);
    chunk.writeUInt16BE(20, 2);
    const rest = Buffer.alloc(12);
    rest.writeUInt32BE(65_535, 0);
    rest.writeUInt16BE(1, 4);
    rest.writeUInt16BE(1, 6);
    return Buffer.concat([ports, tag, chunk, number, rest]);
  }
  const header = Buffer.alloc(8);
  header.writeUInt8(icmp?.type ?? 8, 0);
  header.writeUInt8(icmp?.code ?? 0, 1);
  if (wire.quotes !== undefined) {
    // Where an echo has its identifier, an error of these types has four bytes that nobody reads.
    header.writeUInt32BE(serial, 4);
    return Buffer.concat([header, wire.quotes]);
  }
  header.writeUInt16BE(icmp?.id ?? 0, 4);
  return Buffer.concat([header, number, padding]);
}

function withChecksum(wire: Wire, body: Buffer): Buffer {
  const at = { [TCP]: 16, [UDP]: 6, [SCTP]: 8, [ICMP]: 2, [ICMPV6]: 2 }[wire.protocol];
  if (at === undefined) return body;
  if (wire.protocol === SCTP) body.writeUInt32LE(crc32c(body), at);
  else {
    const pseudo = Buffer.alloc(4);
    pseudo.writeUInt16BE(wire.protocol, 0);
    pseudo.writeUInt16BE(body.length, 2);
    const ends = [bytesOf(wire.source), bytesOf(wire.destination), pseudo];
    const sum = internetSum(wire.protocol === ICMP ? [body] : [...ends, body]);
    body.writeUInt16BE(sum === 0 && wire.protocol === UDP ? 0xffff : sum, at);
  }
  return body;
}

/** @returns the packet that begins at the IP header, or null for what the tests never send, and for second and further parts. */
export function parsePacket(bytes: Buffer): Wire | null {
  const part = partIn(bytes);
  if (part !== null && part.offset > 0) return null;
  const cut = part === null ? {} : { cut: true as const };
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4 && bytes.length >= 20) {
    const length = ((bytes[0] ?? 0) & 15) * 4;
    const fixed = {
      family: 'ipv4' as const,
      protocol: bytes.readUInt8(9),
      source: addressAt(bytes, 12, 'ipv4'),
      destination: addressAt(bytes, 16, 'ipv4'),
      ttl: bytes.readUInt8(8),
      tos: bytes.readUInt8(1),
      ...cut,
    };
    return withBody(fixed, bytes.subarray(length));
  }
  if (version !== 6 || bytes.length < 40) return null;
  const fixed = {
    family: 'ipv6' as const,
    protocol: bytes.readUInt8(part === null ? 6 : 40),
    source: addressAt(bytes, 8, 'ipv6'),
    destination: addressAt(bytes, 24, 'ipv6'),
    ttl: bytes.readUInt8(7),
    tos: (bytes.readUInt32BE(0) >>> 20) & 0xff,
    ...cut,
  };
  return withBody(fixed, bytes.subarray(part === null ? 40 : 48));
}

type Fixed = Pick<Wire, 'family' | 'protocol' | 'source' | 'destination' | 'ttl' | 'tos' | 'cut'>;

function withBody(fixed: Fixed, body: Buffer): Wire | null {
  if (body.length < 8) return null;
  const { protocol } = fixed;
  const rest = { ...fixed, sourcePort: null, destinationPort: null, icmp: null, tcpFlags: 0, padding: 0 };
  if (protocol === ICMP || protocol === ICMPV6) {
    const [type, code] = [body.readUInt8(0), body.readUInt8(1)];
    if (isIcmpError(protocol, type))
      return { ...rest, icmp: { type, code, id: 0 }, serial: numberAt(body, 4) };
    const icmp = { type, code, id: body.readUInt16BE(4) };
    return { ...rest, icmp, serial: numberAt(body, 8) };
  }
  if (!hasPorts(protocol)) return null;
  const ports = { sourcePort: body.readUInt16BE(0), destinationPort: body.readUInt16BE(2) };
  if (protocol === TCP) return { ...rest, ...ports, serial: numberAt(body, 4), tcpFlags: body[13] ?? 0 };
  return { ...rest, ...ports, serial: numberAt(body, protocol === SCTP ? 16 : 8) };
}

/** @returns true for the types that quote the packet which they are about. */
export function isIcmpError(protocol: number, type: number): boolean {
  return protocol === ICMP ? [3, 11, 12].includes(type) : type < 128;
}

function numberAt(bytes: Buffer, at: number): number {
  return bytes.length < at + 4 ? 0 : bytes.readUInt32BE(at);
}

/** @returns the address as it stands in packets and socket addresses. */
export function bytesOf(address: Address): Buffer {
  const size = address.family === 'ipv4' ? 4 : 16;
  return Buffer.from(address.value.toString(16).padStart(size * 2, '0'), 'hex');
}

function addressAt(bytes: Buffer, at: number, family: Family): Address {
  const hex = bytes.subarray(at, at + (family === 'ipv4' ? 4 : 16)).toString('hex');
  return { family, value: BigInt(`0x${hex}`) };
}
