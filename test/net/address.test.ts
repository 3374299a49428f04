import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../src/net/address.ts';

describe('an IPv4 address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['0.0.0.0', '0.0.0.0'],
    ['010.000.0.01', '10.0.0.1'],
  ])('%s is read', (text, shown) => {
    const address = parseAddress(text);
    expect(address && formatAddress(address)).toBe(shown);
  });

  it.each([
    ...['', '.', '1.2.3', '1.2.3.4.', '.1.2.3.4', '1..2.3', '1.2.3.4.5', '256.1.1.1', '1.1.1.999'],
    ...['0001.2.3.4', ' 1.2.3.4', '1.2.3.4 ', '+1.2.3.4', '1.2.3.x', '1.2.3.٣', '1.2.3.4/32', '0x1.2.3.4'],
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeNull();
  });
});
