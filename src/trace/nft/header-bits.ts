import type { PacketState } from '../state.ts';

/** Bits of which some are known. */
export interface Bits {
  readonly bits: bigint;
  readonly known: bigint;
}

/** A field of a header. */
interface Part extends Bits {
  readonly width: number;
}

/** @returns what is known of so many bits of the IP header, from its start; null where it ends before them. */
export function headerBits(state: PacketState, offset: number, length: number): Bits | null {
  const parts = state.family === 'ipv4' ? ofIpv4(state) : ofIpv6(state);
  const size = parts.reduce((sum, { width }) => sum + width, 0);
  if (length === 0 || offset + length > size) return null;
  let [bits, known] = [0n, 0n];
  for (const part of parts) {
    bits = (bits << BigInt(part.width)) | (part.bits & part.known);
    known = (known << BigInt(part.width)) | part.known;
  }
  const behind = BigInt(size - offset - length);
  const all = (1n << BigInt(length)) - 1n;
  return { bits: (bits >> behind) & all, known: (known >> behind) & all };
}

/** RFC 791, without options. Whether it may be split is its sender's business, and so is its number; it is whole. */
function ofIpv4({ tos, length, ttl, protocol, source, destination }: PacketState): Part[] {
  return [
    is(4, 4n),
    is(4, 5n),
    { width: 8, bits: BigInt(tos.bits), known: BigInt(tos.known & 0xff) },
    is(16, length),
    is(16, null),
    { width: 16, bits: 0n, known: 0xbfffn },
    is(8, ttl),
    is(8, protocol),
    is(16, null),
    is(32, source.address?.value ?? null),
    is(32, destination.value),
  ];
}

/** RFC 8200. */
function ofIpv6({ tos, length, ttl, protocol, source, destination }: PacketState): Part[] {
  return [
    is(4, 6n),
    { width: 8, bits: BigInt(tos.bits), known: BigInt(tos.known & 0xff) },
    is(20, null),
    is(16, length === null ? null : length - 40),
    is(8, protocol),
    is(8, ttl),
    is(128, source.address?.value ?? null),
    is(128, destination.value),
  ];
}

function is(width: number, value: bigint | number | null): Part {
  const known = value === null ? 0n : (1n << BigInt(width)) - 1n;
  return { width, bits: BigInt(value ?? 0), known };
}
