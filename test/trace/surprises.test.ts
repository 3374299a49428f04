import { describe, expect, it } from 'vitest';
import { ask, destinationOf, matches, only, type Question, rulesOf, sumsByGiven } from './ask.ts';
import { nodeOf } from './node.ts';

// Each of these was believed otherwise until Linux 6.18 went another way in a run of `npm run test:kernel`.

const mangle = (rules: string): string =>
  `*mangle\n:PREROUTING ACCEPT\n:FORWARD ACCEPT\n:POSTROUTING ACCEPT\n${rules}`;
const reasonOf = (rules: string, question: Question): string | undefined =>
  only(ask(rules, question)).reason?.code;

describe('What is in the headers as a rule meets them?', () => {
  it('the hop limit is counted down before FORWARD (ip_forward, ip6_forward)', () => {
    expect(matches('-m ttl --ttl-eq 63', { header: { ttl: 64 } })).toBe('yes');
    const rules = mangle('-A PREROUTING -j TTL --ttl-set 10\n-A FORWARD -m ttl --ttl-eq 9 -j DROP');
    expect(only(ask(rules)).verdict).toBe('drop');
  });
  it('a bridge does not count it down', () => {
    const bridged = { from: '10.244.1.5:1000', via: 'cni0', to: '10.244.1.6:80', header: { ttl: 64 } };
    expect(matches('-m ttl --ttl-eq 64', bridged)).toBe('yes');
  });
  it('the last hop draws an ICMP error', () => {
    expect(only(ask('*filter\n:FORWARD ACCEPT', { header: { ttl: 1 } }))).toMatchObject({
      verdict: 'reject',
      rejectWith: 'icmp-ttl-exceeded',
    });
  });
  it('DSCP leaves the ECN bits, and both are one byte to -m tos (xt_DSCP.c)', () => {
    const rules = (options: string): string =>
      mangle(`-A PREROUTING -j DSCP --set-dscp 0x0a\n-A FORWARD ${options} -j DROP`);
    expect(only(ask(rules('-m tos --tos 0x2a/0xff'), { header: { tos: 0x02 } })).verdict).toBe('drop');
    expect(only(ask(rules('-m tos --tos 0x28/0xfc'))).verdict).toBe('drop');
    expect(ask(rules('-m tos --tos 0x28/0xff')).outcomes).toHaveLength(2);
  });
  it('TTL changes stop at 0 and 255 (xt_HL.c)', () => {
    const rules = mangle('-A PREROUTING -j TTL --ttl-inc 200\n-A FORWARD -m ttl --ttl-eq 254 -j DROP');
    expect(only(ask(rules, { header: { ttl: 64 } })).verdict).toBe('drop');
  });
  it('length compares the whole packet', () => {
    expect(matches('-m length --length 40', { header: { length: 40 } })).toBe('yes');
    expect(matches('-m length ! --length 0:40', { header: { length: 40 } })).toBe('no');
  });
  it('the group called default is group 0', () => {
    expect(matches('-m devgroup --src-group default')).toBe('yes');
    expect(matches('-m devgroup ! --src-group 0x0')).toBe('no');
  });
});

