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
    expect(reason).toMatchObject({ code: 'ports-taken', file: 'conntrack.txt' });
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
