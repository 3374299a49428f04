import { describe, expect, it } from 'vitest';
import { readStatement } from '../../src/nftables/json/read-statement.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { printStatement } from '../../src/nftables/print/print-statement.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import type { Trace } from '../../src/trace/outcome.ts';
import { tracePacket } from '../../src/trace/trace-packet.ts';
import { ask, destinationOf, packetOf, type Question, summary, worldOf } from './ask.ts';
import { nodeOf } from './node.ts';

// What the kernel did with native rules otherwise than was believed: `npm run test:kernel -- --lane nft`.

/** A packet through native rules alone. */
function trace(text: string, question: Question = {}): Trace {
  const packet = packetOf(question);
  const nft = parseNftables(Buffer.from(text), 'nft', new ProblemList());
  if (nft === null) throw new Error('no rule set');
  const rulesets = [
    {
      family: packet.family,
      backend: 'iptables-nft',
      backendAssumed: false,
      form: 'save',
      tables: new Map(),
    },
  ] as const;
  return tracePacket(packet, { ...worldOf({}, packet, question), rulesets, nft });
}

function ends(text: string, question: Question = {}): string[] {
  return trace(text, question).outcomes.map(summary);
}

/** The rules, by chain and number, of the one way that there is. */
function steps(text: string, question: Question = {}): string[] {
  const [outcome, ...more] = trace(text, question).outcomes;
  if (outcome === undefined || more.length > 0) throw new Error('not one way');
  return outcome.path.map(({ step }) => `${step.chain} ${step.rule?.number ?? step.event}`);
}

function chain(name: string, base: string, ...rules: readonly string[]): string {
  return `chain ${name} {\ntype ${base};\n${rules.join('\n')}\n}\n`;
}

function table(family: string, ...parts: readonly string[]): string {
  return `table ${family} t {\n${parts.join('')}}\n`;
}

const FORWARD = 'filter hook forward priority 0; policy accept';

describe('Which of two chains of one table at one priority is asked first?', () => {
  const base = 'filter hook forward priority 0; policy accept';
  it('the one listed later: each is hooked as it is made, before those that stand there (nf_hook_entries_grow)', () => {
    const rules = table(
      'inet',
      chain('first', base, 'meta mark 0 drop'),
      chain('second', base, 'meta mark set 1'),
    );
    expect(steps(rules)).toEqual(['second 1', 'second policy', 'first policy']);
  });
  it('and so of nat chains', () => {
    const at = 'nat hook prerouting priority -100; policy accept';
    const rules = table(
      'ip',
      chain('first', at, 'dnat to 10.244.1.5'),
      chain('second', at, 'dnat to 10.244.1.6'),
    );
    const [outcome] = trace(rules).outcomes;
    expect(outcome === undefined ? '' : destinationOf(outcome)).toContain('10.244.1.6');
  });
});

describe('Does a rule that writes a header take a packet without that header?', () => {
  it.each([
    ['tcp dport set 53', 'udp', '8.8.8.8:80'],
    ['udp sport set 53', 'tcp', '8.8.8.8:80'],
    ['ip6 hoplimit set 9', 'tcp', '8.8.8.8:80'],
    ['ip ttl set 9', 'tcp', '[2001:db8::1]:80'],
  ])(
    '%s: no, nft asks for the header first, and the rule breaks there (payload_gen_dependency)',
    (set, protocol, to) => {
      const from = to.startsWith('[') ? '[fd00:1::7]:1000' : '192.168.1.7:1000';
      const rules = table('inet', chain('c', FORWARD, `${set} drop`));
      expect(ends(rules, { protocol, to, from })).toEqual([expect.stringMatching(/accept/)]);
    },
  );
});

describe('What does nat go by where a rule has written into the header?', () => {
  const masked = chain('c', 'filter hook postrouting priority 0; policy accept', 'ip saddr set 192.168.1.3');
  const range = (options: string): string =>
    table(
      'inet',
      masked,
      chain(
        'n',
        'nat hook postrouting priority 100; policy accept',
        `snat ip to 10.244.2.10-10.244.2.33 ${options}`,
      ),
    );
  it('by the connection: the address of a range is a hash of its client (find_best_ips_proto)', () => {
    const of = (rules: string): string => {
      const [outcome] = trace(rules, { from: '10.244.1.11:1000' }).outcomes;
      return String(outcome?.source.sender.address?.value);
    };
    expect(of(range('persistent'))).toBe(of(range('persistent').replace(masked, '')));
  });
  it('what the connection has already is not written: the header stays as the rule left it (nf_nat_packet)', () => {
    const rules = table(
      'inet',
      masked,
      chain('n', 'nat hook postrouting priority 100; policy accept', 'snat ip to 192.168.1.7'),
    );
    const [outcome] = trace(rules, { from: '192.168.1.7:1000' }).outcomes;
    expect(outcome?.source.sender.address?.value).toBe(0xc0a80103n);
  });
});

