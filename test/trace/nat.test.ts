import { describe, expect, it } from 'vitest';
import { addressOf, ask, destinationOf, only, type Question, rulesOf, sourceOf, sumsByGiven } from './ask.ts';
import { nodeOf } from './node.ts';

const nat = (rules: string): string =>
  `*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n${rules}`;
const going = (target: string, question: Question = {}): string[] =>
  ask(nat(`-A PREROUTING -j ${target}\n-A OUTPUT -j ${target}`), question).outcomes.map(destinationOf);
const coming = (target: string, question: Question = {}): string[] =>
  ask(nat(`-A POSTROUTING -j ${target}`), question).outcomes.map(sourceOf);

describe('Where does DNAT send a packet?', () => {
  it.each([
    ['an address keeps the port', '10.244.1.5', '10.244.1.5:80'],
    ['a port alone keeps the address', ':8080', '8.8.4.4:8080'],
    ['a range of ports that holds the port keeps it', '10.244.1.5:70-90', '10.244.1.5:80'],
    ['a base moves the port into the range', '10.244.1.5:1000-1009/75', '10.244.1.5:1005'],
    ['and wraps around at its end', '10.244.1.5:1000-1009/65', '10.244.1.5:1005'],
    ['also below the base', '10.244.1.5:1000-1009/81', '10.244.1.5:1005'],
  ])('%s', (_, to, result) => {
    const trace = ask(nat(`-A PREROUTING -p tcp -j DNAT --to-destination ${to}`));
    expect(destinationOf(only(trace))).toBe(result);
  });

  it('a port outside of the range is one of the range, which one is not known', () => {
    expect(going('DNAT --to-destination 10.244.1.5:1000-1009')).toEqual(['10.244.1.5']);
  });
  // The expected addresses are what Linux 6.18 (x86-64) chose for these packets.
  it('of a range of addresses the kernel takes one by a hash of both ends, which has no secret', () => {
    const taken = (from: string, options = ''): string =>
      destinationOf(
        only(
          ask(nat(`-A PREROUTING -j DNAT --to-destination 10.244.2.10-10.244.2.33${options}`), {
            from,
            to: '10.96.0.10:80',
          }),
        ),
      );
    expect(['192.168.1.2:1', '10.244.0.10:1', '172.16.0.2:1'].map((from) => taken(from))).toEqual([
      '10.244.2.20:80',
      '10.244.2.24:80',
      '10.244.2.15:80',
    ]);
    expect(['192.168.1.2:1', '10.244.0.10:1'].map((from) => taken(from, ' --persistent'))).toEqual([
      '10.244.2.29:80',
      '10.244.2.25:80',
    ]);
  });
  it('and of IPv6 by one that goes on with what was just written (find_best_ips_proto)', () => {
    const rules = nat('-A PREROUTING -j DNAT --to-destination fd00:244:2::10-fd00:244:2::1:ffff');
    const trace = ask(rules, { from: '[fd00:1::2]:1', to: '[fd00:96::a]:80' });
    expect(destinationOf(only(trace))).toBe('[fd00:244:2::e90e]:80');
  });
  it('a range of addresses is as many ways where the client is not known, each under its condition', () => {
    const trace = ask(nat('-A PREROUTING -j DNAT --to-destination 10.244.1.5-10.244.1.7:8080'), {
      from: '?',
    });
    expect(trace.outcomes.map(destinationOf)).toEqual([
      '10.244.1.5:8080',
      '10.244.1.6:8080',
      '10.244.1.7:8080',
    ]);
    expect(sumsByGiven(trace)).toEqual([1, 1, 1]);
  });
  it('a range of very many addresses is unknown, not its first ones', () => {
    const outcome = only(
      ask(nat('-A PREROUTING -j DNAT --to-destination 10.244.0.0-10.244.255.255'), { from: '?' }),
    );
    expect(outcome).toMatchObject({ verdict: 'unknown', reason: { code: 'nat-target-unreadable' } });
  });
  it('a dump that does not say where: unknown, unless somebody knows', () => {
    const rules = nat('-A PREROUTING -p tcp -j DNAT [unsupported revision]');
    expect(only(ask(rules))).toMatchObject({ verdict: 'unknown', reason: { code: 'nat-target-unreadable' } });
    const { value } = addressOf('10.244.1.5');
    const to = { from: value, to: value, ports: { from: 8080, to: 8080 }, portBase: null };
    expect(destinationOf(only(ask(rules, { recoverDestination: () => to })))).toBe('10.244.1.5:8080');
  });
  it('IPv6 takes brackets', () => {
    expect(
      going('DNAT --to-destination [fd00:244::5]:8080', { from: '[fd00:1::2]:1', to: '[fd00:96::1]:80' }),
    ).toEqual(['[fd00:244::5]:8080']);
  });
  it('only the first rewrite of a packet counts, and everything after it is skipped', () => {
    const trace = ask(nat('-A PREROUTING -j DNAT --to-destination 10.244.1.5\n-A PREROUTING -j DROP'));
    expect(rulesOf(only(trace))).toEqual(['PREROUTING 1']);
  });
  it('to an address of the node delivers it there', () => {
    const outcome = only(ask(nat('-A PREROUTING -j DNAT --to-destination 192.168.1.9')));
    expect(outcome.exit).toEqual({ kind: 'local' });
  });
});

