import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../src/net/address.ts';
import { lengthOfMask, maskOfLength, parsePrefix } from '../../src/net/prefix.ts';

describe('a mask', () => {
  it.each([
    ['ipv4', 0, '0.0.0.0'],
    ['ipv4', 1, '128.0.0.0'],
    ['ipv4', 22, '255.255.252.0'],
    ['ipv4', 32, '255.255.255.255'],
    ['ipv6', 0, '::'],
    ['ipv6', 61, 'ffff:ffff:ffff:fff8::'],
    ['ipv6', 128, 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ] as const)('of %s and length %i is %s, and back', (family, length, shown) => {
    const mask = maskOfLength(family, length);
    expect(formatAddress({ family, value: mask })).toBe(shown);
    expect(lengthOfMask(family, mask)).toBe(length);
  });

  it('has no length where a bit is missing in between', () => {
    const mask = parseAddress('255.0.255.0');
    expect(mask && lengthOfMask('ipv4', mask.value)).toBeNull();
    expect(parsePrefix('10.0.0.1/255.0.255.0')).toMatchObject({ value: 0x0a000000n });
  });

  it.each([33, 999, -1])(
    'of a length that no address has (%i) holds every bit, whatever a damaged file says',
    (length) => {
      expect(maskOfLength('ipv4', length)).toBe(0xffffffffn);
    },
  );
});
