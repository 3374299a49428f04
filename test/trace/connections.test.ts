import { describe, expect, it } from 'vitest';
import { ask, destinationOf, matches, only, rulesOf, sourceOf } from './ask.ts';

const nat = (rules: string): string =>
  `*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n${rules}`;
const SERVICE = '-A PREROUTING -d 10.96.0.1/32 -p tcp -j DNAT --to-destination 10.244.1.5:8080';

describe('What do marks become?', () => {
  const after = (target: string, mark: number): string => {
    const rules = `*mangle\n:PREROUTING ACCEPT\n-A PREROUTING ${target}\n-A PREROUTING`;
    const last = only(ask(rules, { mark })).path[1];
    return `0x${last?.state.mark?.toString(16)}`;
  };
  it.each([
    ['-j MARK --set-xmark 0x5/0xffffffff', 0xf0000000, '0x5'],
    ['-j MARK --set-xmark 0x80000000/0x80000000', 1, '0x80000001'],
    ['-j MARK --set-xmark 0x4000/0x4000', 0xffff0000, '0xffff4000'],
    ['-j MARK --set-xmark 0x4000/0x0', 0x4000, '0x0'],
    ['-j MARK --set-xmark 0x4000/0x0', 0x80000000, '0x80004000'],
    ['-j MARK --set-mark 0x1/0x3', 0x6, '0x5'],
    ['-j MARK --and-mark 0xfffffffe', 0xffffffff, '0xfffffffe'],
    ['-j MARK --or-mark 0x80000000', 0x1, '0x80000001'],
    ['-j MARK --xor-mark 0xffffffff', 0x1, '0xfffffffe'],
  ])('%s of %d', (target, mark, result) => expect(after(target, mark)).toBe(result));

  it('CONNMARK saves and restores only what its masks let through', () => {
    const trace = ask(
      `*mangle
       :PREROUTING ACCEPT
       -A PREROUTING -j CONNMARK --set-xmark 0xf000000f/0xffffffff
       -A PREROUTING -j CONNMARK --save-mark --nfmask 0xff00 --ctmask 0xff
       -A PREROUTING -m connmark --mark 0xf000ab00
       -A PREROUTING -j CONNMARK --restore-mark --nfmask 0xff --ctmask 0xf0000000
       -A PREROUTING -m mark --mark 0xf000ab00`,
      { mark: 0xabcd },
    );
    expect(rulesOf(only(trace))).toEqual([1, 2, 3, 4, 5].map((n) => `PREROUTING ${n}`));
  });
  it('CONNMARK leaves a packet without connection alone', () => {
    const rules = `*mangle
      :PREROUTING ACCEPT
      -A PREROUTING -j CONNMARK --set-xmark 0x1/0xffffffff
      -A PREROUTING -j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff
      -A PREROUTING -m mark --mark 0x7`;
    expect(rulesOf(only(ask(rules, { mark: 7, state: 'UNTRACKED' })))).toHaveLength(3);
  });
  it('HMARK makes the mark unknown, and a full mask makes it known again', () => {
    const rules = `*mangle
      :PREROUTING ACCEPT
      -A PREROUTING -j HMARK --hmark-tuple src --hmark-mod 8 --hmark-rnd 1
      -A PREROUTING -m mark --mark 0x1 -j RETURN
      -A PREROUTING -j MARK --set-xmark 0x5/0xffffffff
      -A PREROUTING -m mark --mark 0x5`;
    expect(ask(rules).outcomes.map((outcome) => rulesOf(outcome).length)).toEqual([2, 3]);
  });
});