describe('REDIRECT, NETMAP and TPROXY', () => {
  it('REDIRECT takes the first address of the interface, and loopback for the node’s own packets', () => {
    expect(going('REDIRECT')).toEqual(['192.168.1.1:80']);
    expect(ask(nat('-A PREROUTING -p tcp -j REDIRECT --to-ports 8080')).outcomes.map(destinationOf)).toEqual([
      '192.168.1.1:8080',
    ]);
    expect(going('REDIRECT', { via: null })).toEqual(['127.0.0.1:80']);
    expect(going('REDIRECT', { via: null, from: '[fd00:1::1]:1', to: '[fd00:96::1]:80' })).toEqual([
      '[::1]:80',
    ]);
  });
  it('REDIRECT drops where the interface has no address, and is unknown where addresses were not captured', () => {
    expect(only(ask(nat('-A PREROUTING -j REDIRECT'), { via: 'veth1' }))).toMatchObject({
      verdict: 'drop',
      reason: { code: 'no-address' },
    });
    const host = nodeOf({ host: { links: null } });
    expect(only(ask(nat('-A PREROUTING -j REDIRECT'), { host })).verdict).toBe('unknown');
  });
  it('NETMAP replaces the network and keeps the host', () => {
    expect(going('NETMAP --to 10.244.1.0/24')).toEqual(['10.244.1.4:80']);
    expect(coming('NETMAP --to 10.77.0.0/16')).toEqual(['10.77.8.8:40000']);
  });
  const tproxy = `*mangle\n:PREROUTING ACCEPT\n-A PREROUTING -p tcp -j TPROXY --on-port 15001 --on-ip 127.0.0.1 --tproxy-mark 0x1/0x1`;
  it('TPROXY drops without a socket; with one the mark must lead to the node', () => {
    const { outcomes } = ask(tproxy);
    expect(outcomes.map(({ verdict, reason }) => [verdict, reason?.code])).toEqual([
      ['drop', undefined],
      ['drop', 'tproxy-not-local'],
    ]);
    const host = nodeOf({
      routes: ['local 0.0.0.0/0 dev lo table 100'],
      rules: [{ priority: 100, src: 'all', fwmark: '0x1', table: '100' }],
    });
    expect(ask(tproxy, { host }).outcomes.map(({ verdict, exit }) => [verdict, exit?.kind])).toEqual([
      ['drop', undefined],
      ['accept', 'local'],
    ]);
  });
});

describe('Which source does a packet leave with?', () => {
  it('SNAT', () => {
    expect(coming('SNAT --to-source 192.168.1.9')).toEqual(['192.168.1.9:40000']);
    expect(coming('SNAT --to-source 192.168.1.9 --random-fully')).toEqual(['192.168.1.9:?']);
    const anybody = { from: '?' };
    expect(coming('SNAT --to-source 192.168.1.9-192.168.1.10', anybody)).toEqual([
      '192.168.1.9:?',
      '192.168.1.10:?',
    ]);
    expect(coming('SNAT --to-source 10.0.0.0-10.255.255.255', anybody)).toEqual(['?:?']);
  });
  it('a source that lies in the range already stays', () => {
    const inside = { from: '10.3.3.3:40000' };
    expect(coming('SNAT --to-source 10.0.0.0-10.255.255.255', inside)).toEqual(['10.3.3.3:40000']);
  });
  it('SNAT with ports', () => {
    const source = (to: string): string =>
      sourceOf(only(ask(nat(`-A POSTROUTING -p tcp -j SNAT --to-source ${to}`))));
    expect(source('192.168.1.9:5000')).toBe('192.168.1.9:5000');
    expect(source('192.168.1.9:5000-6000')).toBe('192.168.1.9:?');
    expect(source('192.168.1.9:30000-50000')).toBe('192.168.1.9:40000');
  });
  it('MASQUERADE takes the address of the way out, the one in the next hop’s network first', () => {
    expect(coming('MASQUERADE')).toEqual(['192.168.1.1:40000']);
    expect(coming('MASQUERADE', { to: '172.16.0.9:80' })).toEqual(['172.16.0.1:40000']);
    expect(coming('MASQUERADE --random-fully', { to: '10.244.1.5:80' })).toEqual(['10.244.1.1:?']);
    const host = nodeOf({ host: { links: null } });
    expect(coming('MASQUERADE', { host })).toEqual(['?:40000']);
  });
  it('nat INPUT rewrites the source of what is for the node', () => {
    const outcome = only(ask(nat('-A INPUT -j SNAT --to-source 10.0.0.7'), { to: '192.168.1.1:80' }));
    expect(sourceOf(outcome)).toBe('10.0.0.7:40000');
  });
  it('a rewrite to what the packet has already is no SNAT', () => {
    const rules = (to: string): string =>
      `${nat(`-A POSTROUTING -j SNAT --to-source ${to}`)}\n*filter\n:INPUT ACCEPT\n-A INPUT -m conntrack --ctstate SNAT`;
    const question = { via: null, from: '192.168.1.1:40000', to: '192.168.1.9:80' };
    expect(rulesOf(only(ask(rules('192.168.1.1'), question)), 'filter')).toEqual([]);
    expect(rulesOf(only(ask(rules('192.168.1.9'), question)), 'filter')).toEqual(['INPUT 1']);
  });
  it('hairpin: a pod that reaches itself through its Service is masqueraded', () => {
    const rules = nat(`
      :SEP -
      -A PREROUTING -d 10.96.0.1/32 -j SEP
      -A SEP -s 10.244.1.5/32 -j MARK --set-xmark 0x4000/0x4000
      -A SEP -p tcp -j DNAT --to-destination 10.244.1.5:8080
      -A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE`);
    const from = (address: string): string =>
      sourceOf(only(ask(rules, { via: 'cni0', from: address, to: '10.96.0.1:80' })));
    expect(from('10.244.1.5:1000')).toBe('10.244.1.1:1000');
    expect(from('10.244.1.6:1000')).toBe('10.244.1.6:1000');
  });
});