describe('Which port does nat of a prefix leave where a rule has written another into the header?', () => {
  // nf_nat_setup_info inverts the tuple of the connection; of the header nft_nat_setup_netmap reads the address alone.
  it.each([
    [
      'tcp dport set 80',
      'nat hook prerouting priority -100',
      'dnat ip prefix to 10.244.2.0/24',
      'destination',
    ],
    ['tcp sport set 80', 'nat hook postrouting priority 100', 'snat ip prefix to 10.244.2.0/24', 'source'],
  ] as const)('the one that its connection has: %s', (written, base, nat, end) => {
    const rules = table(
      'inet',
      chain('c', 'filter hook prerouting priority -150; policy accept', written),
      chain('n', `${base}; policy accept`, nat),
    );
    const [outcome] = trace(rules, { from: '192.168.1.7:1000', to: '8.8.8.8:443' }).outcomes;
    expect(outcome?.[end].port).toBe(end === 'destination' ? 443 : 1000);
  });
});

describe('What does nat do with a packet of the node to itself where a rule has written into its header on lo?', () => {
  const written = (...nat: readonly string[]): Trace =>
    trace(
      table(
        'ip',
        chain('c', 'filter hook prerouting priority -300; policy accept', 'ip saddr set 10.244.1.11'),
        ...nat,
      ),
      { via: null, to: '127.0.0.1:80' },
    );
  const masked = chain('n', 'nat hook postrouting priority 100; policy accept', 'snat to 192.168.1.3:5000');
  it('writes the source of its connection again at INPUT (nf_nat_packet)', () => {
    const [outcome] = written(masked).outcomes;
    expect(outcome?.source.sender.address?.value).toBe(0xc0a80103n);
    expect(outcome?.source.port).toBe(5000);
  });
  it('nothing where nat left it alone', () => {
    const [outcome] = written(masked.replace(/snat.*/, 'counter')).outcomes;
    expect(outcome?.source.sender.address?.value).toBe(0x0af4010bn);
  });
  it('and INPUT asks no chain of its own: the source is decided at POSTROUTING already', () => {
    const late = chain('i', 'nat hook input priority 100; policy accept', 'snat to 192.168.1.9');
    const [outcome] = written(late).outcomes;
    expect(outcome?.source.sender.address?.value).toBe(0x0af4010bn);
  });
});

describe('Where does a packet of the node to itself go that PREROUTING gives another destination?', () => {
  // raw has it untracked at OUTPUT and a zone undoes that on lo: so the connection is new there, and nat acts (6.18 showed it).
  const readdressed = (
    family: 'ip' | 'ip6',
    sysctls: Readonly<Record<string, string>> = {},
    ...more: readonly string[]
  ): Trace => {
    const [own, to] = family === 'ip' ? ['192.168.1.1', '8.8.4.4'] : ['[fd00:1::1]', '[2001:db8::9]'];
    return trace(
      table(
        family,
        chain('o', 'filter hook output priority -300; policy accept', 'notrack'),
        chain('z', 'filter hook prerouting priority -300; policy accept', 'iifname "lo" ct zone set 7'),
        chain(
          'd',
          'nat hook prerouting priority -100; policy accept',
          `iifname "lo" meta l4proto tcp dnat to ${to}`,
        ),
        ...more,
      ),
      { via: null, from: `${own}:4000`, to: `${own}:80`, host: nodeOf({ sysctls }) },
    );
  };
  it('nowhere in IPv4: its route is gone, and its source is the node’s own (fib_validate_source)', () => {
    const [outcome] = readdressed('ip').outcomes;
    expect(outcome).toMatchObject({ verdict: 'drop', reason: { code: 'martian-source' } });
  });
  it('on its way, where lo accepts such sources', () => {
    const [outcome] = readdressed('ip', { 'net.ipv4.conf.lo.accept_local': '1' }).outcomes;
    expect(outcome).toMatchObject({ verdict: 'accept', exit: { kind: 'interface', name: 'eth0' } });
  });
  it('on its way in IPv6, whose input routing asks for no source', () => {
    const [outcome] = readdressed('ip6').outcomes;
    expect(outcome).toMatchObject({ verdict: 'accept', exit: { kind: 'interface', name: 'eth0' } });
  });
  it('with lo as the device it came in by, at POSTROUTING too (ip_output: skb->dev)', () => {
    const dropping = chain('l', 'filter hook postrouting priority 0; policy accept', 'iifname "lo" drop');
    expect(readdressed('ip', { 'net.ipv4.conf.lo.accept_local': '1' }, dropping).outcomes).toMatchObject([
      { verdict: 'drop' },
    ]);
    expect(ends(table('ip', dropping), { via: null, from: '192.168.1.1:4000', to: '8.8.4.4:80' })).toEqual([
      '1 [] accept',
    ]);
  });
  it('to itself, where nat is not asked there: OUTPUT was the first to see the connection', () => {
    const plain = trace(
      table('ip', chain('d', 'nat hook prerouting priority -100; policy accept', 'dnat to 8.8.4.4')),
      { via: null, from: '192.168.1.1:4000', to: '192.168.1.1:80' },
    );
    expect(plain.outcomes).toMatchObject([{ verdict: 'accept', exit: { kind: 'local' } }]);
  });
});