describe('NOTRACK', () => {
  const rules = (hook: string): string =>
    `*raw\n:${hook} ACCEPT\n-A ${hook} -j CT --notrack\n*mangle\n:${hook} ACCEPT\n-A ${hook} -m conntrack --ctstate UNTRACKED`;
  it('makes a packet UNTRACKED and keeps it from nat', () => {
    const trace = ask(`${rules('PREROUTING')}\n${nat(SERVICE)}`, { to: '10.96.0.1:80' });
    expect(rulesOf(only(trace))).toEqual(['PREROUTING 1', 'PREROUTING 1']);
    expect(destinationOf(only(trace))).toBe('10.96.0.1:80');
  });
  it('comes before the connection table is looked at', () => {
    const flows =
      'tcp 6 100 ESTABLISHED src=8.8.8.8 dst=8.8.4.4 sport=40000 dport=80 src=8.8.4.4 dst=8.8.8.8 sport=80 dport=40000 [ASSURED] mark=0 use=1';
    expect(rulesOf(only(ask(rules('PREROUTING'), { flows })))).toEqual(['PREROUTING 1', 'PREROUTING 1']);
  });
  it('is too late for a packet that came back through lo', () => {
    const trace = ask(rules('PREROUTING'), { via: null, to: '192.168.1.9:80' });
    expect(rulesOf(only(trace))).toEqual(['PREROUTING 1']);
  });
  it('stays with a packet on its way round through lo', () => {
    const both = `${rules('OUTPUT')}\n*filter\n:INPUT ACCEPT\n-A INPUT -m conntrack --ctstate UNTRACKED`;
    expect(rulesOf(only(ask(both, { via: null, to: '192.168.1.9:80' })))).toEqual([
      'OUTPUT 1',
      'OUTPUT 1',
      'INPUT 1',
    ]);
  });
});

describe('Which state has a packet?', () => {
  it('none before conntrack: raw sees INVALID', () => {
    const rules =
      '*raw\n:PREROUTING ACCEPT\n-A PREROUTING -m conntrack --ctstate NEW\n-A PREROUTING -m conntrack --ctstate INVALID';
    expect(rulesOf(only(ask(rules)))).toEqual(['PREROUTING 2']);
  });
  it('but over lo raw sees the connection, confirmed', () => {
    const rules = '*raw\n:PREROUTING ACCEPT\n-A PREROUTING -m conntrack --ctstate NEW --ctstatus CONFIRMED';
    expect(rulesOf(only(ask(rules, { via: null, to: '192.168.1.1:80' })))).toEqual(['PREROUTING 1']);
  });
  it('DNAT and SNAT from the rewrite on, and not for one that changes nothing', () => {
    const forward =
      '*filter\n:FORWARD ACCEPT\n-A FORWARD -m conntrack --ctstate DNAT\n-A FORWARD -m conntrack ! --ctstate NEW,SNAT';
    const question = { to: '10.96.0.1:80' };
    expect(rulesOf(only(ask(`${nat(SERVICE)}\n${forward}`, question)), 'filter')).toEqual(['FORWARD 1']);
    const same = nat('-A PREROUTING -p tcp -j DNAT --to-destination 10.96.0.1:80');
    expect(rulesOf(only(ask(`${same}\n${forward}`, question)), 'filter')).toEqual([]);
  });
  it('as the question says', () => {
    for (const state of ['NEW', 'ESTABLISHED', 'RELATED', 'INVALID', 'UNTRACKED'] as const)
      expect(matches(`-m conntrack --ctstate ${state}`, { state })).toBe('yes');
  });
  it('an ICMP error about a flow is not asked by nat, and it is said that the flow is not known', () => {
    const question = {
      state: 'RELATED',
      protocol: 'icmp',
      icmp: { type: 3, code: 1 },
      to: '10.96.0.1',
    } as const;
    const trace = ask(nat('-A PREROUTING -j DNAT --to-destination 10.244.1.5'), question);
    expect(destinationOf(only(trace))).toBe('10.96.0.1');
    expect(trace.assumptions.map(({ code }) => code)).toContain('flow-not-rewritten');
  });
  it('a connection that another announced is asked by nat', () => {
    const trace = ask(nat(SERVICE), { state: 'RELATED', to: '10.96.0.1:80' });
    expect(destinationOf(only(trace))).toBe('10.244.1.5:8080');
  });
  it('an established flow that no capture holds is taken to be one that nat left alone, and that is said', () => {
    const trace = ask(nat(SERVICE), { state: 'ESTABLISHED', to: '10.96.0.1:80' });
    expect(destinationOf(only(trace))).toBe('10.96.0.1:80');
    expect(trace.assumptions.map(({ code }) => code)).toContain('flow-not-rewritten');
  });
});

