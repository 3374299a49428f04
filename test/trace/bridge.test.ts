import { describe, expect, it } from 'vitest';
import { isInIptables } from '../../src/trace/place.ts';
import { ask, matches, only, type Question, rulesOf, summary } from './ask.ts';
import { nodeOf } from './node.ts';

const FORWARD =
  '*filter\n:FORWARD ACCEPT\n-A FORWARD -m physdev --physdev-is-bridged\n-A FORWARD -i cni0 -o cni0';
const POD = { from: '10.244.1.5:1000', via: 'cni0' };
const off = nodeOf({ sysctls: { 'net.bridge.bridge-nf-call-iptables': '0' } });

describe('Does iptables see what a bridge hands on?', () => {
  it('yes, with bridge-nf-call-iptables=1', () => {
    expect(rulesOf(only(ask(FORWARD, { ...POD, to: '10.244.1.6:80' })))).toEqual(['FORWARD 1', 'FORWARD 2']);
  });
  it('no, with 0', () => {
    const outcome = only(ask(FORWARD, { ...POD, to: '10.244.1.6:80', host: off }));
    expect(outcome).toMatchObject({ verdict: 'accept', reason: { code: 'bridged-unseen' }, path: [] });
  });
  it('but what is for another network is seen with 0 too', () => {
    const rules = '*filter\n:FORWARD ACCEPT\n-A FORWARD -i cni0';
    expect(rulesOf(only(ask(rules, { ...POD, host: off })))).toEqual(['FORWARD 1']);
  });
  it('on a bridge that leads out the node may answer for the address: both ways are shown', () => {
    const host = nodeOf({
      sysctls: { 'net.bridge.bridge-nf-call-iptables': '0' },
      routes: ['0.0.0.0/0 via 10.244.1.254 dev cni0'],
    });
    const trace = ask(FORWARD, { ...POD, to: '10.244.1.6:80', host });
    expect(trace.outcomes.map(({ reason }) => reason?.code)).toEqual(['bridged-unseen', undefined]);
    expect(trace.outcomes.map(({ given }) => given.map(({ question }) => question.code))).toEqual([
      ['bridge-frame'],
      ['bridge-frame'],
    ]);
  });
  it('a bond has ports as a bridge has, and is none', () => {
    const links = nodeOf().links?.map((link) => {
      if (link.name === 'cni0') return { ...link, name: 'bond0', kind: 'bond' };
      return link.master === null ? link : { ...link, master: 'bond0' };
    });
    const host = { ...off, links: links ?? null };
    expect(
      only(ask(FORWARD, { from: '10.244.1.5:1', via: 'bond0', to: '10.244.1.6:80', host })).reason?.code,
    ).not.toBe('bridged-unseen');
  });
});

describe('What does physdev say?', () => {
  const bridged: Question = { ...POD, to: '10.244.1.6:80' };
  const routed: Question = POD;
  const plain: Question = {};
  it.each([
    ['--physdev-is-in', 'yes', 'yes', 'no'],
    ['! --physdev-is-in', 'no', 'no', 'yes'],
    ['--physdev-is-bridged', 'yes', 'no', 'no'],
    ['! --physdev-is-bridged', 'no', 'yes', 'yes'],
    ['--physdev-is-out', 'yes', 'no', 'no'],
    ['--physdev-in eth9', 'no', 'no', 'no'],
    ['! --physdev-in eth9', 'yes', 'yes', 'yes'],
    ['--physdev-in veth1', 'unknown', 'unknown', 'no'],
    ['! --physdev-out veth1', 'unknown', 'no', 'yes'],
  ])(
    '%s: %s within the bridge, %s for a packet routed on, %s for one of no bridge',
    (options, ...answers) => {
      expect([bridged, routed, plain].map((question) => matches(`-m physdev ${options}`, question))).toEqual(
        answers,
      );
    },
  );
});

describe('Two backends with rules', () => {
  const nat = (to: string): string =>
    `*nat\n:PREROUTING ACCEPT\n-A PREROUTING -j DNAT --to-destination ${to}`;
  it('are asked in both orders, and it is said which was registered later', () => {
    const trace = ask({ 'iptables-nft': nat('10.244.1.5'), 'iptables-legacy': nat('10.244.1.6') });
    expect(trace.outcomes.map(summary)).toEqual([
      '1 [the iptables-nft tables were registered after the iptables-legacy ones, and so are asked first] accept',
      '1 [the iptables-legacy tables were registered after the iptables-nft ones, and so are asked first] accept',
    ]);
    const steps = trace.outcomes.map(
      ({ path }) =>
        path
          .map(({ step }) => step)
          .filter(isInIptables)
          .find(({ table }) => table === 'nat')?.backend,
    );
    expect(steps).toEqual(['iptables-nft', 'iptables-legacy']);
  });
  it('a rule of either that drops is enough, and then it is nothing who is asked first', () => {
    const trace = ask({
      'iptables-nft': '*filter\n:FORWARD ACCEPT\n-A FORWARD -j ACCEPT',
      'iptables-legacy': '*filter\n:FORWARD DROP',
    });
    expect(trace.outcomes.map(summary)).toEqual(['1 [] drop']);
    expect(trace.outcomes.map(({ decidedBy }) => decidedBy)).toMatchObject([{ backend: 'iptables-legacy' }]);
  });
  it('a backend without rules does not count', () => {
    const trace = ask({ 'iptables-nft': nat('10.244.1.5'), 'iptables-legacy': '*nat\n:PREROUTING ACCEPT' });
    expect(only(trace).given).toEqual([]);
  });
});