describe('What does a rule at PREROUTING see of a packet of the node that came back in over lo?', () => {
  const OF_NODE = { via: null, from: '192.168.1.1:4000' };
  it('nat writes its destination again, whatever a rule has put there meanwhile (nf_nat_packet)', () => {
    const rules = table(
      'ip',
      chain('n', 'nat hook output priority -100; policy accept', 'tcp dport 8080 redirect to :15001'),
      chain('p', 'filter hook prerouting priority -300; policy accept', 'tcp dport set 80'),
    );
    const got = (to: string): string[] => trace(rules, { ...OF_NODE, to }).outcomes.map(destinationOf);
    expect(got('192.168.1.1:8080')).toEqual(['127.0.0.1:15001']);
    expect(got('192.168.1.1:99')).toEqual(['192.168.1.1:80']);
  });
  it('no socket: loopback_xmit has taken it away, and what asks for its user breaks', () => {
    const passed = (hook: string, rule: string): string[] =>
      ends(table('ip', chain('p', `filter hook ${hook} priority 0; policy accept`, rule)), {
        ...OF_NODE,
        to: '192.168.1.1:80',
      });
    for (const hook of ['prerouting', 'input']) {
      expect(passed(hook, 'meta skuid != 7 drop')).toEqual(['1 [] accept']);
      expect(passed(hook, 'meta skgid != 7 drop')).toEqual(['1 [] accept']);
    }
    expect(passed('output', 'meta skgid != 7 drop')).toHaveLength(2);
  });
  it('at INPUT an answer from outside has the socket that awaits it (tcp_v4_early_demux)', () => {
    const rules = table('ip', chain('p', 'filter hook input priority 0; policy accept', 'meta skuid 7 drop'));
    const question = { from: '8.8.8.8:80', to: '192.168.1.1:4000' };
    expect(ends(rules, { ...question, state: 'ESTABLISHED' })).toHaveLength(2);
    expect(ends(rules, question)).toEqual(['1 [] accept']);
  });
});

describe('A Service leads a pod to itself, and a rule writes another source before: does the frame come back?', () => {
  const node = nodeOf();
  const links =
    node.links?.map((link) => (link.master === 'cni0' ? { ...link, hairpin: false } : link)) ?? null;
  const off = { ...node, links };
  const rules = (source: string): string =>
    table(
      'ip',
      chain('r', 'filter hook prerouting priority -300; policy accept', `ip saddr set ${source}`),
      chain('d', 'nat hook prerouting priority -100; policy accept', 'dnat to 10.244.1.5'),
    );
  const sent = (from: string, source: string): unknown => {
    const question = { via: 'cni0', from, to: '8.8.8.8:443', protocol: 'udp', host: off };
    return trace(rules(source), question).outcomes[0];
  };
  it('no: its port has hairpin mode off, whatever the packet says (should_deliver)', () => {
    expect(sent('10.244.1.5:1000', '10.244.1.7')).toMatchObject({
      verdict: 'drop',
      reason: { code: 'bridge-hairpin-off' },
    });
    expect(sent('10.244.1.6:1000', '10.244.1.5')).toMatchObject({ verdict: 'accept' });
  });
});

describe('Two rules ask for the user in sets that share some: does one answer tell the other?', () => {
  it('yes, as far as it leaves no choice', () => {
    const rules = (...asked: readonly string[]): string =>
      table('ip', chain('o', 'filter hook output priority 0; policy accept', ...asked));
    const question = { via: null, from: '192.168.1.1:4000' };
    const last = (...asked: readonly string[]): string[] =>
      ends(rules(...asked), question).map((end) => end.replace(/^.*process runs as /, ''));
    expect(last('meta skuid { 0-5, 1000 } counter', 'meta skuid { 1-7, 1000 } drop')).toEqual([
      'user 1000] drop',
      'user 1-7] drop',
      'user 1-7] drop',
      'user 1-7] accept',
      'user 1-7] accept',
    ]);
  });
});

