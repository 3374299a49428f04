import { describe, expect, it } from 'vitest';
import { ask } from './ask.ts';

describe('Which flow is a packet of whose zone is its mark, which nothing tells (nf_ct_zone_tmpl)?', () => {
  // All packets of a CT rule share its template, and the mark that another packet left there.
  const rules = `*raw
    :PREROUTING ACCEPT
    -A PREROUTING -j CT --zone mark
    -A PREROUTING -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xf0
    *mangle
    :FORWARD ACCEPT
    -A FORWARD -m conntrack --ctstate ESTABLISHED -j DROP`;
  const flow = (zone: string): string =>
    `udp 17 9 src=10.244.1.5 dst=8.8.8.8 sport=1000 dport=53 src=8.8.8.8 dst=10.244.1.5 sport=53 dport=1000 ${zone}use=1`;
  const ways = (flows: string): string[] =>
    ask(rules, {
      from: '10.244.1.5:1000',
      via: 'cni0',
      to: '8.8.8.8:53',
      protocol: 'udp',
      flows,
    }).outcomes.map(({ verdict, given }) =>
      [
        verdict,
        ...given.map(({ question, held }) =>
          question.code === 'flow-zone' ? `${question.zone} ${held}` : question.code,
        ),
      ].join(' '),
    );

  it('that of any zone, or of none where it has one', () => {
    expect(ways(flow(''))).toEqual(['drop 0 true', 'accept 0 false']);
    expect(ways(`${flow('')}\n${flow('zone=32 ')}`)).toEqual([
      'drop 0 true',
      'drop 0 false 32 true',
      'accept 0 false 32 false',
    ]);
  });
  it('new, where no zone has one for it', () => {
    expect(ways(flow('').replaceAll('1000', '1001'))).toEqual(['accept']);
  });
});
