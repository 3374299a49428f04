import { describe, expect, it } from 'vitest';
import { ask, only } from './ask.ts';
import { nodeOf } from './node.ts';

// What Linux 6.18 did in experiments by hand where the tracer believed otherwise, with the function that does it.

const NONE = '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT';

describe('What does a process get to know at once?', () => {
  it.each([
    ['prohibit', 'EACCES'],
    ['unreachable', 'EHOSTUNREACH'],
    ['blackhole', 'EINVAL'],
  ])('a route of type %s is %s (fib_props, ip6_rt_type_to_error)', (type, error) => {
    const host = nodeOf({ routes: [`${type} 8.8.4.0/24`] });
    expect(only(ask(NONE, { via: null, host }))).toMatchObject({ verdict: 'reject', rejectWith: error });
  });
  it.each([
    ['prohibit', 'EACCES', 'icmp-admin-prohibited'],
    ['unreachable', 'ENETUNREACH', 'icmp-net-unreachable'],
    ['blackhole', 'EINVAL', null],
  ])('a policy rule with action %s is %s, and %s to a client (fib4_rule_action)', (action, error, icmp) => {
    const host = nodeOf({ rules: [{ priority: 50, src: 'all', dst: '8.8.4.4', action }] });
    expect(only(ask(NONE, { via: null, host })).rejectWith).toBe(error);
    expect(only(ask(NONE, { host })).rejectWith).toBe(icmp);
  });
  it('that a loopback source cannot leave: EINVAL (ip_route_output_key_hash_rcu)', () => {
    const outcome = only(ask(NONE, { via: null, from: '127.0.0.1:1' }));
    expect(outcome).toMatchObject({ verdict: 'reject', rejectWith: 'EINVAL' });
    expect(outcome.reason?.code).toBe('route-localnet-off');
  });
});