describe('What does a chain of type route look for a way anew by?', () => {
  const byMark = { priority: 91, src: 'all', fwmark: '0x5', table: '7' };
  const marked = nodeOf({
    routes: ['default dev eth1 table 7', '2000::/3 dev eth1 table 7'],
    rules: [{ priority: 90, src: '172.16.0.1', table: '7' }, byMark],
    rules6: [byMark],
  });
  const exit = (type: 'route' | 'filter', family: 'ip' | 'ip6', rule: string): unknown => {
    const chains = [
      chain('m', 'filter hook output priority -300; policy accept', 'meta mark set 0x5'),
      chain('r', `${type} hook output priority -150; policy accept`, rule),
    ];
    const to = family === 'ip' ? '8.8.8.8:53' : '[2001:db8::9]:53';
    const from = family === 'ip' ? '192.168.1.1:4000' : '[fd00:1::1]:4000';
    const text = table(family, ...(rule.includes('saddr') ? chains.slice(1) : chains));
    return trace(text, { via: null, from, to, protocol: 'udp', host: marked }).outcomes[0]?.exit;
  };
  it('by another source (nf_route_table_hook4)', () => {
    expect(exit('route', 'ip', 'ip saddr set 172.16.0.1')).toMatchObject({ name: 'eth1' });
    expect(exit('filter', 'ip', 'ip saddr set 172.16.0.1')).toMatchObject({ name: 'eth0' });
  });
  it('in IPv6 by another hop limit (nf_route_table_hook6), and the mark that a chain before wrote counts then', () => {
    expect(exit('route', 'ip6', 'ip6 hoplimit set 2')).toMatchObject({ name: 'eth1' });
    expect(exit('filter', 'ip6', 'ip6 hoplimit set 2')).toMatchObject({ name: 'eth0' });
    expect(exit('route', 'ip', 'ip ttl set 2')).toMatchObject({ name: 'eth0' });
  });
});

describe('Does nat at INPUT rewrite what came in by a bridge?', () => {
  const source = (...more: readonly string[]): bigint | undefined =>
    trace(
      table('ip', ...more, chain('n', 'nat hook input priority 100; policy accept', 'snat to 192.168.1.3')),
      { from: '10.244.1.11:1000', to: '10.244.1.1:80', via: 'cni0' },
    ).outcomes[0]?.source.sender.address?.value;
  const forMany = chain(
    'c',
    'filter hook prerouting priority 0; policy accept',
    'meta pkttype set broadcast',
  );
  it('yes', () => expect(source()).toBe(0xc0a80103n));
  it('not of frames for many: br_netfilter has confirmed them (br_nf_local_in)', () => {
    expect(source(forMany)).toBe(0x0af4010bn);
  });
  it('so that the nat chain behind one that would have rewritten it is asked too (nf_nat_inet_fn)', () => {
    const asked = (...more: readonly string[]): string[] =>
      steps(
        table(
          'ip',
          ...more,
          chain('a', 'nat hook input priority 90; policy accept', 'snat to 192.168.1.3'),
          chain('b', 'nat hook input priority 100; policy accept', 'counter'),
        ),
        { from: '10.244.1.11:1000', to: '10.244.1.1:80', via: 'cni0' },
      ).filter((step) => !step.startsWith('c '));
    expect(asked()).toEqual(['a 1']);
    expect(asked(forMany)).toEqual(['a 1', 'b 1', 'b policy']);
  });
});

describe('Does a packet count for the quota that it is asked by?', () => {
  const verdict = (rule: string, length: number): string =>
    ends(table('inet', chain('c', FORWARD, `${rule} drop`)), { header: { length } }).join();
  it('yes, with its bytes (nft_overquota)', () => {
    expect(verdict('quota over 100 bytes', 101)).toMatch(/drop/);
    expect(verdict('quota over 100 bytes', 100)).toMatch(/accept/);
    expect(verdict('quota 100 bytes', 101)).toMatch(/accept/);
    expect(verdict('quota 100 bytes', 100)).toMatch(/drop/);
    expect(verdict('quota over 100 bytes used 60 bytes', 41)).toMatch(/drop/);
  });
  it('a packet of unknown length leaves it open only where it could tell', () => {
    const rules = (quota: string): string => table('inet', chain('c', FORWARD, `${quota} drop`));
    expect(ends(rules('quota over 100 bytes'))).toHaveLength(2);
    expect(ends(rules('quota over 10 mbytes'))).toEqual([expect.stringMatching(/accept/)]);
  });
});

describe('What does JSON of nft 1.0.6 say of a rule that writes into a map?', () => {
  it('its text, for which it has no JSON; it is read as the text is', () => {
    expect(readStatement('update @kept { ip saddr : meta mark }')).toEqual({
      ...{ kind: 'set-update', operation: 'update', set: 'kept', timeout: null, comment: null, extras: [] },
      key: { kind: 'payload', protocol: 'ip', field: 'saddr' },
      data: { kind: 'meta', key: 'mark' },
    });
  });
});

