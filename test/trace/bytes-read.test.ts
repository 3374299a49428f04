import { describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/trace/outcome.ts';
import { ask, type Question } from './ask.ts';

/** Verdict, and the answers it rests on. */
function way({ verdict, given }: Outcome): string {
  return [verdict, ...given.map(({ question, held }) => `${held ? '' : 'not '}${question.code}`)].join(' ');
}

/** The same match at PREROUTING and at FORWARD, which alone drops. */
function twice(fits: string, between: string, question: Question = {}): string[] {
  const first = `-A PREROUTING ${fits} -j MARK --set-mark 1`;
  const rules = `*mangle\n:PREROUTING ACCEPT\n:FORWARD ACCEPT\n${first}\n-A FORWARD ${fits} -j DROP`;
  return ask(`${rules}\n*nat\n:PREROUTING ACCEPT\n${between}`, question).outcomes.map(way).sort();
}

const DNAT = '-A PREROUTING -j DNAT --to-destination 10.244.1.9';

/** Asked once, both ways; asked twice, all four. */
const once = (code: string): string[] => [`accept not ${code}`, `drop ${code}`];
const anew = (code: string): string[] => [
  `accept ${code} not ${code}`,
  `accept not ${code} not ${code}`,
  `drop ${code} ${code}`,
  `drop not ${code} ${code}`,
];

describe('Is an answer about what no capture tells kept past what changes it?', () => {
  it.each([
    ['u32', '-m u32 --u32 "16=0xAF40109"'],
    ['string', '-m string --string x --algo bm'],
    ['bpf', '-m bpf --bytecode "1,6 0 0 1"'],
    ['socket', '-m socket --transparent'],
    ['connlimit', '-m connlimit --connlimit-upto 3 --connlimit-mask 32 --connlimit-daddr'],
    ['realm', '-m realm --realm 1'],
  ])('not past NAT, of what reads the ends of a packet: -m %s', (module, fits) => {
    expect(twice(fits, DNAT)).toEqual(anew(`match-${module}`));
  });
  it('nor past the hop that is counted down (ip_forward), of what reads any byte', () => {
    for (const header of [{}, { ttl: 64 }])
      expect(twice('-m u32 --u32 "8>>24=64"', '', { header })).toEqual(anew('match-u32'));
    expect(twice('-m osf --genre Linux', '', { header: { ttl: 64 } })).toEqual(anew('match-osf'));
  });
  it.each([
    ['time', '-m time --timestart 10:00:00'],
    ['cpu', '-m cpu --cpu 0'],
    ['esp', '-p esp -m esp --espspi 5', { protocol: 'esp' }],
  ])('past both, of what reads neither: -m %s', (module, fits, question: Question = {}) => {
    expect(twice(fits, DNAT, question)).toEqual(once(`match-${module}`));
  });
  it('past the hop, of what reads the ends alone', () => {
    expect(twice('-m socket --transparent', '')).toEqual(once('match-socket'));
  });
  it('a client has another bucket once NAT has rewritten what it is counted by (xt_hashlimit.c: dstip)', () => {
    const fits = '-m hashlimit --hashlimit-upto 1/min --hashlimit-mode dstip --hashlimit-name x';
    expect(twice(fits, DNAT)).toContain('drop not match-hashlimit match-hashlimit');
  });
});
