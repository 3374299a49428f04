import { describe, expect, it } from 'vitest';
import { ask, matches, type Question, summary } from './ask.ts';
import { nodeOf } from './node.ts';

/** Options that hold for the packet, and ones that do not; the client is 8.8.8.8:40000, asking for 8.8.4.4:80 over TCP. */
const DEFINITE: readonly (readonly [holds: string, fails: string, Question?])[] = [
  ['-s 8.8.8.0/24', '-s 8.8.9.0/24'],
  ['-d 8.8.4.4/32', '-d 8.8.4.5/32'],
  ['-d 8.0.0.4/255.0.0.255', '-d 8.0.0.5/255.0.0.255'],
  ['-i eth0', '-i eth1'],
  ['-i eth+', '-i veth+'],
  ['-o eth0', '-o cni0'],
  ['-p tcp', '-p udp'],
  ['-p tcp -m tcp --sport 40000', '-p tcp -m tcp --sport 1:39999'],
  ['-p tcp -m tcp --dport 80:81', '-p tcp -m tcp --dport 81'],
  ['-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN', '-p tcp -m tcp --tcp-flags SYN,ACK SYN,ACK'],
  ['-p tcp -m multiport --dports 1,80', '-p tcp -m multiport --dports 1,81:90'],
  ['-p tcp -m multiport --ports 40000', '-p tcp -m multiport --sports 80'],
  ['-p udp -m udp --dport 80', '-p udp -m udp --dport 53', { protocol: 'udp' }],
  [
    '-p icmp -m icmp --icmp-type 8',
    '-p icmp -m icmp --icmp-type 0',
    { protocol: 'icmp', icmp: { type: 8, code: 0 } },
  ],
  ['-m iprange --src-range 8.8.8.8-8.8.8.9', '-m iprange --src-range 8.8.8.9-8.8.9.0'],
  ['-m addrtype --src-type UNICAST', '-m addrtype --src-type LOCAL'],
  ['-m mark --mark 0x80000000/0x80000000', '-m mark --mark 0x1', { mark: 0xf0000000 }],
  ['-m connmark --mark 0x0', '-m connmark --mark 0x1'],
  ['-m conntrack --ctstate NEW,RELATED', '-m conntrack --ctstate ESTABLISHED'],
  ['-m state --state NEW', '-m state --state INVALID'],
  ['-m conntrack --ctproto 6', '-m conntrack --ctproto 17'],
  ['-m conntrack --ctorigsrc 8.8.8.0/24', '-m conntrack --ctorigdst 8.8.8.0/24'],
  ['-m conntrack --ctreplsrc 8.8.4.4/32', '-m conntrack --ctrepldst 8.8.4.4/32'],
  ['-m conntrack --ctorigdstport 80', '-m conntrack --ctreplsrcport 81'],
  ['-m conntrack --ctdir ORIGINAL', '-m conntrack --ctdir REPLY'],
  ['-m physdev --physdev-is-in', '-m physdev --physdev-is-out', { via: 'cni0' }],
  ['-m pkttype --pkt-type unicast', '-m pkttype --pkt-type multicast'],
  ['-m devgroup --src-group 0x0', '-m devgroup --src-group 0x1'],
  [
    '-m set --match-set s dst',
    '-m set --match-set s src',
    { host: nodeOf({ ipsets: 'create s hash:ip family inet\nadd s 8.8.4.4\n' }) },
  ],
  ['-p tcp -m comment --comment "x \\" y"', '-p udp -m comment --comment "x"'],
];

function filled(rows: typeof DEFINITE): (readonly [string, string, Question])[] {
  return rows.map(([holds, fails, question = {}]) => [holds, fails, question]);
}

/** Each option with a `!` in front, as iptables-save writes it. */
function negated(options: string): string {
  const words = options.split(' ');
  let at = words.length - 1;
  while (at >= 0 && !/^--?(?!m$)[a-z]/.test(words[at] ?? '')) at--;
  words.splice(at, 0, '!');
  return words.join(' ');
}

describe('Does a match take the packet?', () => {
  it.each(filled(DEFINITE))('%s does, %s does not', (holds, fails, question) => {
    expect(matches(holds, question)).toBe('yes');
    expect(matches(fails, question)).toBe('no');
  });
});

describe('Does `!` turn the answer round?', () => {
  const turnable = DEFINITE.filter(([holds]) => !holds.includes('comment'));
  it.each(filled(turnable))('of %s and of %s', (holds, fails, question) => {
    expect(matches(negated(holds), question)).toBe('no');
    expect(matches(negated(fails), question)).toBe('yes');
  });
});

describe('Is what no capture tells unknown, also with `!`?', () => {
  const open: readonly (readonly [string, Question?])[] = [
    ['-s 10.0.0.0/8', { from: '?' }],
    ['-i eth0', { via: undefined }],
    ['-m set --match-set s src', { host: nodeOf({ host: { ipsets: null } }) }],
    ['-p tcp -m tcp --sport 1000:2000', { from: '?' }],
    ['-m limit --limit 3/min'],
    ['-m recent --rcheck --name l --rsource'],
    ['-m length --length 40:100'],
    ['-m ttl --ttl-eq 64'],
    ['-m tos --tos 0x10/0x3f'],
    ['-m dscp --dscp 0x0a'],
    ['-m ecn --ecn-ip-ect 0'],
    ['-m mac --mac-source 02:00:00:00:00:01'],
    ['-m string --string "x" --algo bm --to 65535'],
    ['-m nosuchmodule --option x'],
    ['-p tcp -m tcp --tcp-option 5'],
    ['-p tcp -m tcpmss --mss 1:1400'],
    ['-m owner --uid-owner 0', { via: null }],
    ['-m conntrack --ctexpire 1:100'],
    ['-m helper --helper ftp', { state: 'RELATED' }],
    ['-m connmark --mark 0x1', { state: 'ESTABLISHED' }],
    ['-m connmark --mark 0x1', { state: 'RELATED' }],
    [
      '-m addrtype --dst-type LOCAL',
      { host: nodeOf({ host: { links: null, routes: { ipv4: null, ipv6: null } } }) },
    ],
    ['-m physdev --physdev-in veth1', { via: 'cni0' }],
    ['-p nosuchprotocol'],
  ];
  it.each(open.map(([options, question = {}]) => [options, question] as const))('%s', (options, question) => {
    expect(matches(options, question)).toBe('unknown');
    expect(matches(negated(options), question)).toBe('unknown');
  });
});