describe('What is a packet that is not to be tracked, and then looked up in a zone?', () => {
  const raw = (...rules: readonly string[]): string =>
    table(
      'ip',
      chain('r', 'filter hook prerouting priority -300; policy accept', ...rules),
      chain('c', FORWARD, 'ct state untracked drop'),
    );
  it('tracked: the zone takes the place of notrack (nft_ct_set_zone_eval)', () => {
    expect(ends(raw('notrack'))).toEqual([expect.stringMatching(/drop/)]);
    expect(ends(raw('notrack', 'ct zone set 3'))).toEqual([expect.stringMatching(/accept/)]);
    expect(ends(raw('ct zone set 3', 'notrack'))).toEqual([expect.stringMatching(/accept/)]);
  });
  it('before it is looked up only its state can be asked, whatever its zone (nft_ct_get_eval)', () => {
    const asked = (rule: string): string => ends(raw('ct zone set 3', `${rule} drop`)).join();
    expect(asked('ct state new')).toMatch(/drop/);
    for (const rule of [
      'ct direction original',
      'ct zone 3',
      'ct zone != 4',
      'ct mark 0',
      'ct status != dnat',
    ])
      expect(asked(rule)).toMatch(/accept/);
  });
});

describe('Which zone has a packet of two rules that give it one?', () => {
  const zoned = (...rules: readonly string[]): string[] => {
    const asked = (zone: string): string =>
      ends(
        table(
          'inet',
          chain('z', 'filter hook prerouting priority -300; policy accept', ...rules),
          chain('c', 'filter hook forward priority 0; policy accept', `ct ${zone} drop`),
        ),
      ).join();
    return ['original zone 3', 'original zone 7', 'reply zone 3', 'reply zone 0'].filter((zone) =>
      asked(zone).includes('drop'),
    );
  };
  it('the first: the second finds it tracked already (nft_ct_set_zone_eval)', () => {
    expect(zoned('ct zone set 3', 'ct original zone set 7')).toEqual(['original zone 3', 'reply zone 3']);
    expect(zoned('ct original zone set 7', 'ct zone set 3')).toEqual(['original zone 7', 'reply zone 0']);
  });
});

describe('Which zone has a packet of a flow?', () => {
  const flow = (zone: string): string =>
    `udp 17 9 src=8.8.4.4 dst=8.8.8.8 sport=80 dport=40000 ${zone}packets=1 bytes=60 [UNREPLIED] src=8.8.8.8 dst=8.8.4.4 sport=40000 dport=80 packets=0 bytes=0 mark=0 use=1`;
  const has = (set: string, zone: string, flows: string): boolean =>
    ends(
      table(
        'inet',
        chain('z', 'filter hook prerouting priority -300; policy accept', set),
        chain('c', 'filter hook forward priority 0; policy accept', `ct ${zone} drop`),
      ),
      { protocol: 'udp', from: '8.8.8.8:40000', to: '8.8.4.4:80', flows },
    )
      .join()
      .includes('drop');
  it('that of the flow, in whatever it was looked up (nf_ct_zone; nft_ct_get_eval)', () => {
    expect(has('ct original zone set 7', 'zone 0', flow(''))).toBe(true);
    expect(has('ct original zone set 7', 'original zone 7', flow(''))).toBe(false);
  });
  it('without a direction its number, where it holds for answers alone, too', () => {
    expect(has('ct reply zone set 7', 'zone 7', flow('zone-reply=7 '))).toBe(true);
    expect(has('ct reply zone set 7', 'original zone 0', flow('zone-reply=7 '))).toBe(true);
  });
});

describe('Which device does iiftype ask at POSTROUTING?', () => {
  it('the one that the packet leaves by (nft_meta_get_eval reads skb->dev, which ip_output has set)', () => {
    const of = (hook: string, via: string | null): string =>
      ends(
        table('inet', chain('c', `filter hook ${hook} priority 0; policy accept`, 'iiftype ether drop')),
        via === null ? { via, from: '192.168.1.1:1000' } : {},
      ).join();
    expect(of('postrouting', null)).toMatch(/drop/);
    expect(of('output', null)).toMatch(/accept/);
    expect(of('postrouting', 'eth0')).toMatch(/drop/);
  });
});

describe('Of which type is an address of IPv6?', () => {
  const verdict = (rule: string, to: string): string =>
    ends(table('ip6', chain('c', 'filter hook prerouting priority 0; policy accept', `${rule} drop`)), {
      from: '[fd00:1::7]:1000',
      to: `[${to}]:80`,
    })[0] ?? '';
  it('of one, as nft tells it: multicast is not broadcast, and a device does not limit the look-up (nft_fib6_eval_type)', () => {
    expect(verdict('fib daddr . iif type { unicast, broadcast }', 'ff02::1')).not.toMatch(/drop$/);
    expect(verdict('fib daddr type multicast', 'ff05::1')).toMatch(/drop$/);
    expect(verdict('fib daddr . iif type unicast', '2001:db8::8')).toMatch(/drop$/);
    expect(verdict('fib daddr . iif type local', 'fd00:1::1')).toMatch(/drop$/);
    expect(verdict('fib daddr . iif type local', 'fd00:244::1')).not.toMatch(/drop$/);
  });
});

