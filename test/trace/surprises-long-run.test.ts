import { describe, expect, it } from 'vitest';
import { formatAddress } from '../../src/net/address.ts';
import { ask, destinationOf, only, rulesOf } from './ask.ts';
import { nodeOf } from './node.ts';

// What a run of `npm run test:kernel -- --packets 100000` found that shorter ones had not.

describe('What may REDIRECT write?', () => {
  const redirect =
    '*nat\n:PREROUTING ACCEPT\n-A PREROUTING -p tcp -j REDIRECT --to-ports 15001\n*filter\n:INPUT ACCEPT';
  const to = (destination: string): string => {
    const outcome = only(ask(redirect, { from: '[fd00:244::5]:1', to: `[${destination}]:80`, via: 'cni0' }));
    return outcome.verdict === 'accept' ? destinationOf(outcome) : (outcome.reason?.code ?? outcome.verdict);
  };
  it('of ::1, ::192.0.2.1 and link-local destinations only addresses of their kind (nf_nat_redirect_ipv6_usable, nf_nat_redirect.c)', () => {
    expect(to('::1')).toBe('no-address');
    expect(to('::192.0.2.1')).toBe('no-address');
    expect(to('fe80::5')).toBe('no-address');
    expect(to('fd00:1::9')).toBe('[fd00:244::1]:15001');
  });
});

describe('What does an xt_recent list know of an address?', () => {
  const host = nodeOf({ host: { recent: new Map([['a', []]]) } });
  const rules = (first: string, second: string): string =>
    `*mangle\n:POSTROUTING ACCEPT\n:INPUT ACCEPT\n-A POSTROUTING ${first}\n-A INPUT ${second} -j DROP`;
  const verdicts = (first: string, second: string, from: string): string[] =>
    ask(rules(first, second), { from, to: '192.168.1.1:80', via: null, host }).outcomes.map(
      ({ verdict }) => verdict,
    );
  it('not by which side it was entered: a node that talks to itself is found as source (recent_mt, xt_recent.c)', () => {
    const set = '-m recent --set --name a --rdest';
    const check = '-m recent --rcheck --name a --rsource';
    expect(verdicts(set, check, '192.168.1.1:1000')).toEqual(['drop']);
    expect(verdicts(set, check, '172.16.0.1:1000')).toEqual(['accept']);
    expect(verdicts(set, '-m recent --remove --name a --rsource', '192.168.1.1:1000')).toEqual(['drop']);
    expect(verdicts(set, check.replace('a --', 'b --'), '192.168.1.1:1000')).toEqual(['drop', 'accept']);
  });
  it('when the kernel got that far in a rule, whatever stands behind (ipt_do_table asks match by match)', () => {
    const set = '-m recent --set --name a --rdest';
    const check = '-m recent --rcheck --name a --rsource';
    const from = '192.168.1.1:1000';
    expect(verdicts(`${set} -m mark --mark 0x1`, check, from)).toEqual(['drop']);
    expect(verdicts(`-m mark --mark 0x1 ${set}`, check, from)).toEqual(['accept']);
    const open = '-m u32 --u32 "0x0=0x1"';
    expect(verdicts(`${set} ${open}`, check, from)).toEqual(['drop', 'drop']);
    expect(verdicts(`${open} ${set} -m mark --mark 0x1`, check, from)).toEqual(['accept', 'drop']);
    expect(verdicts(`${set} ${open} -m mark --mark 0x1`, check, from)).toEqual(['drop']);
  });
  it('only as its mask leaves it', () => {
    const set = '-m recent --set --name a --mask 255.255.0.0 --rdest';
    const check = '-m recent --rcheck --name a --mask 255.255.0.0 --rsource';
    expect(verdicts(set, check, '192.168.1.9:1000')).toEqual(['drop']);
    expect(verdicts(set, check, '172.16.0.1:1000')).toEqual(['accept']);
  });
  it('of a sender who is not known it cannot be told', () => {
    const text = `*mangle
      :PREROUTING ACCEPT
      -A PREROUTING -m recent --set --name a --rdest
      -A PREROUTING -m recent --rcheck --name a --rsource -j DROP`;
    expect(ask(text, { from: '?', host }).outcomes.map(({ verdict }) => verdict)).toEqual(['drop', 'accept']);
    expect(only(ask(text, { from: '8.8.8.8:1', host })).verdict).toBe('accept');
  });
});

