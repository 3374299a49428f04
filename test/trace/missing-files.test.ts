import { describe, expect, it } from 'vitest';
import type { Host, Link } from '../../src/host/facts.ts';
import { formatAddress } from '../../src/net/address.ts';
import type { Trace } from '../../src/trace/outcome.ts';
import { ask } from './ask.ts';
import { nodeOf } from './node.ts';

// What `npm run test:kernel -- --lane lost` found: certain answers that rested on a file which was not captured.

const NONE = '';

function assumed({ assumptions }: Trace): string[] {
  return assumptions.map(({ code }) => code);
}

describe('IPv6 is not forwarded: is that certain?', () => {
  const v6 = { from: '[fd00:1::2]:1', to: '[fd00:244::5]:80' };
  const off = { 'net.ipv6.conf.all.forwarding': '0' };
  const traced = (sysctls: Readonly<Record<string, string>>): Trace =>
    ask(NONE, { ...v6, host: nodeOf({ sysctls: { ...off, ...sysctls } }) });
  it('not where the device’s own switch was not captured, which wins since 6.17 (ip6_forward: force_forwarding)', () => {
    const trace = traced({});
    expect(trace.outcomes.map(({ reason }) => reason?.code)).toEqual(['forwarding-off']);
    expect(assumed(trace)).toContain('force-forwarding');
  });
  it('where it is 0, or the kernel has none beside the device’s other switches', () => {
    expect(assumed(traced({ 'net.ipv6.conf.eth0.force_forwarding': '0' }))).toEqual([]);
    expect(assumed(traced({ 'net.ipv6.conf.eth0.disable_ipv6': '0' }))).toEqual([]);
  });
  it('not where some device forwards, and which the packet came in by is open', () => {
    const host = nodeOf({ sysctls: { ...off, 'net.ipv6.conf.eth0.force_forwarding': '1' } });
    const trace = ask(NONE, { ...v6, via: undefined, host });
    expect(trace.outcomes.map(({ reason }) => reason?.code)).not.toContain('forwarding-off');
    expect(assumed(trace)).toContain('forwarding');
  });
});

describe('Does a bridge pass a frame on?', () => {
  const pod = { from: '10.244.1.5:1000', via: 'cni0', to: '10.244.1.6:80' };
  const withPorts = (ports: Readonly<Record<string, Partial<Link>>>): Host => {
    const node = nodeOf();
    return { ...node, links: (node.links ?? []).map((link) => ({ ...link, ...ports[link.name] })) };
  };
  it('ports may be isolated where `ip addr` was taken without -d (br_skb_isolated)', () => {
    expect(assumed(ask(NONE, { ...pod, host: withPorts({}) }))).toContain('bridge-isolated');
    const one = withPorts({ veth1: { isolated: false }, veth2: { isolated: true } });
    expect(assumed(ask(NONE, { ...pod, host: one }))).not.toContain('bridge-isolated');
    const half = withPorts({ veth1: { isolated: false } });
    expect(assumed(ask(NONE, { ...pod, host: half }))).not.toContain('bridge-isolated');
    expect(assumed(ask(NONE, { ...pod, port: 'veth1', host: half }))).not.toContain('bridge-isolated');
  });
  it('forwarding off drops nothing that may have been bridged unasked (br_nf_pre_routing: no route)', () => {
    const host = { ...nodeOf({ sysctls: { 'net.ipv4.ip_forward': '0' } }), links: null };
    const trace = ask(NONE, { ...pod, host });
    expect(trace.outcomes.map(({ reason }) => reason?.code)).toEqual(['forwarding-off']);
    expect(assumed(trace)).toContain('not-bridged');
    // From elsewhere to a pod, and through a Service, it is routed whatever the device is.
    expect(
      assumed(ask(NONE, { from: '8.8.8.8:1', to: '10.244.1.6:80', host: { ...nodeOf(), links: null } })),
    ).toEqual([]);
  });
});

