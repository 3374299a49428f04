import { internetSum } from './checksum.ts';

/** How a packet is cut up on its way to the node. */
export interface Cuts {
  /** Where, in bytes of what follows the IP header: multiples of eight. The first part holds the serial number. */
  readonly at: readonly number[];
  /** The parts come in the order of the packet, or the other way round. */
  readonly lastFirst: boolean;
}

/** One of several parts of a packet. */
export interface Part {
  /** Same in all parts. */
  readonly id: number;
  /** Where it begins, in bytes of what follows the IP header. */
  readonly offset: number;
  /** Whether others follow. */
  readonly more: boolean;
}

const FRAGMENT_HEADER = 44;

/** @returns the packet, which begins at its IP header, in parts; the packet itself where it is not cut. */
export function partsOf(packet: Buffer, cuts: Cuts | undefined): Buffer[] {
  if (cuts === undefined) return [packet];
  const ipv4 = (packet[0] ?? 0) >> 4 === 4;
  const [header, body] = [packet.subarray(0, ipv4 ? 20 : 40), packet.subarray(ipv4 ? 20 : 40)];
  const id = identities++;
  const parts = [0, ...cuts.at].map((offset, i) => {
    const end = cuts.at[i] ?? body.length;
    const more = end < body.length;
    const bytes = body.subarray(offset, end);
    return ipv4 ? partOfIpv4(header, bytes, offset, more) : partOfIpv6(header, bytes, { id, offset, more });
  });
  return cuts.lastFirst ? parts.reverse() : parts;
}

function partOfIpv4(header: Buffer, bytes: Buffer, offset: number, more: boolean): Buffer {
  const own = Buffer.from(header);
  own.writeUInt16BE(own.length + bytes.length, 2);
  own.writeUInt16BE((more ? 0x2000 : 0) | (offset / 8), 6);
  own.writeUInt16BE(0, 10);
  own.writeUInt16BE(internetSum([own]), 10);
  return Buffer.concat([own, bytes]);
}

function partOfIpv6(header: Buffer, bytes: Buffer, { id, offset, more }: Part): Buffer {
  const own = Buffer.from(header);
  const extension = Buffer.alloc(8);
  own.writeUInt16BE(extension.length + bytes.length, 4);
  extension.writeUInt8(own.readUInt8(6), 0);
  own.writeUInt8(FRAGMENT_HEADER, 6);
  extension.writeUInt16BE(offset | (more ? 1 : 0), 2);
  extension.writeUInt32BE(id, 4);
  return Buffer.concat([own, extension, bytes]);
}

/** Of IPv6; those of IPv4 stand in every header. */
let identities = 1;

/** @returns what the header says of a part; null of a whole packet. */
export function partIn(bytes: Buffer): Part | null {
  if ((bytes[0] ?? 0) >> 4 === 4) {
    if (bytes.length < 20) return null;
    const field = bytes.readUInt16BE(6);
    const part = { id: bytes.readUInt16BE(4), offset: (field & 0x1fff) * 8, more: (field & 0x2000) !== 0 };
    return part.offset === 0 && !part.more ? null : part;
  }
  if (bytes.length < 48 || bytes.readUInt8(6) !== FRAGMENT_HEADER) return null;
  const field = bytes.readUInt16BE(42);
  return { id: bytes.readUInt32BE(44), offset: field & 0xfff8, more: (field & 1) !== 0 };
}

/** @returns how many bytes of the packet's own follow its IP header and the header of a part. */
export function bytesBehind(bytes: Buffer): number {
  if ((bytes[0] ?? 0) >> 4 === 4) return bytes.readUInt16BE(2) - (bytes.readUInt8(0) & 15) * 4;
  return bytes.readUInt16BE(4) - (bytes.readUInt8(6) === FRAGMENT_HEADER ? 8 : 0);
}