describe('In which zone is a flow looked for?', () => {
  const flow = (zone: string): string =>
    `udp 17 9 src=8.8.8.8 dst=8.8.4.4 sport=40000 dport=80 ${zone}src=8.8.4.4 dst=8.8.8.8 sport=80 dport=40000 mark=0 use=1`;
  const rules = (zone: string): string =>
    `*raw\n:PREROUTING ACCEPT\n-A PREROUTING -j CT ${zone}\n*filter\n:FORWARD ACCEPT\n-A FORWARD -m conntrack --ctstate ESTABLISHED`;
  // Whether its answers may be another flow's, and what becomes of it then, is another question.
  const isFound = (zone: string, flows: string, from: string, to: string): boolean[] => {
    const { outcomes } = ask(rules(zone), { protocol: 'udp', from, to, flows });
    return [...new Set(outcomes.map((outcome) => rulesOf(outcome).includes('FORWARD 1')))];
  };
  const CLIENT = '8.8.8.8:40000';
  const SERVER = '8.8.4.4:80';
  it('in that of its own direction only (nf_ct_key_equal, resolve_normal_ct in nf_conntrack_core.c)', () => {
    expect(isFound('--zone-orig 7', flow('zone-orig=7 '), CLIENT, SERVER)).toEqual([true]);
    expect(isFound('--zone-orig 7', flow(''), CLIENT, SERVER)).toEqual([false]);
    expect(isFound('--zone-reply 7', flow('zone-orig=7 '), CLIENT, SERVER)).toEqual([false]);
  });
  it('an answer is found by the zone that the flow has for answers', () => {
    expect(isFound('--zone-orig 7', flow('zone-orig=7 '), SERVER, CLIENT)).toEqual([true]);
    expect(isFound('--zone-orig 7', flow(''), SERVER, CLIENT)).toEqual([true]);
    expect(isFound('--zone 7', flow(''), SERVER, CLIENT)).toEqual([false]);
  });
});

describe('What becomes of a masqueraded flow that is routed another way than before?', () => {
  const POSTROUTING = '*nat\n:POSTROUTING ACCEPT\n';
  const MASQUERADE = `${POSTROUTING}-A POSTROUTING -o eth1 -j MASQUERADE`;
  const flow = (as: string): string =>
    `udp 17 9 src=10.244.1.5 dst=8.8.4.4 sport=1000 dport=80 src=8.8.4.4 dst=${as} sport=80 dport=1000 [ASSURED] mark=0 use=1`;
  const outcomes = (rules: string, as: string, host = nodeOf(), more = {}) =>
    ask(rules, {
      ...{ protocol: 'udp', from: '10.244.1.5:1000', to: '8.8.4.4:80', via: 'cni0' },
      ...{ host, flows: flow(as), ...more },
    }).outcomes.map(({ verdict, reason }) => reason?.code ?? verdict);
  it('the kernel drops it and forgets the connection (nf_nat_oif_changed, nf_nat_core.c)', () => {
    expect(outcomes(MASQUERADE, '172.16.0.1')).toEqual(['masquerade-moved']);
    expect(outcomes(MASQUERADE, '192.168.1.1')).toEqual(['accept']);
  });
  it('not one that SNAT rewrote; where both could have been, either', () => {
    const snat = `${POSTROUTING}-A POSTROUTING -s 10.244.0.0/16 -j SNAT --to-source 172.16.0.1`;
    expect(outcomes(snat, '172.16.0.1')).toEqual(['accept']);
    expect(outcomes(`${snat}\n-A POSTROUTING -j MASQUERADE`, '172.16.0.1')).toEqual([
      'masquerade-moved',
      'accept',
    ]);
    const other = `${POSTROUTING}-A POSTROUTING -j SNAT --to-source 172.16.0.9\n-A POSTROUTING -j MASQUERADE`;
    expect(outcomes(other, '172.16.0.1')).toEqual(['masquerade-moved']);
    expect(outcomes(MASQUERADE, '203.0.113.9')).toEqual(['accept']);
  });
  it('what native nft rules wrote is not known', () => {
    const chain = { family: 'ip', table: 'mine', chain: 'post', hook: 'postrouting', priority: 100 };
    const nativeChains = [{ ...chain, policy: 'accept', rules: 1 }];
    const nft = {
      iptablesBaseChains: new Set(['ipv4 nat POSTROUTING']),
      nativeChains,
      kubeProxyTable: false,
    };
    const none = `${POSTROUTING}-A POSTROUTING -j ACCEPT`;
    const host = nodeOf({ host: { nft } });
    expect(outcomes(none, '172.16.0.1', host)).toEqual(['masquerade-moved', 'accept']);
    expect(outcomes(none, '172.16.0.1')).toEqual(['accept']);
  });
  it('an answer goes through, whichever way', () => {
    const answer = { from: '8.8.4.4:80', to: '172.16.0.1:1000', via: 'eth0' };
    expect(outcomes(MASQUERADE, '172.16.0.1', nodeOf(), answer)).toEqual(['accept']);
  });
  it('an interface without an address lends that of another: then the address does not tell', () => {
    const bare = nodeOf();
    const links =
      bare.links?.map((link) => (link.name === 'eth1' ? { ...link, addresses: [] } : link)) ?? null;
    const routes = ['default via 172.16.0.254 dev eth1 table 100'];
    const rules = [{ priority: 9, src: 'all', fwmark: '0x100', fwmask: '0x100', table: '100' }];
    expect(outcomes(MASQUERADE, '192.168.1.1', nodeOf({ host: { links } }))).toEqual(['accept']);
    expect(outcomes(MASQUERADE, '192.168.1.1', nodeOf({ routes, rules, host: { links } }))).toEqual([
      'masquerade-moved',
      'accept',
    ]);
  });
});

