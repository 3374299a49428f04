import { describe, expect, it } from 'vitest';
import { ask, readPaste } from '../pastes/paste.ts';

const NAT = [
  '*nat',
  ':PREROUTING ACCEPT [0:0]',
  ':INPUT ACCEPT [0:0]',
  ':OUTPUT ACCEPT [0:0]',
  ':POSTROUTING ACCEPT [0:0]',
  ':KUBE-SERVICES - [0:0]',
  ':KUBE-SVC-E3PXEPMWAWIUT6ZV - [0:0]',
  ':KUBE-SEP-FBUQD36J3XDXJWPV - [0:0]',
  '-A PREROUTING -j KUBE-SERVICES',
  '-A OUTPUT -j KUBE-SERVICES',
  '-A KUBE-SERVICES -d 10.96.5.5/32 -p tcp -m comment --comment "shop/web cluster IP" -m tcp --dport 80 -j KUBE-SVC-E3PXEPMWAWIUT6ZV',
  '-A KUBE-SVC-E3PXEPMWAWIUT6ZV -m comment --comment "shop/web -> 10.244.1.11:8080" -j KUBE-SEP-FBUQD36J3XDXJWPV',
  '-A KUBE-SEP-FBUQD36J3XDXJWPV -p tcp -m comment --comment "shop/web" -m tcp -j DNAT --to-destination 10.244.1.11:8080',
  'COMMIT',
];

const dump = (policy: string, ...rules: readonly string[]): string =>
  [
    ...NAT,
    '*filter',
    ':INPUT ACCEPT [0:0]',
    `:FORWARD ${policy} [0:0]`,
    ':OUTPUT ACCEPT [0:0]',
    ...rules,
    'COMMIT',
    '',
  ].join('\n');

describe('check of dumps alone sends packets to the Services that the rules name', () => {
  it('and tells of those that the policy of FORWARD drops', async () => {
    const { out, status } = await ask(dump('DROP'), 'check', '--detail', 'full');
    expect(status).toBe(1);
    expect(out).toMatch(/^ERROR KP131/m);
    expect(out).toContain('packets for shop/web are dropped: filter FORWARD policy drops them');
    expect(out).toContain('to 10.96.5.5:80 and 10.244.1.11:8080');
    expect(out).toContain('packets to the 1 Service port that the rules name were followed');
  });

  it('of an endpoint that a rule of no Service rejects', async () => {
    const { out } = await ask(
      dump('ACCEPT', '-A FORWARD -d 10.244.1.11/32 -j REJECT'),
      'check',
      '--detail',
      'full',
    );
    expect(out).toContain('packets for shop/web are refused: filter FORWARD rule 1 rejects them');
  });

  it.each([
    ['all is accepted', dump('ACCEPT')],
    ['another address is rejected', dump('ACCEPT', '-A FORWARD -d 10.244.1.12/32 -j REJECT')],
    ['a rate decides, which is not known', dump('ACCEPT', '-A FORWARD -m limit --limit 1/sec -j DROP')],
    ['the pods are accepted before the policy', dump('DROP', '-A FORWARD -d 10.244.0.0/16 -j ACCEPT')],
  ])('but says nothing where %s', async (_, text) => {
    const { out } = await ask(text, 'check');
    expect(out).not.toContain('KP131');
    expect(out).toContain('packets to the 1 Service port that the rules name were followed');
  });

  it.each([
    ['01-netbird-k3s', 'packets for default/api are refused'],
    ['35-k8s97360-single', 'packets for default/traefik:http are refused'],
  ])('a Service without endpoints is a warning: %s', async (name, text) => {
    const { out, status } = await ask(readPaste(name), 'check');
    expect(out).toMatch(/^WARNING KP131/m);
    expect(out).toContain(text);
    expect(status).toBe(1);
  });
});
