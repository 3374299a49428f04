import { describe, expect, it } from 'vitest';
import { CHAINS, chainsIn, hasRole, isOfOneService, OF_SERVICE, roleOf } from '../../src/proxy/chains.ts';
import { KNOWN_CHAINS } from '../../src/proxy/known-chains.ts';
import { entryOf } from '../../src/proxy/owners.ts';

describe('what a chain is for', () => {
  it.each([
    ['KUBE-SERVICES', 'entry'],
    ['KUBE-SVC-TCOU7JCQXEZGVUNU', 'service'],
    ['KUBE-SVL-TCOU7JCQXEZGVUNU', 'local'],
    ['KUBE-EXT-TCOU7JCQXEZGVUNU', 'external'],
    ['KUBE-XLB-TCOU7JCQXEZGVUNU', 'external-local'],
    ['KUBE-FW-TCOU7JCQXEZGVUNU', 'source-ranges'],
    ['KUBE-SEP-SXIVWICOYRO3J4NJ', 'endpoint'],
    ['KUBE-NODEPORTS', 'node-ports'],
    ['KUBE-NODEPORT-HOST', 'portal'],
    ['KUBE-MARK-MASQ', 'mark-masquerade'],
    ['KUBE-POSTROUTING', 'masquerade'],
    ['KUBE-PROXY-FIREWALL', 'refuse'],
    ['KUBE-FIREWALL', 'drop-marked'],
    ['KUBE-KUBELET-CANARY', 'canary'],
    ['KUBE-ROUTER-FORWARD', null],
    ['KUBE-SVCX-TCOU7JCQXEZGVUNU', null],
    ['SVC-TCOU7JCQXEZGVUNU', null],
    ['PREROUTING', null],
    ['KUBE-toString', null],
  ])('%s: %s', (chain, role) => {
    expect(roleOf(chain)).toBe(role);
  });

  it('of no chain, is nothing', () => {
    expect(hasRole(null, ...OF_SERVICE)).toBe(false);
    expect(hasRole(undefined, 'endpoint')).toBe(false);
    expect(isOfOneService(CHAINS.services)).toBe(false);
  });
});

it('a comment may name chains of Services', () => {
  expect(chainsIn('shop/web traffic not accepted by KUBE-FW-TCOU7JCQXEZGVUNU')).toEqual([
    'KUBE-FW-TCOU7JCQXEZGVUNU',
  ]);
  expect(chainsIn('shop/web cluster IP')).toEqual([]);
});

describe('what readers of iptables are told', () => {
  it.each([
    ['-A PREROUTING -j KUBE-SERVICES', 'nat'],
    ['-A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES', 'filter'],
    ['KUBE-SERVICES  all  --  anywhere  anywhere  ctstate NEW', 'filter'],
  ])('%s stands in %s', (text, table) => {
    expect(KNOWN_CHAINS.tableOfJump('KUBE-SERVICES', text)).toBe(table);
  });

  it('of a chain that two tables may have, no table', () => {
    expect(KNOWN_CHAINS.tableOf('KUBE-NODEPORTS')).toBeNull();
    expect(KNOWN_CHAINS.tableOf('KUBE-MARK-MASQ')).toBe('nat');
    expect(KNOWN_CHAINS.tableOf('FLANNEL-FWD')).toBe('filter');
  });
});

it('policies of other programs stand before the jumps of kube-proxy, and host ports behind', () => {
  const order = (chain: string) => entryOf(chain, 'filter')?.order ?? Number.NaN;
  expect(order('cali-FORWARD')).toBeLessThan(order('KUBE-ROUTER-FORWARD'));
  expect(order('KUBE-ROUTER-FORWARD')).toBeLessThan(order('KUBE-PROXY-FIREWALL'));
  expect(order('KUBE-PROXY-FIREWALL')).toBeLessThan(order('KUBE-FORWARD'));
  expect(order('KUBE-FORWARD')).toBeLessThan(order('CNI-FORWARD'));
});
