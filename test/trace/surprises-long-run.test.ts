import { describe, expect, it } from 'vitest';
import { ask, destinationOf, only, rulesOf } from './ask.ts';
import { nodeOf } from './node.ts';

// What a run of `npm run test:kernel -- --packets 100000` found that shorter ones had not.

describe('What may REDIRECT write?', () => {
  const redirect =
    '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p tcp -j REDIRECT --to-ports 15001\n*filter\n:INPUT ACCEPT';
  const to = (destination: string): string => {
    const outcome = only(ask(redirect, { from: '[fd00:244::5]:1', to: `[${destination}]:80`, via: 'cni0' }));
    return outcome.verdict === 'accept' ? destinationOf(outcome) : (outcome.reason?.code ?? outcome.verdict);
  };
  it('of ::1, ::192.0.2.1 and link-local destinations only addresses of their kind (nf_nat_redirect_ipv6_usable, nf_nat_redirect.c)', () => {
    expect(to('::1')).toBe('no-address');
    expect(to('::192.0.2.1')).toBe('no-address');
    expect(to('fe80::5')).toBe('no-address');
    expect(to('fd00:1::9')).toBe('[fd00:244::1]:15001');
  });
});

describe('What does an xt_recent list know of an address?', () => {
  const host = nodeOf({ host: { recent: new Map([['a', []]]) } });
  const rules = (first: string, second: string): string =>
    `*mangle\n:POSTROUTING ACCEPT\n:INPUT ACCEPT\n-A POSTROUTING ${first}\n-A INPUT ${second} -j DROP`;
  const verdicts = (first: string, second: string, from: string): string[] =>
    ask(rules(first, second), { from, to: '192.168.1.1:80', via: null, host }).outcomes.map(
      ({ verdict }) => verdict,
    );
  it('not by which side it was entered: a node that talks to itself is found as source (recent_mt, xt_recent.c)', () => {
    const set = '-m recent --set --name a --rdest';
    const check = '-m recent --rcheck --name a --rsource';
    expect(verdicts(set, check, '192.168.1.1:1000')).toEqual(['drop']);
    expect(verdicts(set, check, '172.16.0.1:1000')).toEqual(['accept']);
    expect(verdicts(set, '-m recent --remove --name a --rsource', '192.168.1.1:1000')).toEqual(['drop']);
    expect(verdicts(set, check.replace('a --', 'b --'), '192.168.1.1:1000')).toEqual(['drop', 'accept']);
  });
  it('only as its mask leaves it', () => {
    const set = '-m recent --set --name a --mask 255.255.0.0 --rdest';
    const check = '-m recent --rcheck --name a --mask 255.255.0.0 --rsource';
    expect(verdicts(set, check, '192.168.1.9:1000')).toEqual(['drop']);
    expect(verdicts(set, check, '172.16.0.1:1000')).toEqual(['accept']);
  });
  it('of a sender who is not known it cannot be told', () => {
    const text = `*mangle
      :PREROUTING ACCEPT
      -A PREROUTING -m recent --set --name a --rdest
      -A PREROUTING -m recent --rcheck --name a --rsource -j DROP`;
    expect(ask(text, { from: '?', host }).outcomes.map(({ verdict }) => verdict)).toEqual(['drop', 'accept']);
    expect(only(ask(text, { from: '8.8.8.8:1', host })).verdict).toBe('accept');
  });
});

describe('In which zone is a flow looked for?', () => {
  const flow = (zone: string): string =>
    `udp 17 9 src=8.8.8.8 dst=8.8.4.4 sport=40000 dport=80 ${zone}src=8.8.4.4 dst=8.8.8.8 sport=80 dport=40000 mark=0 use=1`;
  const rules = (zone: string): string =>
    `*raw\n:PREROUTING ACCEPT\n-A PREROUTING -j CT ${zone}\n*filter\n:FORWARD ACCEPT\n-A FORWARD -m conntrack --ctstate ESTABLISHED`;
  const isFound = (zone: string, flows: string, from: string, to: string): boolean =>
    rulesOf(only(ask(rules(zone), { protocol: 'udp', from, to, flows }))).includes('FORWARD 1');
  const CLIENT = '8.8.8.8:40000';
  const SERVER = '8.8.4.4:80';
  it('in that of its own direction only (nf_ct_key_equal, resolve_normal_ct in nf_conntrack_core.c)', () => {
    expect(isFound('--zone-orig 7', flow('zone-orig=7 '), CLIENT, SERVER)).toBe(true);
    expect(isFound('--zone-orig 7', flow(''), CLIENT, SERVER)).toBe(false);
    expect(isFound('--zone-reply 7', flow('zone-orig=7 '), CLIENT, SERVER)).toBe(false);
  });
  it('an answer is found by the zone that the flow has for answers', () => {
    expect(isFound('--zone-orig 7', flow('zone-orig=7 '), SERVER, CLIENT)).toBe(true);
    expect(isFound('--zone-orig 7', flow(''), SERVER, CLIENT)).toBe(true);
    expect(isFound('--zone 7', flow(''), SERVER, CLIENT)).toBe(false);
  });
});