describe('Does a packet meet what it was itself entered into?', () => {
  const set = 'set s {\ntype ipv4_addr\nsize 99\n}\n';
  const verdicts = (...rules: readonly string[]): string[] =>
    ends(table('ip', set, chain('c', FORWARD, ...rules)));
  it('yes, at the next rule already (nft_dynset_eval)', () => {
    expect(verdicts('ip saddr @s drop')).toEqual([expect.stringMatching(/accept/)]);
    expect(verdicts('add @s { ip saddr }', 'ip saddr @s drop')).toEqual([expect.stringMatching(/drop/)]);
    expect(verdicts('add @s { ip daddr }', 'ip saddr @s drop')).toEqual([expect.stringMatching(/accept/)]);
    expect(verdicts('add @s { ip saddr }', 'delete @s { ip saddr }', 'ip saddr @s drop')).toEqual([
      expect.stringMatching(/accept/),
    ]);
  });
  it('and a map has what was first entered: what is there is not written again', () => {
    const map = 'map m {\ntype ipv4_addr : mark\nsize 99\n}\n';
    const rules = table(
      'ip',
      map,
      chain(
        'c',
        FORWARD,
        'add @m { ip saddr : 0x5 }',
        'update @m { ip saddr : 0x6 }',
        'meta mark set ip saddr map @m',
        'meta mark 0x5 drop',
      ),
    );
    expect(ends(rules)).toEqual([expect.stringMatching(/drop/)]);
  });
  it('where it is not known which client it is, the key is a question', () => {
    const rules = table('ip', set, chain('c', FORWARD, 'add @s { ip saddr }', 'ip saddr @s drop'));
    expect(ends(rules, { from: '?' }).length).toBe(2);
  });
});

describe('Where does a port go that a map gives?', () => {
  const at = 'nat hook prerouting priority -100; policy accept';
  const to = (rule: string, question: Question = {}): string => {
    const [outcome] = trace(table('ip', chain('n', at, rule)), { protocol: 'tcp', ...question }).outcomes;
    return outcome === undefined ? '' : destinationOf(outcome);
  };
  it('to what the map has for it; without the key the rule breaks', () => {
    expect(to('dnat to 10.244.1.5:tcp dport map { 80 : 8080 }', { to: '8.8.8.8:80' })).toBe(
      '10.244.1.5:8080',
    );
    expect(to('dnat to 10.244.1.5:tcp dport map { 80 : 8080 }', { to: '8.8.8.8:81' })).toBe('8.8.8.8:81');
    expect(to('redirect to :tcp dport map { 80 : 8080 }', { to: '8.8.8.8:80' })).toBe('192.168.1.1:8080');
  });
  it('tproxy asks for a socket at the port that its map gives', () => {
    const rules = table(
      'ip',
      chain(
        'c',
        'filter hook prerouting priority -150; policy accept',
        'tproxy to :tcp dport map { 80 : 15001 }',
      ),
    );
    const asked = trace(rules, { protocol: 'tcp', to: '8.8.8.8:80' }).outcomes.flatMap(({ given }) => given);
    expect(JSON.stringify(asked.map(({ question }) => question))).toContain('15001');
    expect(ends(rules, { protocol: 'tcp', to: '8.8.8.8:81' })).toHaveLength(1);
  });
});

describe('What of a map whose key is nowhere?', () => {
  it('each of its elements is a way, and so is none', () => {
    const rules = table('ip', chain('c', FORWARD, 'th dport vmap { 53 : drop, 80 : accept }'));
    expect(ends(rules, { protocol: 'icmp', to: '8.8.8.8', icmp: { type: 8, code: 0 } })).toHaveLength(3);
  });
});

describe('How long is a rule set followed that would keep the kernel busy for ages?', () => {
  const names = Array.from({ length: 60 }, (_, i) => `C${i}`);
  const next = (i: number): string => names[i + 1] ?? 'END';
  it('native rules in a table of iptables take from the budget as its own do', () => {
    const save = [
      '*filter',
      ':FORWARD ACCEPT',
      ...[...names, 'END'].map((name) => `:${name} -`),
      '-A FORWARD -j C0',
      ...names.flatMap((name, i) => [`-A ${name} -j ${next(i)}`, `-A ${name} -j ${next(i)}`]),
    ].join('\n');
    const native = [
      chain('FORWARD', 'filter hook forward priority 0; policy accept', 'jump C0'),
      ...names.map((name, i) => `chain ${name} {\njump ${next(i)}\njump ${next(i)}\n}\n`),
      'chain END {\n}\n',
    ];
    const listed = `table ip filter {\n${native.join('')}}\n`;
    const nft = parseNftables(Buffer.from(listed), 'nft', new ProblemList());
    if (nft === null) throw new Error('no rule set');
    const { outcomes } = ask(save, { nft });
    expect(outcomes.map(({ verdict, reason }) => `${verdict} ${reason?.code}`)).toEqual([
      'unknown walk-too-long',
    ]);
  });
});