describe('An ICMP packet of which the type is not known', () => {
  it('may be of one code of a type without being of another', () => {
    const { outcomes } = ask(
      `*filter
      :FORWARD ACCEPT
      -A FORWARD -p icmp -m icmp --icmp-type 3/1 -j DROP
      -A FORWARD -p icmp -m icmp --icmp-type 3/4 -j REJECT`,
      { protocol: 'icmp', to: '10.244.1.5' },
    );
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['drop', 'reject', 'accept']);
  });
});

describe('A mark that a set may hold beside its element', () => {
  it('is not known after SET --map-mark', () => {
    const { outcomes } = ask(
      `*mangle
      :PREROUTING ACCEPT
      -A PREROUTING -j SET --map-set marks src --map-mark
      -A PREROUTING -m mark --mark 0x1 -j DROP`,
    );
    expect(outcomes.map(({ verdict }) => verdict)).toEqual(['drop', 'accept', 'accept']);
    expect(
      outcomes.map(({ given }) => given.map(({ question, held }) => `${question.code} ${held}`)),
    ).toEqual([
      ['ipset-missing true', 'mark true'],
      ['ipset-missing true', 'mark false'],
      ['ipset-missing false'],
    ]);
  });
});

describe('Where the kernel gives up, does neither spelling match?', () => {
  const UNTRACKED = { state: 'UNTRACKED' } as const;
  const never: readonly (readonly [string, Question?])[] = [
    ['-m connmark --mark 0x0', UNTRACKED],
    ['-m conntrack --ctdir ORIGINAL', UNTRACKED],
    ['-m conntrack --ctorigdst 8.8.4.4/32', UNTRACKED],
    ['-m conntrack --ctstatus ASSURED', UNTRACKED],
    ['-m multiport --dports 80', { protocol: 'icmp', icmp: { type: 8, code: 0 } }],
    ['-m mac --mac-source 02:00:00:00:00:01', { via: null }],
    ['-m physdev --physdev-out veth1', { via: 'cni0' }],
  ];
  it.each(never.map(([options, question = {}]) => [options, question] as const))(
    '%s',
    (options, question) => {
      expect(matches(options, question)).toBe('no');
      expect(matches(negated(options), question)).toBe('no');
    },
  );
  it.each(['UNTRACKED', 'INVALID'] as const)(
    'a packet that is %s has this state, and its other options are not asked',
    (state) => {
      expect(matches(`-m conntrack --ctstate ${state}`, { state })).toBe('yes');
      expect(matches(`-m conntrack --ctstate ${state} --ctdir REPLY`, { state })).toBe('yes');
      expect(matches(`-m conntrack --ctstate ${state} ! --ctorigdst 8.8.4.4/32`, { state })).toBe('yes');
      expect(matches(`-m conntrack --ctstate NEW --ctdir ORIGINAL`, { state })).toBe('no');
      expect(matches(`-m conntrack --ctstate ${state} -m conntrack --ctdir REPLY`, { state })).toBe('no');
    },
  );
  it('-m helper without a connection is a plain no', () => {
    expect(matches('-m helper --helper ftp', UNTRACKED)).toBe('no');
    expect(matches('-m helper ! --helper ftp', UNTRACKED)).toBe('yes');
  });
});

describe('Interfaces that are not there', () => {
  it('have an empty name: no option with a name matches, a negated one does, and `+` does', () => {
    expect(matches('-i eth0', { via: null })).toBe('no');
    expect(matches('! -i eth0', { via: null })).toBe('yes');
    expect(matches('-i +', { via: null })).toBe('yes');
  });
  it('are known once a rule named them: a packet came in through one only', () => {
    const rules = '*filter\n:FORWARD ACCEPT\n-A FORWARD -i eth0\n-A FORWARD -i eth1 -j DROP';
    expect(ask(rules, { via: undefined }).outcomes.map(summary)).toEqual([
      '1 [the packet came in through another interface than eth0; the packet came in through eth1] drop',
      '1 [the packet came in through eth0] accept',
      '1 [the packet came in through another interface than eth0; the packet came in through another interface than eth1] accept',
    ]);
  });
  it('`-i +` takes an interface that is not known', () => {
    expect(matches('-i +', { via: undefined })).toBe('yes');
    expect(matches('! -i +', { via: undefined })).toBe('no');
  });
});

describe('Values above 31 bits', () => {
  it('are unsigned in marks', () => {
    expect(matches('-m mark --mark 0xffffffff', { mark: 0xffffffff })).toBe('yes');
    expect(matches('-m mark ! --mark 0x7fffffff', { mark: 0xffffffff })).toBe('yes');
    expect(matches('-m mark --mark 0x80000000/0xc0000000', { mark: 0xbfffffff })).toBe('yes');
  });
  it('a mark outside of its mask never matches', () => {
    expect(matches('-m mark --mark 0x100/0xff', { mark: 0x100 })).toBe('no');
    expect(matches('-m mark ! --mark 0x100/0xff', { mark: 0x100 })).toBe('yes');
  });
});