describe('What if another flow gets the same answers?', () => {
  const taken =
    'tcp 6 9 ESTABLISHED src=10.244.1.7 dst=8.8.4.4 sport=40000 dport=80 src=8.8.4.4 dst=192.168.1.1 sport=80 dport=40000 [ASSURED] mark=0 use=1';
  const port = (rules: string, more: object): number | null =>
    only(ask(`*nat\n:POSTROUTING ACCEPT\n${rules}`, { flows: taken, ...more })).source.port;
  it('the kernel takes another port for the second client (get_unique_tuple, nf_nat_core.c)', () => {
    const client = { from: '10.244.1.5:40000', via: 'cni0' };
    expect(port('-A POSTROUTING -j MASQUERADE', client)).toBeNull();
    expect(port('-A POSTROUTING -j SNAT --to-source 192.168.1.1', client)).toBeNull();
    expect(port('-A POSTROUTING -j SNAT --to-source 192.168.1.9', client)).toBe(40000);
    expect(port('-A POSTROUTING -j MASQUERADE', { ...client, from: '10.244.1.5:40001' })).toBe(40001);
    expect(port('-A POSTROUTING -p tcp -j MASQUERADE --to-ports 5000', client)).toBe(5000);
  });
  it('even for a packet that no rule rewrites', () => {
    expect(port('-A POSTROUTING -o eth1 -j MASQUERADE', { from: '192.168.1.1:40000', via: null })).toBeNull();
    const host = { from: '192.168.1.1:40000', to: '8.8.4.4:81', via: null };
    expect(port('-A POSTROUTING -o eth1 -j MASQUERADE', host)).toBe(40000);
  });
  it('and for the same packet in another zone of the original direction only', () => {
    const again = { from: '10.244.1.7:40000', via: 'cni0' };
    const inZone = (option: string): number | null =>
      port(`-A POSTROUTING -j MASQUERADE\n*raw\n:PREROUTING ACCEPT\n-A PREROUTING -j CT ${option} 7`, again);
    expect(inZone('--zone-orig')).toBeNull();
    expect(inZone('--zone')).toBe(40000);
  });
  it('but not for a connection that takes the place of its own closed one', () => {
    const flows = taken.replace('ESTABLISHED', 'TIME_WAIT');
    expect(port('-A POSTROUTING -j MASQUERADE', { flows, from: '10.244.1.7:40000', via: 'cni0' })).toBe(
      40000,
    );
  });
});

describe('What does TCPMSS change?', () => {
  const rules = (length: string): string =>
    `*mangle
     :PREROUTING ACCEPT
     :FORWARD ACCEPT
     -A PREROUTING -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1200
     -A FORWARD -m length --length ${length} -j DROP`;
  it('the length of a SYN without the option: it gets one (tcpmss_mangle_packet, xt_TCPMSS.c)', () => {
    const outcomes = ask(rules('0:40'), { header: { length: 40 } }).outcomes;
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['drop', 'accept']);
    expect(only(ask(rules('0:40'), { header: { length: 40, tcpFlags: 0x10 } })).verdict).toBe('drop');
  });
  it('and the option: who did not have it may have it then', () => {
    const text = `*mangle
      :PREROUTING ACCEPT
      :FORWARD ACCEPT
      -A PREROUTING -p tcp ! --tcp-option 2 --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1200
      -A FORWARD -p tcp --tcp-option 2`;
    expect(ask(text).outcomes.map((outcome) => rulesOf(outcome))).toContainEqual([
      'PREROUTING 1',
      'FORWARD 1',
    ]);
  });
});

describe('What does MASQUERADE write where the node has no address?', () => {
  it('nothing: the packet is dropped (nf_nat_masquerade_ipv4, nf_nat_masquerade.c)', () => {
    const links = nodeOf().links?.map((link) => (link.loopback ? link : { ...link, addresses: [] })) ?? null;
    const host = nodeOf({ host: { links } });
    const rules = '*nat\n:POSTROUTING ACCEPT\n-A POSTROUTING -j MASQUERADE';
    expect(only(ask(rules, { host }))).toMatchObject({ verdict: 'drop', reason: { code: 'no-address' } });
    // A listing without any address of the family was made for the other one.
    const other = links?.map((link) => ({ ...link, addresses: [] })) ?? null;
    expect(only(ask(rules, { host: nodeOf({ host: { links: other } }) })).verdict).toBe('accept');
  });
});