describe('What of chains at a device at one priority?', () => {
  const at = (name: string, priority: number, ...rules: readonly string[]): string =>
    chain(name, `filter hook ingress device "eth0" priority ${priority}; policy accept`, ...rules);
  it('of one table the one listed later is asked first', () => {
    const rules = table('netdev', at('first', 0, 'meta mark 0 drop'), at('second', 0, 'meta mark set 1'));
    expect(ends(rules)).toEqual([expect.stringMatching(/accept/)]);
    expect(ends(rules.replace('priority 0', 'priority -1'))).toEqual([expect.stringMatching(/drop/)]);
  });
  it('of two tables it is a question', () => {
    const other = table('netdev', at('second', 0, 'meta mark set 1')).replace(
      'table netdev t',
      'table netdev u',
    );
    const rules = table('netdev', at('first', 0, 'meta mark 0 drop')) + other;
    expect(ends(rules)).toHaveLength(2);
  });
  it('a chain without rules is told as at other hooks', () => {
    expect(steps(table('netdev', at('first', 0)))).toEqual(['first policy']);
  });
});

describe('Whose is a rule that the text of nft spells with a set?', () => {
  const save = '*filter\n:FORWARD ACCEPT\n-A FORWARD -p tcp -m multiport --dports 80,443 -j DROP';
  const stepsBy = (rule: string, dump: string): string[] => {
    const listed = table('ip', chain('FORWARD', 'filter hook forward priority 0; policy accept', rule));
    const nft = parseNftables(
      Buffer.from(listed.replace('table ip t', 'table ip filter')),
      'nft',
      new ProblemList(),
    );
    if (nft === null) throw new Error('no rule set');
    const { outcomes } = ask(dump, { nft, protocol: 'tcp', to: '8.8.8.8:80' });
    return outcomes.map(({ path }) => path[0]?.step.program ?? 'none');
  };
  it('iptables', () => {
    expect(stepsBy('meta l4proto tcp tcp dport { 80, 443 } counter packets 0 bytes 0 drop', save)).toEqual([
      'iptables',
    ]);
  });
  it('nft, where iptables-save shows nothing that would be one', () => {
    const dump = '*filter\n:FORWARD ACCEPT\n-A FORWARD -p tcp -j DROP';
    expect(stepsBy('tcp dport { 80, 443 } counter packets 0 bytes 0 drop', dump)).toEqual(['nft']);
  });
});

describe('Whom is the frame for of a packet that a bridge sees rewritten?', () => {
  const rules = (to: string): string =>
    table(
      'ip',
      chain('p', 'filter hook prerouting priority -150; policy accept', 'meta pkttype set broadcast'),
      chain('n', 'nat hook prerouting priority -100; policy accept', to),
    );
  it('for this node, whomever it was for: br_netfilter readdresses it (br_nf_pre_routing_finish)', () => {
    const question = { from: '10.244.1.5:1000', via: 'cni0' };
    expect(ends(rules('dnat to 172.16.0.9'), question)).toEqual([expect.stringMatching(/accept/)]);
    expect(ends(rules('counter'), question)).toEqual([expect.stringMatching(/drop/)]);
    expect(ends(rules('dnat to 172.16.0.9'))).toEqual([expect.stringMatching(/drop/)]);
  });
});

