import type { Family } from './address.ts';
import { parsePrefix } from './prefix.ts';

/** Ranges whose addresses the kernel treats apart, whatever the node's tables say. */
export const SPECIAL_RANGES: Readonly<Record<Family, readonly (readonly [bigint, bigint])[]>> = {
  ipv4: [
    [0n, 0n],
    [0n, 0xffffffn],
    [0x7f000000n, 0x7fffffffn],
    [0xa9fe0000n, 0xa9feffffn],
    [0xe0000000n, 0xe00000ffn],
    [0xe0000000n, 0xefffffffn],
    [0xf0000000n, 0xffffffffn],
    [0xffffffffn, 0xffffffffn],
  ],
  ipv6: [
    [0n, 0n],
    [1n, 1n],
    [0n, 0xffffffffn],
    [0xffff00000000n, 0xffffffffffffn],
    [1n << 125n, (1n << 126n) - 1n],
    [0xfcn << 120n, (0xfen << 120n) - 1n],
    [0xfe80n << 112n, (0xfec0n << 112n) - 1n],
    [0xfec0n << 112n, (0xff00n << 112n) - 1n],
    [0xffn << 120n, (1n << 128n) - 1n],
    ...Array.from({ length: 16 }, (_, scope): readonly [bigint, bigint] => {
      const start = (0xff00n | BigInt(scope)) << 112n;
      return [start, start + (1n << 112n) - 1n];
    }),
  ],
};

/** Prefixes that clusters take for Services: those of private use, and shared address space. */
export const PRIVATE_PREFIXES = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  'fc00::/7',
].flatMap((text) => parsePrefix(text) ?? []);