describe('Does a packet that nat sends back by its interface pass the ports of a bridge?', () => {
  const dnat = (to: string): string =>
    `*nat\n:PREROUTING ACCEPT\n-A PREROUTING -j DNAT --to-destination ${to}`;
  const host = { ...nodeOf(), links: null };
  const question = { via: 'cni0', from: '10.244.1.5:1000', to: '10.96.0.1:80', host };
  it('that is open where interfaces were not captured (should_deliver, br_skb_isolated)', () => {
    expect(assumed(ask(dnat('10.244.1.5'), question))).toContain('bridge-hairpin');
    expect(assumed(ask(dnat('10.244.1.6'), question))).toContain('bridge-isolated');
    expect(assumed(ask(dnat('8.8.4.4'), question))).toEqual([]);
  });
});

describe('Which source does a process take to an address of its own node, where routes were not captured?', () => {
  const routes = { ipv4: null, ipv6: null };
  const from = (to: string, host: Partial<Host> = {}): readonly [unknown, readonly string[]] => {
    const known = { ...nodeOf(), routes, ...host };
    const trace = ask(NONE, { via: null, from: '?', to, host: known });
    const address = trace.outcomes[0]?.source.sender.address ?? null;
    return [address === null ? null : formatAddress(address), assumed(trace)];
  };
  it('of a second address of a network the first (fib_add_ifaddr: prefsrc)', () => {
    expect(from('192.168.1.9:53')).toEqual(['192.168.1.1', []]);
    expect(from('192.168.1.1:53')).toEqual(['192.168.1.1', []]);
    expect(from('127.0.0.8:53')).toEqual(['127.0.0.1', []]);
    expect(from('[fd00:1::1]:53')).toEqual(['fd00:1::1', []]);
  });
});

describe('A bridge hands a frame on without asking policy rules', () => {
  it('so a mark that sends it elsewhere may not count, where interfaces were not captured (br_nf_pre_routing)', () => {
    const policy = { rules: [{ priority: 100, src: 'all', fwmark: '0x100', table: '100' }] };
    const host = {
      ...nodeOf({ ...policy, routes: ['default via 192.168.1.3 dev eth0 table 100'] }),
      links: null,
    };
    const pod = { from: '10.244.1.5:1000', via: 'cni0', to: '10.244.1.6:80', mark: 0x100, host };
    expect(assumed(ask(NONE, pod))).toContain('not-bridged');
    expect(assumed(ask(NONE, { ...pod, to: '8.8.4.4:80' }))).not.toContain('not-bridged');
  });
});

describe('Is the source judged of a packet that comes over lo?', () => {
  it('not where it has its route already (ip_rcv_finish_core: skb_valid_dst)', () => {
    const host = { ...nodeOf(), links: null, sysctls: null };
    const over = { via: 'lo', from: '127.0.0.1:1', to: '127.0.0.1:80', host };
    expect(ask(NONE, over).outcomes.map(({ verdict }) => verdict)).toEqual(['accept']);
    expect(assumed(ask(NONE, over))).not.toContain('source-check');
  });
});

describe('Are addresses that IPv6 takes from nobody known without routes and interfaces?', () => {
  it('yes: ::1 from outside is dropped as it arrives (ip6_rcv_core)', () => {
    const host = { ...nodeOf(), links: null, routes: { ipv4: null, ipv6: null } };
    const { outcomes } = ask(NONE, { from: '[2001:db8::8]:1', to: '[::1]:80', host });
    // On a bridge the kernel looks after PREROUTING; nothing there gave it another destination.
    expect(new Set(outcomes.map(({ reason }) => reason?.code))).toEqual(new Set(['martian-destination']));
  });
  it('which addresses, those before or behind NAT, a bridge decides (br_nf_pre_routing_ipv6): both ways', () => {
    const to = (destination: string) =>
      `*nat\n:PREROUTING ACCEPT\n-A PREROUTING -j DNAT --to-destination ${destination}`;
    const host = { ...nodeOf(), links: null };
    const ends = (rules: string, asked: string): string[] =>
      ask(rules, { from: '[2001:db8::8]:1', to: asked, host }).outcomes.map(
        ({ verdict, given }) => `${given.map(({ held }) => (held ? 'bridge' : 'none')).join()} ${verdict}`,
      );
    expect(ends(to('fd00:1::9'), '[::1]:80').sort()).toEqual(['bridge accept', 'none drop']);
    expect(ends(to('::1'), '[fd00:1::9]:80').sort()).toEqual(['bridge drop', 'none accept']);
    expect(ends(to('fd00:1::9'), '[fd00:1::8]:80')).toEqual([' accept']);
  });
});