describe('When is a packet part of a connection?', () => {
  const closed = (state: string): string =>
    `tcp 6 9 ${state} src=8.8.8.8 dst=8.8.4.4 sport=40000 dport=80 src=8.8.4.4 dst=8.8.8.8 sport=80 dport=40000 mark=0 use=1`;
  const asks = '*filter\n:FORWARD ACCEPT\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j DROP';
  it.each(['CLOSE', 'TIME_WAIT'])('of %s only a SYN opens a new one (nf_conntrack_proto_tcp.c)', (state) => {
    const flows = closed(state);
    // Whether CLOSE is the client's doing, the listing does not tell (kernel-said.test.ts).
    const ways = state === 'CLOSE' ? ['accept', 'drop'] : ['accept'];
    expect(ask(asks, { flows }).outcomes.map(({ verdict }) => verdict)).toEqual(ways);
    expect(only(ask(asks, { flows, header: { tcpFlags: 0x10 } })).verdict).toBe('drop');
  });
  it('without one, what is neither SYN nor ACK is INVALID (tcp_conntracks)', () => {
    const state = (tcpFlags: number): string =>
      matches('-m conntrack --ctstate INVALID', { header: { tcpFlags } });
    expect([0x02, 0x10, 0x12, 0x04, 0x11, 0x00].map(state)).toEqual(['no', 'no', 'yes', 'yes', 'yes', 'yes']);
  });
  it('of ICMP only requests open one, and neighbour discovery is not tracked (icmp_new, icmpv6_new)', () => {
    const state = (to: string, type: number): string | undefined =>
      ['NEW', 'INVALID', 'UNTRACKED'].find(
        (name) =>
          matches(`-m conntrack --ctstate ${name}`, {
            to,
            from: to.includes(':') ? '[fd00:1::2]' : '8.8.8.8',
            protocol: to.includes(':') ? 'ipv6-icmp' : 'icmp',
            icmp: { type, code: 0 },
          }) === 'yes',
      );
    expect([8, 0, 13].map((type) => state('8.8.4.4', type))).toEqual(['NEW', 'INVALID', 'NEW']);
    expect([128, 129, 135].map((type) => state('[fd00:244::5]', type))).toEqual([
      'NEW',
      'INVALID',
      'UNTRACKED',
    ]);
  });
  it('an answer is SEEN_REPLY before it meets the first rule (nf_conntrack_in)', () => {
    const flows =
      'udp 17 29 src=8.8.4.4 dst=8.8.8.8 sport=80 dport=40000 [UNREPLIED] src=8.8.8.8 dst=8.8.4.4 sport=40000 dport=80 mark=0 use=1';
    expect(matches('-m conntrack --ctstatus SEEN_REPLY', { protocol: 'udp', flows })).toBe('yes');
  });
  it('where no rule needs tracking nobody tracks, and nat chains are passed by (nf_ct_netns_get)', () => {
    const nft = {
      iptablesBaseChains: new Set(['ipv4 nat PREROUTING']),
      nativeChains: [],
      kubeProxyTable: false,
    };
    const host = nodeOf({ host: { nft } });
    const rules = '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p tcp';
    expect(rulesOf(only(ask(rules, { host })))).toEqual([]);
    const tracking = `${rules}\n-A PREROUTING -p udp -j REDIRECT`;
    expect(rulesOf(only(ask(tracking, { host })))).toEqual(['PREROUTING 1']);
    // What else the node holds may need it.
    expect(rulesOf(only(ask(rules)))).toEqual(['PREROUTING 1']);
  });
  it('between a CT rule and tracking, matches see the rule as a connection (xt_ct_target)', () => {
    const rules = (options: string): string =>
      `*raw\n:PREROUTING ACCEPT\n-A PREROUTING -j CT --zone 7\n-A PREROUTING ${options} -j DROP`;
    const says = (options: string): string => only(ask(rules(options))).verdict;
    expect(says('-m conntrack --ctstate NEW')).toBe('drop');
    expect(says('-m conntrack --ctstate INVALID')).toBe('accept');
    expect(says('-m conntrack --ctorigdst 8.8.4.4')).toBe('accept');
    expect(says('-m conntrack --ctstatus CONFIRMED')).toBe('drop');
  });
  it('a zone by mark is that of the mark that it has when it is looked up (nf_ct_zone_tmpl)', () => {
    const flows =
      'tcp 6 9 ESTABLISHED src=8.8.8.8 dst=8.8.4.4 sport=40000 dport=80 src=8.8.4.4 dst=8.8.8.8 sport=80 dport=40000 [ASSURED] mark=0 zone=7 use=1';
    const says = (raw: string): string =>
      only(
        ask(
          `*raw\n:PREROUTING ACCEPT\n${raw}\n*filter\n:FORWARD ACCEPT\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j DROP`,
          {
            flows,
          },
        ),
      ).verdict;
    const [zone, mark] = ['-A PREROUTING -j CT --zone mark', '-A PREROUTING -j MARK --set-mark 7'];
    expect(says(`${zone}\n${mark}`)).toBe('drop');
    expect(says(`${mark}\n${zone}`)).toBe('drop');
    expect(says(zone)).toBe('accept');
  });
  it('the first CT rule counts, and flows are looked up in its zone', () => {
    const flow = (zone: string): string =>
      `tcp 6 9 ESTABLISHED src=8.8.8.8 dst=8.8.4.4 sport=40000 dport=80 src=8.8.4.4 dst=8.8.8.8 sport=80 dport=40000 [ASSURED] mark=0 ${zone}use=1`;
    const rules =
      '*raw\n:PREROUTING ACCEPT\n-A PREROUTING -j CT --zone 7\n-A PREROUTING -j NOTRACK\n*filter\n:FORWARD ACCEPT\n-A FORWARD -m conntrack --ctstate ESTABLISHED -j DROP';
    expect(only(ask(rules, { flows: flow('zone=7 ') })).verdict).toBe('drop');
    expect(only(ask(rules, { flows: flow('') })).verdict).toBe('accept');
  });
});

