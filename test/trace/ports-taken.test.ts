import { describe, expect, it } from 'vitest';
import { ask, only, sourceOf } from './ask.ts';

const flow = (port: number, { protocol = 'udp', to = '8.8.4.4', state = 'ESTABLISHED' } = {}): string =>
  `${protocol === 'tcp' ? `tcp 6 86000 ${state}` : 'udp 17 110'} src=10.244.1.9 dst=${to} sport=${port + 2000} dport=80 src=${to} dst=192.168.1.9 sport=80 dport=${port} [ASSURED] mark=0 use=1\n`;

const traced = (target: string, flows: string, protocol = 'udp') =>
  only(ask(`*nat\n:POSTROUTING ACCEPT\n-A POSTROUTING -p ${protocol} -j ${target}`, { flows, protocol }));

// Kernel 6.18: clients behind a router, one after another to one server; conntrack -S counts insert_failed.
describe('Does a packet get through whose rule leaves it only source ports that other flows have?', () => {
  it.each([
    ['udp', 'SNAT --to-source 192.168.1.9:4000', flow(4000)],
    ['udp', 'SNAT --to-source 192.168.1.9:4000 --random-fully', flow(4000)],
    ['udp', 'SNAT --to-source 192.168.1.9:4000-4001', flow(4000) + flow(4001)],
    ['tcp', 'SNAT --to-source 192.168.1.9:4000', flow(4000, { protocol: 'tcp' })],
  ])('no: %s, %s', (protocol, target, flows) => {
    const { verdict, reason } = traced(target, flows, protocol);
    expect(verdict).toBe('drop');
    expect(reason).toMatchObject({ code: 'answers-taken', file: 'conntrack.txt' });
  });

  it.each([
    [
      'of another destination',
      'SNAT --to-source 192.168.1.9:4000',
      flow(4000, { to: '8.8.4.5' }),
      '192.168.1.9:4000',
    ],
    [
      'of another protocol',
      'SNAT --to-source 192.168.1.9:4000',
      flow(4000, { protocol: 'tcp' }),
      '192.168.1.9:4000',
    ],
    ['where one of a range is free', 'SNAT --to-source 192.168.1.9:4000-4001', flow(4000), '192.168.1.9:?'],
    ['where the rule names no port', 'SNAT --to-source 192.168.1.9', flow(40_000), '192.168.1.9:?'],
    ['where no flow has it', 'SNAT --to-source 192.168.1.9:4000', '', '192.168.1.9:4000'],
  ])('yes, %s', (_, target, flows, source) => {
    const outcome = traced(target, flows);
    expect([outcome.verdict, sourceOf(outcome)]).toEqual(['accept', source]);
  });

  it('a TCP flow that is closed may make room', () => {
    const flows = flow(4000, { protocol: 'tcp', state: 'TIME_WAIT' });
    expect(traced('SNAT --to-source 192.168.1.9:4000', flows, 'tcp').verdict).toBe('accept');
  });
});

// Kernel 6.18: one socket's datagrams, the first in a zone of its own (`ct original zone set 7`). With a chain of nat the second goes out
// from another port, without any send() gets EPERM, and conntrack -S counts insert_failed.
describe('Does a packet get through whose answers another flow gets, where no rule rewrites it?', () => {
  const flows = `udp 17 29 src=192.168.1.77 dst=8.8.4.4 sport=4444 dport=80 zone-orig=7 [UNREPLIED] src=8.8.4.4 dst=192.168.1.77 sport=80 dport=4444 mark=0 use=1\n`;
  const question = { from: '192.168.1.77:4444', to: '8.8.4.4:80', protocol: 'udp', flows };
  const ends = (rules: string) =>
    ask(rules, question).outcomes.map((outcome) => [
      outcome.verdict,
      outcome.reason?.code ?? sourceOf(outcome),
      outcome.given.map(({ question: { code }, held }) => `${held ? '' : 'not '}${code}`).join(),
    ]);

  it('yes, from another port, with a chain of nat', () => {
    const nat = '*nat\n:POSTROUTING ACCEPT\n-A POSTROUTING -d 203.0.113.1 -j MASQUERADE';
    expect(ends(nat)).toEqual([['accept', '192.168.1.77:?', '']]);
  });

  it('without any it is dropped: both, where no chain of nat is known', () => {
    expect(ends('*filter\n:FORWARD ACCEPT')).toEqual([
      ['drop', 'answers-taken', 'not nat-hooked'],
      ['accept', '192.168.1.77:?', 'nat-hooked'],
    ]);
  });
});