describe('Does a flow that is there decide?', () => {
  const flow = (state: string, flags: string): string =>
    `tcp 6 100 ${state} src=8.8.8.8 dst=10.96.0.1 sport=40000 dport=80 ${flags.includes('UNREPLIED') ? '[UNREPLIED] ' : ''}src=10.244.1.9 dst=192.168.1.1 sport=8080 dport=5000 ${flags.includes('ASSURED') ? '[ASSURED] ' : ''}mark=7 use=1`;
  const forward = `*filter
    :FORWARD ACCEPT
    -A FORWARD -m conntrack --ctstate NEW
    -A FORWARD -m conntrack --ctstate ESTABLISHED
    -A FORWARD -m conntrack --ctstate DNAT -m connmark --mark 0x7
    -A FORWARD -m conntrack --ctdir REPLY`;
  const rules = `${nat(SERVICE)}\n${forward}`;
  const question = { to: '10.96.0.1:80' };

  it('a packet goes where the flow goes, whatever the rules say now', () => {
    const outcome = only(ask(rules, { ...question, flows: flow('ESTABLISHED', 'ASSURED') }));
    expect(destinationOf(outcome)).toBe('10.244.1.9:8080');
    expect(sourceOf(outcome)).toBe('192.168.1.1:5000');
    expect(rulesOf(outcome, 'nat')).toEqual([]);
    expect(rulesOf(outcome, 'filter')).toEqual(['FORWARD 2', 'FORWARD 3']);
  });
  it('one that was never answered keeps its packets NEW, and its rewrite', () => {
    const outcome = only(ask(rules, { ...question, flows: flow('SYN_SENT', 'UNREPLIED') }));
    expect(destinationOf(outcome)).toBe('10.244.1.9:8080');
    expect(rulesOf(outcome, 'filter')).toEqual(['FORWARD 1', 'FORWARD 3']);
  });
  it('an answer is rewritten the other way round', () => {
    const outcome = only(
      ask(rules, {
        from: '10.244.1.9:8080',
        via: 'cni0',
        to: '192.168.1.1:5000',
        flows: flow('ESTABLISHED', 'ASSURED'),
      }),
    );
    expect(destinationOf(outcome)).toBe('8.8.8.8:40000');
    expect(sourceOf(outcome)).toBe('10.96.0.1:80');
    expect(rulesOf(outcome, 'filter')).toEqual(['FORWARD 2', 'FORWARD 3', 'FORWARD 4']);
  });
  it.each(['TIME_WAIT', 'CLOSE'])(
    'a new connection over the ports of one in %s asks the rules anew, in CLOSE where the client closed it',
    (state) => {
      const trace = ask(rules, { ...question, flows: flow(state, 'ASSURED') });
      const outcome = trace.outcomes[0] ?? expect.fail();
      expect(trace.outcomes).toHaveLength(state === 'CLOSE' ? 2 : 1);
      expect(destinationOf(outcome)).toBe('10.244.1.5:8080');
      expect(rulesOf(outcome, 'filter')).toEqual(['FORWARD 1']);
    },
  );
  it('another source port is another flow', () => {
    const outcome = only(
      ask(rules, { ...question, from: '8.8.8.8:40001', flows: flow('ESTABLISHED', 'ASSURED') }),
    );
    expect(destinationOf(outcome)).toBe('10.244.1.5:8080');
  });
});