describe('What of an object that a map picks for the packet?', () => {
  const map = (type: string, name: string): string =>
    `map m {\ntype ipv4_addr : ${type}\nelements = { 10.244.1.5 : "${name}" }\n}\n`;
  const verdicts = (rule: string, from: string, object: string): string[] =>
    ends(table('ip', object, map('counter', 'o'), chain('c', FORWARD, rule)), { from: `${from}:1000` });
  it('a packet that the map lacks breaks the rule, of a counter too (nft_objref_map_eval)', () => {
    const of = (from: string): string[] =>
      verdicts('counter name ip saddr map @m drop', from, 'counter o {\npackets 0 bytes 0\n}\n');
    expect(of('10.244.1.5').join()).toMatch(/drop/);
    expect(of('10.244.1.6').join()).not.toMatch(/drop/);
  });
  it('a limit is asked of the client that has one, and named', () => {
    const rules = (from: string) =>
      trace(
        table(
          'ip',
          'limit slow {\nrate 1/hour\n}\n',
          map('limit', 'slow'),
          chain('c', FORWARD, 'limit name ip saddr map @m drop'),
        ),
        { from: `${from}:1000` },
      ).outcomes;
    expect(rules('10.244.1.6')).toHaveLength(1);
    const asked = rules('10.244.1.5').flatMap(({ given }) => given);
    expect(asked.map(({ question }) => 'text' in question && question.text)).toContain('limit name "slow"');
  });
  it('a helper that a map picks breaks the rule for other ports', () => {
    const rule = 'ct helper set tcp dport map { 21 : "ftp-h" } drop';
    const helper = 'ct helper ftp-h {\ntype "ftp" protocol tcp\nl3proto ip\n}\n';
    const of = (port: number): string =>
      ends(table('ip', helper, chain('c', FORWARD, rule)), { protocol: 'tcp', to: `8.8.8.8:${port}` }).join();
    expect([of(21), of(22)]).toEqual([expect.stringMatching(/drop/), expect.not.stringMatching(/drop/)]);
  });
  it.each([
    [
      '{"ct helper":{"map":{"key":{"payload":{"protocol":"tcp","field":"dport"}},"data":"@h"}}}',
      'ct helper set tcp dport map @h',
    ],
    [
      '{"synproxy":{"map":{"key":{"payload":{"protocol":"ip","field":"daddr"}},"data":"@s"}}}',
      'synproxy name ip daddr map @s',
    ],
    ['{"synproxy":"s1"}', 'synproxy name s1'],
    ['{"ct helper":"ftp-h"}', 'ct helper set "ftp-h"'],
  ])('%s says what nft prints as `%s`', (json, text) => {
    const statement = readStatement(JSON.parse(json));
    expect(printStatement(statement)).toBe(text);
    expect(readStatement(text)).toEqual(statement);
  });
});

describe('A set gives each of its elements a limit: is it asked?', () => {
  // `limit rate over 1/hour` let through the first packet of each client, of nine of two clients counted seven.
  const LIMIT = 'limit rate over 1/hour burst 1 packets';
  const asked = (set: string, rule: string, from = '10.244.1.5'): unknown[] =>
    trace(table('ip', `set s {\ntype ipv4_addr\n${set}\n}\n`, chain('c', FORWARD, rule)), {
      from: `${from}:1000`,
    }).outcomes.map(({ verdict, given }) => [verdict, given.map(({ question }) => question.code)]);
  const both = [
    ['drop', ['nft-limit']],
    ['accept', ['nft-limit']],
  ];
  it('where a rule enters the packet, whose own words name none (nft_dynset_eval)', () => {
    expect(asked(`size 99\nflags dynamic\n${LIMIT}`, 'add @s { ip saddr } drop')).toEqual(
      expect.arrayContaining(both),
    );
    expect(asked(`size 99\nflags dynamic\n${LIMIT}`, 'delete @s { ip saddr } drop')).toEqual([['drop', []]]);
  });
  it('where its element is found (nft_lookup_eval), and of no other packet', () => {
    const set = `${LIMIT}\nelements = { 10.244.1.5 ${LIMIT} }`;
    expect(asked(set, 'ip saddr @s drop')).toEqual(expect.arrayContaining(both));
    expect(asked(set, 'ip saddr @s drop', '10.244.1.6')).toEqual([['accept', []]]);
    expect(asked(set, 'ip saddr != @s drop', '10.244.1.6')).toEqual([['drop', []]]);
    expect(asked('elements = { 10.244.1.5 counter packets 1 bytes 60 }', 'ip saddr @s drop')).toEqual([
      ['drop', []],
    ]);
  });
});

describe('What becomes of a packet to ::1 that PREROUTING sends elsewhere?', () => {
  const rules = table(
    'inet',
    chain('out', 'filter hook output priority -300; policy accept', 'notrack'),
    chain('pre', 'filter hook prerouting priority -300; policy accept', 'ct zone set 7'),
    chain('nat', 'nat hook prerouting priority -100; policy accept', 'dnat ip6 to fd00:244::5'),
    chain('forward', FORWARD, 'counter'),
  );
  it('it is translated there where OUTPUT did not track it, and lost: nothing from ::1 is passed on (ip6_forward)', () => {
    const [outcome, ...others] = trace(rules, { from: '[::1]:44', to: '[::1]:80', via: null }).outcomes;
    expect(others).toEqual([]);
    expect(outcome?.reason).toMatchObject({ code: 'martian-source', seen: 'on-its-way' });
    expect(outcome?.path.map(({ step }) => step.chain)).not.toContain('forward');
    expect(outcome === undefined ? '' : destinationOf(outcome)).toContain('fd00:244::5');
  });
});
