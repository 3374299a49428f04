import { describe, expect, it } from 'vitest';
import type { ChainItem, ChainList } from '../../src/explain/chain-list.ts';
import { renderChainText, renderNoChain } from '../../src/render/chain-text.ts';
import { renderProblems } from '../../src/render/problems-text.ts';
import { renderBothWays } from '../support/in-colour.ts';

const ITEM: ChainItem = {
  kind: 'chain',
  family: 'ipv4',
  backend: 'iptables-nft',
  table: 'nat',
  name: 'KUBE-SEP-A',
  file: 'iptables-save.txt',
  line: 12,
  cut: null,
  policy: null,
  owner: 'kube-proxy',
  purpose: 'Sends to one endpoint.',
  service: { namespace: 'shop', name: 'web', port: 'http', via: 'clusterIP', namedBy: 'hash' },
  endpoint: { address: '10.244.1.11', port: 8080, ref: null },
  misdirected: null,
  rules: [
    {
      number: 1,
      line: 40,
      text: '-A KUBE-SEP-A -m comment --comment "\x1b[2J" -j DNAT',
      packets: 3,
      note: 'rewrites',
    },
  ],
  jumpedFrom: [{ chain: 'KUBE-SVC-A', rule: 2, line: 30, text: '-A KUBE-SVC-A -j KUBE-SEP-A' }],
  leadsTo: [],
  reach: 'dead',
};
const LIST: ChainList = {
  apiVersion: 'kp-explain/v1',
  kind: 'ChainList',
  capture: { origin: 'x', node: null, takenAt: null, proxyMode: 'iptables', backends: [] },
  problems: [],
  items: [ITEM],
  absent: null,
};

describe('chains as text', () => {
  it('says what it stands for, who jumps to it, and its rules', () => {
    expect(
      renderBothWays((colours) => renderChainText(LIST, { colours })),
    ).toBe(`KUBE-SEP-A  nat table, ipv4, iptables-nft  (iptables-save.txt:12)
  Sends to one endpoint.
  Service: shop/web:http (the chain name is the hash of it)
  Endpoint: 10.244.1.11:8080
  Written by: kube-proxy
  No built-in chain leads here: no packet meets these rules.
  jumped to from
    KUBE-SVC-A rule 2, line 30: -A KUBE-SVC-A -j KUBE-SEP-A
  rules
    1  -A KUBE-SEP-A -m comment --comment "\\x1b[2J" -j DNAT  [3 packets]
       = rewrites
`);
  });

  it('offers names that come close', () => {
    expect(renderNoChain('KUBE-SVC-X', ['KUBE-SVC-Y'], null)).toBe(
      'No chain KUBE-SVC-X in these rules. Close to it: KUBE-SVC-Y.\n',
    );
  });
});

describe('problems as text', () => {
  it('gives place and message, escaped, and counts what it leaves out', () => {
    const one = { code: 'x', message: 'bad \x1b', file: 'a.txt', line: 3 };
    expect(
      renderBothWays((colours) => renderProblems([one, { ...one, file: null, line: null }], colours)),
    ).toBe('note: a.txt:3: bad \\x1b\nnote: bad \\x1b\n');
    expect(renderBothWays((colours) => renderProblems(new Array(23).fill(one), colours))).toContain(
      '… and 3 more notes',
    );
    expect(renderBothWays((colours) => renderProblems([], colours))).toBe('');
  });
});
