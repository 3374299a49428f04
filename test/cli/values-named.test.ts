import { describe, expect, it } from 'vitest';
import { withValuesNamed } from '../../src/cli/options.ts';

describe('Which word behind --demo and --watch is its value?', () => {
  it.each([
    ['trace shop/web --demo', 'trace shop/web --demo=iptables'],
    ['trace --demo shop/web', 'trace --demo=iptables shop/web'],
    ['trace --demo nftables shop/web', 'trace --demo=nftables shop/web'],
    ['services --demo -n shop', 'services --demo=iptables -n shop'],
    ['trace -- --demo nftables', 'trace -- --demo nftables'],
    ['trace --watch shop/web', 'trace --watch= shop/web'],
    ['trace --watch 5 shop/web', 'trace --watch=5 shop/web'],
    ['trace --watch=5 shop/web', 'trace --watch=5 shop/web'],
    ['services --watch', 'services --watch='],
    ['trace -- --watch', 'trace -- --watch'],
  ])('%s', (typed, meant) => {
    expect(withValuesNamed(typed.split(' '), true).join(' ')).toBe(meant);
  });

  it('where the command takes no seconds, --watch has none', () => {
    expect(withValuesNamed(['conntrack', '--watch'], false)).toEqual(['conntrack', '--watch']);
  });
});
