import { describe, expect, it } from 'vitest';
import type { Host, Link } from '../../src/host/facts.ts';
import { parseLinks } from '../../src/host/parse-links.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { ask } from './ask.ts';
import { nodeOf } from './node.ts';

// On 6.1 in user-mode Linux, a packet by a port of a VRF counted once at each of `-i e0` and `-i v0` in raw PREROUTING.

const V0 = '{"ifindex": 7, "ifname": "v0", "flags": ["NOARP","MASTER","UP","LOWER_UP"], "addr_info": []}';

function withVrf(port: string | null): Host {
  const host = nodeOf();
  const [vrf] = parseLinks(`[${V0}]`, 'ip-addr.json', new ProblemList()) ?? [];
  if (vrf === undefined) throw new Error('no link');
  const links = (host.links ?? []).map(
    (link): Link => (link.name === port ? { ...link, master: 'v0' } : link),
  );
  return { ...host, links: [...links, vrf] };
}

function reasons(host: Host, via?: string): unknown[] {
  const drops = '*filter\n:FORWARD ACCEPT\n-A FORWARD -i eth0 -j DROP';
  const trace = ask(drops, { host, ...(via === undefined ? {} : { via }) });
  return trace.outcomes.map(({ verdict, reason }) => reason ?? verdict);
}

describe('What becomes of a packet by a VRF, whose rules see two devices one after the other (vrf_ip_rcv)?', () => {
  const unknown = [{ code: 'vrf-not-followed', vrf: 'v0' }];
  it('that is not followed, and said, also where `ip addr` was taken without -d', () => {
    expect(reasons(withVrf('eth0'))).toEqual(unknown);
    expect(reasons(withVrf(null), 'v0')).toEqual(unknown);
  });
  it('nor where a bridge is its port, whose ports rules do not see', () => {
    const trace = ask('', { host: withVrf('cni0'), via: 'cni0', port: 'veth1', from: '10.244.1.5:1' });
    expect(trace.outcomes.map(({ reason }) => reason)).toEqual(unknown);
  });
  it('and so for one that a route gives to a VRF', () => {
    const host = { ...nodeOf({ routes: ['8.8.4.0/24 dev v0'] }), links: withVrf(null).links };
    const trace = ask('', { host, to: '8.8.4.4:80' });
    expect(trace.outcomes.map(({ reason }) => reason)).toEqual(unknown);
  });
  it('nothing of that where a VRF joins others', () => {
    expect(reasons(withVrf('eth1'))).toEqual(['drop']);
  });
  it('and what a process sends by a port of one, or a rule masquerades there: addresses and second routes are of the VRF', () => {
    // By a port with a route in main, 6.1 sent a process's packet from 0.0.0.0, and one with a mark by the VRF's own default route.
    const own = ask('', { host: withVrf('eth0'), via: null, from: '?', to: '8.8.4.4:80' });
    expect(own.outcomes.map(({ reason }) => reason)).toEqual(unknown);
    const masquerade = '*nat\n:POSTROUTING ACCEPT\n-A POSTROUTING -j MASQUERADE';
    const forwarded = { host: withVrf('eth0'), via: 'cni0', from: '10.244.1.5:1', to: '8.8.4.4:80' };
    expect(ask(masquerade, forwarded).outcomes.map(({ reason }) => reason)).toEqual(unknown);
    expect(ask('', forwarded).outcomes.map(({ verdict }) => verdict)).toEqual(['accept']);
  });
});