describe('What never comes to the rules, or goes no further?', () => {
  const rules = mangle('-A PREROUTING -p tcp\n-A FORWARD -p tcp');
  it('IPv6 loopback addresses from outside: before PREROUTING (ip6_rcv_core)', () => {
    const outcome = only(ask(rules, { from: '[fd00:1::2]:1', to: '[::1]:80' }));
    expect(outcome).toMatchObject({ verdict: 'drop', reason: { code: 'martian-destination' }, path: [] });
  });
  it('but after it on a bridge, whose frames br_netfilter shows first', () => {
    const outcome = only(ask(rules, { from: '[fd00:244::5]:1', to: '[::1]:80', via: 'cni0' }));
    expect(outcome.reason?.code).toBe('martian-destination');
    expect(rulesOf(outcome)).toEqual(['PREROUTING 1']);
  });
  it('IPv6 from nobody, or from a link-local address to another link (ip6_forward)', () => {
    expect(reasonOf(rules, { from: '[::]:1', to: '[fd00:244::5]:80' })).toBe('martian-source');
    expect(only(ask(rules, { from: '[fe80::5]:1', to: '[fd00:244::5]:80' }))).toMatchObject({
      verdict: 'reject',
      rejectWith: 'icmp6-beyond-scope',
    });
  });
  it('groups that nobody joined: after PREROUTING (ip_route_input_rcu)', () => {
    const trace = ask(rules, { to: '224.0.0.251:5353' });
    expect(trace.outcomes.map(({ verdict, exit }) => [verdict, exit?.kind])).toEqual([
      ['drop', undefined],
      ['accept', 'local'],
    ]);
    expect(sumsByGiven(trace)).toEqual([1, 1]);
    expect(only(ask(rules, { to: '224.0.0.1:5353' })).exit).toEqual({ kind: 'local' });
    expect(only(ask(rules, { from: '[fd00:1::2]:1', to: '[ff02::1]:80' })).exit).toEqual({ kind: 'local' });
  });
  it('a group or everybody as the source, through whatever interface', () => {
    for (const from of ['224.0.0.5:1', '255.255.255.255:1'])
      expect(reasonOf(rules, { from, via: undefined })).toBe('martian-source');
  });
  it('a frame for many is not passed on, whatever DNAT wrote (ip_forward: PACKET_HOST)', () => {
    const dnat = '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -j DNAT --to-destination 10.244.1.5';
    const outcome = only(ask(`${dnat}\n${rules}`, { to: '255.255.255.255:80' }));
    expect(outcome).toMatchObject({ verdict: 'drop', reason: { code: 'frame-not-unicast' } });
  });
  it('and stays a frame for many to pkttype', () => {
    const redirected =
      '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p tcp -j REDIRECT\n*filter\n:INPUT ACCEPT\n-A INPUT -m pkttype --pkt-type broadcast -j DROP';
    expect(only(ask(redirected, { to: '255.255.255.255:80' })).verdict).toBe('drop');
  });
});

describe('Where does a packet of the node to nowhere go?', () => {
  it('0.0.0.0 is the node itself, at 127.0.0.1 or the address the process is bound to', () => {
    const rules = '*filter\n:OUTPUT ACCEPT\n:INPUT ACCEPT\n-A INPUT -p tcp';
    const to = (from: string): string =>
      destinationOf(only(ask(rules, { from, to: '0.0.0.0:80', via: null })));
    expect(to('?')).toBe('127.0.0.1:80');
    expect(to('192.168.1.1:1')).toBe('192.168.1.1:80');
  });
  it('from outside it is dropped', () => {
    expect(only(ask('*filter\n:INPUT ACCEPT', { to: '0.0.0.0:80' })).verdict).not.toBe('accept');
  });
});