describe('Whose connection does an ICMP error carry?', () => {
  const rules = (...matches: string[]): string =>
    `*filter\n:FORWARD ACCEPT\n${matches.map((match) => `-A FORWARD ${match}`).join('\n')}\n`;
  const ways = (...matches: string[]): string[] =>
    ask(rules(...matches), {
      protocol: 'icmp',
      icmp: { type: 3, code: 3 },
      from: '8.8.8.8',
      to: '10.244.0.10',
      state: 'RELATED',
    }).outcomes.map((outcome) =>
      rulesOf(outcome)
        .filter((name) => /^FORWARD \d/.test(name))
        .join(' '),
    );
  it('that of the flow it quotes, of any protocol, ends and direction (nf_conntrack_inet_error, nf_conntrack_proto_icmp.c)', () => {
    const flow = '-m conntrack --ctproto 17';
    expect(ways(flow)).toEqual(['FORWARD 1', '']);
    expect(ways('-m conntrack --ctorigsrc 8.8.8.8')).toEqual(['FORWARD 1', '']);
    expect(ways('-m conntrack --ctreplsrcport 80')).toEqual(['FORWARD 1', '']);
    expect(ways('-m conntrack --ctstatus CONFIRMED')).toEqual(['FORWARD 1']);
    expect(ways('-m conntrack --ctstate RELATED -p icmp')).toEqual(['FORWARD 1']);
  });
  it('of one direction at a time', () => {
    expect(ways('-m conntrack --ctdir ORIGINAL', '-m conntrack --ctdir REPLY')).toEqual([
      'FORWARD 1',
      'FORWARD 2',
    ]);
  });
});

describe('Which direction has a packet of a port that talks to itself?', () => {
  it('that of the answer, though both tuples are the same (__nf_conntrack_hash_insert, nf_conntrack_core.c)', () => {
    const end = 'src=192.168.1.1 dst=192.168.1.1 sport=53 dport=53';
    const rules =
      '*filter\n:OUTPUT ACCEPT\n-A OUTPUT -m conntrack --ctstate NEW\n-A OUTPUT -m conntrack --ctdir REPLY';
    const outcome = only(
      ask(rules, {
        protocol: 'udp',
        from: '192.168.1.1:53',
        to: '192.168.1.1:53',
        via: null,
        flows: `udp 17 9 ${end} [UNREPLIED] ${end} mark=0 use=1`,
      }),
    );
    expect(rulesOf(outcome).filter((name) => name.startsWith('OUTPUT'))).toEqual(['OUTPUT 2']);
  });
});

describe('Is a packet of the node routed anew where its mark was not known before?', () => {
  // All packets of a CT rule share its template, and the mark that another packet left there.
  const rules = (mangle: string): string => `*raw
    :OUTPUT ACCEPT
    -A OUTPUT -j CT --zone-orig 7
    -A OUTPUT -j CONNMARK --restore-mark --nfmask 0x4000 --ctmask 0xffffffff
    *mangle
    :OUTPUT ACCEPT
    ${mangle}`;
  const host = nodeOf({
    routes: ['default via 192.168.1.3 dev eth0 table 100'],
    rules: [{ priority: 100, src: 'all', fwmark: '0x100', fwmask: '0x100', table: '100' }],
  });
  const ways = (mangle: string): string[] =>
    ask(rules(mangle), { from: '192.168.1.1:40000', to: '10.96.0.10:80', via: null, host }).outcomes.map(
      ({ exit, given }) =>
        `${given.map(({ question, held }) => `${question.code} ${held}`).join()}: ${exit?.kind === 'interface' ? exit.nextHop && formatAddress(exit.nextHop) : exit?.kind}`,
    );

  it('where a rule wrote to it, by what it is known to be from there (nf_route_table_hook4)', () => {
    const marked = '-A OUTPUT -m mark ! --mark 0x0 -j RETURN\n-A OUTPUT -j MARK --set-xmark 0x100/0x100';
    expect(ways(marked)).toEqual(['mark false: 192.168.1.254', 'mark true: 192.168.1.3']);
  });
  it('not where no rule wrote to it', () => {
    expect(ways('-A OUTPUT -m mark --mark 0x1 -j ACCEPT')).toEqual([
      'mark true: 192.168.1.254',
      'mark false: 192.168.1.254',
    ]);
  });
});
