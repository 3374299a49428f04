import { describe, expect, it } from 'vitest';
import { withDemoNamed } from '../../src/cli/options.ts';

describe('Which word behind --demo is its value?', () => {
  it.each([
    ['trace shop/web --demo', 'trace shop/web --demo=iptables'],
    ['trace --demo shop/web', 'trace --demo=iptables shop/web'],
    ['trace --demo nftables shop/web', 'trace --demo=nftables shop/web'],
    ['services --demo -n shop', 'services --demo=iptables -n shop'],
    ['trace -- --demo nftables', 'trace -- --demo nftables'],
  ])('%s', (typed, meant) => {
    expect(withDemoNamed(typed.split(' ')).join(' ')).toBe(meant);
  });
});