describe('What does a bridge do by itself?', () => {
  const POD = { from: '10.244.1.5:1000', via: 'cni0' };
  it('hands a frame to another of its machines without asking routes (br_nf_pre_routing_finish)', () => {
    const host = nodeOf({
      rules: [{ priority: 9, src: 'all', fwmark: '0x100', fwmask: '0x100', table: '100' }],
      routes: ['default via 192.168.1.254 dev eth0 table 100'],
    });
    const outcome = only(ask('*filter\n:FORWARD ACCEPT', { ...POD, to: '10.244.1.6:80', mark: 0x100, host }));
    expect(outcome.exit).toMatchObject({ name: 'cni0' });
  });
  it('shows it to physdev at POSTROUTING, too', () => {
    const rules = mangle('-A POSTROUTING -m physdev --physdev-is-bridged -j DROP');
    expect(only(ask(rules, { ...POD, to: '10.244.1.6:80' })).verdict).toBe('drop');
  });
  const itself =
    '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p tcp -j DNAT --to-destination 10.244.1.5:8080\n*filter\n:FORWARD ACCEPT';
  const withHairpin = (hairpin: boolean) => {
    const host = nodeOf();
    const links = host.links?.map((link) => (link.master === 'cni0' ? { ...link, hairpin } : link)) ?? null;
    return { ...host, links };
  };
  it('does not hand it back by the port it came in by, unless that has hairpin mode (br_forward.c)', () => {
    expect(only(ask(itself, { ...POD, host: withHairpin(false) }))).toMatchObject({
      verdict: 'drop',
      reason: { code: 'bridge-hairpin-off' },
    });
    expect(only(ask(itself, { ...POD, host: withHairpin(true) })).verdict).toBe('accept');
  });
  it('where the capture does not tell, it is taken to have it, and that is said', () => {
    const trace = ask(itself, POD);
    expect(only(trace).verdict).toBe('accept');
    expect(trace.assumptions.map(({ code }) => code)).toContain('bridge-hairpin');
  });
});

describe('What does a match know of the one before it?', () => {
  it('that it entered the client in the list both ask (xt_recent.c)', () => {
    const options = '-m recent --set --name a --rsource -m recent --update --name a --rsource';
    expect(matches(options, { host: nodeOf({ host: { recent: new Map() } }) })).toBe('yes');
  });
});

describe('What does a rule know of the sets that earlier ones changed?', () => {
  const rules = (change: string, options: string): string =>
    mangle(`-A PREROUTING -j SET ${change}\n-A FORWARD ${options} -j DROP`);
  const host = nodeOf({ ipsets: 'create s hash:ip family inet\nadd s 8.8.8.8\n' });
  const verdicts = (change: string, options: string): string[] =>
    ask(rules(change, options), { host }).outcomes.map(({ verdict }) => verdict);
  it('what was added is in it, what was deleted is not', () => {
    expect(verdicts('--add-set s dst', '-m set --match-set s dst')).toEqual(['drop']);
    expect(verdicts('--del-set s src', '-m set --match-set s src')).toEqual(['accept']);
  });
  it('what another element is stays as it was', () => {
    expect(verdicts('--add-set s dst', '-m set --match-set s src')).toEqual(['drop']);
    expect(verdicts('--del-set s dst', '-m set --match-set s src')).toEqual(['drop']);
  });
  it('what a rule takes out of a full set is out of it', () => {
    const full = nodeOf({ ipsets: 'create s hash:ip family inet maxelem 1\nadd s 8.8.8.8\n' });
    const rule = rules('--del-set s src', '-m set --match-set s src');
    expect(ask(rule, { host: full }).outcomes.map(({ verdict }) => verdict)).toEqual(['accept']);
  });
  it('with the same address as the other end, too', () => {
    const back = mangle('-A PREROUTING -j SET --add-set s dst\n-A FORWARD -m set --match-set s src -j DROP');
    const of = (from: string, sets: string) =>
      ask(back, { host: nodeOf({ ipsets: sets }), from }).outcomes.map(({ verdict }) => verdict);
    expect(of('8.8.8.8:1', 'create s hash:ip family inet\n')).toEqual(['accept']);
  });
  it.each([
    [
      'a full set takes none (IPSET_ERR_HASH_FULL)',
      'create s hash:ip family inet maxelem 1\nadd s 9.9.9.9\n',
    ],
    ['one outside of a bitmap is none (bitmap_ip_kadt)', 'create s bitmap:ip range 10.0.0.0-10.0.0.255\n'],
    ['a network may be excepted (mtype_add)', 'create s hash:net family inet\nadd s 8.8.4.0/24 nomatch\n'],
  ])('whether it was added is not known where %s', (_, ipsets) => {
    const rule = rules('--add-set s dst', '-m set --match-set s dst');
    const { outcomes } = ask(rule, { host: nodeOf({ ipsets }) });
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['drop', 'accept']);
  });
});
