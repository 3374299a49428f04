import { describe, expect, it } from 'vitest';
import { compareStates } from '../../src/diff/compare-states.ts';
import type { Known } from '../../src/explain/question/question.ts';
import type { Host, NativeChain } from '../../src/host/facts.ts';
import { UNKNOWN_CLUSTER } from '../../src/kubernetes/objects.ts';
import { parseNftables } from '../../src/nftables/parse-nft.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { AddressBook } from '../../src/proxy/addresses.ts';
import { packetOf, worldOf } from '../trace/ask.ts';
import { CAPTURED, filter, nat } from './compare.ts';

function knownOf(rules: string, proxyMode: Known['proxyMode'] = 'iptables', host: Host = CAPTURED): Known {
  return {
    ...{ rulesets: worldOf(rules, packetOf({}), { host }).rulesets, host, cluster: UNKNOWN_CLUSTER },
    ...{ book: new AddressBook(UNKNOWN_CLUSTER), proxyMode, flows: null, node: null },
  };
}

const compare = (before: Known, after: Known, budget = 20_000) =>
  compareStates(before, after, { budget, senders: null, service: null, strict: false });

describe('Where is no proof claimed, though nothing differs?', () => {
  it.each(['nftables', 'ipvs', 'userspace'] as const)(
    'where kube-proxy runs in %s mode on a side',
    (mode) => {
      const rules = filter('-A FORWARD -s 8.8.8.8/32 -j DROP');
      const { identical, proof } = compare(knownOf(rules), knownOf(rules, mode));
      expect([identical, proof.complete]).toEqual([false, false]);
      expect(proof.unexplored.join()).toContain(`${mode} mode`);
      expect(compare(knownOf(rules), knownOf(rules)).identical).toBe(true);
    },
  );

  it.each([
    ['answers', '-A FORWARD -m conntrack --ctdir REPLY -j DROP', /answers.*rule 1 of FORWARD.*--ctdir REPLY/],
    ['fragments', '-A FORWARD -f -j DROP', /fragments.*rule 1 of FORWARD/],
    ['a changed packet', '-A FORWARD -p tcp -j TCPMSS --clamp-mss-to-pmtu', /packets themselves.*TCPMSS/],
    ['a target that is not known', '-A FORWARD -j FROBNICATE', null],
  ])('%s', (_, rule, text) => {
    const { identical, proof, rules } = compare(knownOf(filter('')), knownOf(filter(rule)));
    expect(identical).toBe(false);
    if (text !== null) expect(proof.unexplored.join('\n')).toMatch(text);
    expect(rules.map(({ decides }) => decides)).not.toContain(false);
  });

  it('what stands behind a target that is not known on both sides', () => {
    const first = '-A FORWARD -j FROBNICATE';
    const { identical, proof } = compare(
      knownOf(filter(first)),
      knownOf(filter(`${first}\n-A FORWARD -s 8.8.8.8/32 -j DROP`)),
    );
    expect(identical).toBe(false);
    expect(proof.unexplored.join()).toMatch(/FROBNICATE/);
  });

  it('where native rules were only counted, nothing is proved', () => {
    const chain: NativeChain = {
      ...{ family: 'inet', table: 'firewalld', chain: 'filter_FORWARD', hook: 'forward' },
      ...{ priority: 10, policy: 'accept', rules: 3 },
    };
    const nft = { iptablesBaseChains: new Set<string>(), nativeChains: [chain], kubeProxyTable: false };
    const host = { ...CAPTURED, nft };
    const { identical, proof } = compare(
      knownOf(filter(''), 'iptables', host),
      knownOf(filter(''), 'iptables', host),
    );
    expect([identical, proof.complete]).toEqual([false, false]);
    expect(proof.unexplored.join()).toMatch(/table inet firewalld.*counted, and not compared/);
  });
});

describe('What is said of native nft tables?', () => {
  const listing = (rule: string, elements: string) => `table ip fw {
  set blocked {
    type ipv4_addr
    elements = { ${elements} }
  }
  chain forward {
    type filter hook forward priority 0; policy accept;
    ip saddr @blocked counter packets ${rule === '' ? 1 : 2} bytes 60 drop
    ${rule}
  }
}
`;
  const known = (rule: string, elements: string, rules = filter('')): Known => ({
    ...knownOf(rules),
    nft: parseNftables(Buffer.from(listing(rule, elements)), 'nft.txt', new ProblemList()),
  });

  it('the same words in another order of elements, and other counters, are the same', () => {
    const { identical, proof, state } = compare(
      known('', '10.0.0.1, 10.0.0.2'),
      known('', '10.0.0.2, 10.0.0.1'),
    );
    expect([identical, state]).toEqual([true, []]);
    expect(proof.restsOn.map(({ text }) => text).join()).toMatch(/table ip fw.*say the same/);
  });

  it('an element and a rule that one side has are told, with the packets that they drop', () => {
    const { identical, proof, state, witnesses } = compare(
      known('', '10.0.0.1, 10.0.0.2'),
      known('tcp dport 22 drop', '10.0.0.1, 10.0.0.3'),
    );
    expect([identical, proof.unexplored, proof.notFollowed]).toEqual([false, [], []]);
    expect(
      witnesses.map(({ change, packet }) => [change, packet.source.address, packet.destination.port]),
    ).toEqual([
      ['dropped', '10.0.0.3', 22],
      ['dropped', '10.244.1.250', 22],
      ['admitted', '10.0.0.2', 53],
    ]);
    expect(state.map(({ name, before, after }) => [name, before, after])).toEqual([
      ['ip fw chain forward', null, 'tcp dport 22 drop'],
      ['ip fw set blocked', '10.0.0.2', '10.0.0.3'],
    ]);
  });

  it('rules that nft added to a table of iptables are told, though iptables-save prints them alike', () => {
    const saved = '-A FORWARD -p tcp -m tcp --dport 22 -j ACCEPT\n-A FORWARD -p tcp -j DROP';
    const rules = `# Generated by iptables-save v1.8.9 (nf_tables) on x\n${filter(saved)}`;
    const table = (ports: string): string => `table ip filter {
  chain FORWARD {
    type filter hook forward priority filter; policy accept;
    tcp dport 22 counter packets ${ports.length} bytes 60 accept
    ${ports === '' ? 'counter packets 1 bytes 60 drop' : `tcp dport { ${ports} } drop`}
  }
}
`;
    const [before, after] = ['80, 81', '80, 8182'].map((ports) => ({
      ...knownOf(rules),
      nft: parseNftables(Buffer.from(table(ports)), 'nft.txt', new ProblemList()),
    }));
    if (before === undefined || after === undefined) throw new Error('two sides');
    expect(compare(before, before).identical).toBe(true);
    const { identical, proof, state } = compare(before, after);
    expect([identical, proof.unexplored, proof.notFollowed]).toEqual([false, [], []]);
    expect(state.map((one) => [one.name, one.before, one.after])).toEqual([
      ['ip filter chain FORWARD', 'tcp dport { 80, 81 } drop', 'tcp dport { 80, 8182 } drop'],
    ]);
    const without = { ...after, nft: parseNftables(Buffer.from(table('')), 'nft.txt', new ProblemList()) };
    expect(compare(without, without).proof.restsOn.map(({ code }) => code)).not.toContain('native-nftables');
    expect(compare(before, without).state).toMatchObject([
      { before: 'tcp dport { 80, 81 } drop', after: null },
    ]);
  });

  it('a limit of nft is taken to answer alike, also where its rule has another number', () => {
    const limited = (rule: string): Known => ({
      ...knownOf(filter('')),
      nft: parseNftables(
        Buffer.from(`table ip fw {
  chain forward {
    type filter hook forward priority 0; policy accept;
    ${rule}
    limit rate 5/second drop
  }
}
`),
        'nft.txt',
        new ProblemList(),
      ),
    });
    const { identical, proof } = compare(limited(''), limited('ip saddr 10.9.9.9 meta mark set 0x1'));
    expect([identical, proof.unexplored]).toEqual([true, []]);
    expect(proof.classes).toBeGreaterThan(0);
  });

  const listed = (text: string): Known => ({
    ...knownOf(filter('')),
    nft: parseNftables(Buffer.from(text), 'nft.txt', new ProblemList()),
  });

  it('an element with a time in a set that no rule fills is no memory of packets: who is in it on one side alone fares otherwise', () => {
    const blocked = (elements: string): string => `table ip fw {
  set blocked {
    type ipv4_addr
    flags timeout
    ${elements}
  }
  chain forward {
    type filter hook forward priority 0; policy accept;
    ip saddr @blocked drop
  }
}
`;
    const [one, same, none] = [
      'elements = { 10.0.0.1 timeout 1h expires 30m }',
      'elements = { 10.0.0.1 timeout 1h expires 20m }',
      '',
    ].map((elements) => listed(blocked(elements)));
    if (one === undefined || same === undefined || none === undefined) throw new Error('three listings');
    expect(compare(one, same).identical).toBe(true);
    const { identical, witnesses } = compare(one, none);
    expect([identical, witnesses.map(({ packet }) => packet.source.address)]).toEqual([false, ['10.0.0.1']]);
  });

  it('a chain at one device drops what comes in there, and nothing else', () => {
    const ingress = (rule: string): Known =>
      listed(`table netdev n {
  chain i {
    type filter hook ingress device "eth0" priority 0; policy accept;
    ${rule}
  }
}
`);
    const { witnesses } = compare(ingress(''), ingress('ip saddr 10.9.9.9 tcp dport 22 drop'));
    expect([...new Set(witnesses.flatMap(({ doors }) => doors))]).toEqual(['eth0']);
  });

  it('an answer that a native rule can tell from a request is left open', () => {
    const { identical, proof } = compare(known('', '10.0.0.1'), known('ct direction reply drop', '10.0.0.1'));
    expect(identical).toBe(false);
    expect(proof.unexplored.join()).toMatch(/answers.*rule 2 of forward.*ct direction/);
  });

  it('rules of iptables that differ beside native ones are followed through both', () => {
    const { identical, proof, witnesses } = compare(
      known('', '10.0.0.1'),
      known('', '10.0.0.1', filter('-A FORWARD -m mark --mark 0x1 -j DROP')),
    );
    expect([identical, proof.unexplored]).toEqual([false, []]);
    expect(witnesses.map(({ change, packet }) => [change, packet.mark])).toEqual([['dropped', '0x1']]);
  });
});

describe('Which rules decide nothing?', () => {
  it('one whose packets all fare as before; not one that a differing packet passes late on its way', () => {
    const chains = ':HOST - [0:0]\n:TO-POD - [0:0]\n';
    const added = [
      '-A PREROUTING -j HOST',
      '-A HOST -p tcp -m tcp --dport 8888 -j TO-POD',
      '-A TO-POD -p tcp -m tcp --dport 8888 -j DNAT --to-destination 10.244.1.5:80',
      '-A TO-POD -d 1.1.1.1/32 -p udp -j ACCEPT',
    ];
    const { rules } = compare(knownOf(nat('')), knownOf(nat(added.join('\n'), chains)));
    expect(rules.map(({ text, decides }) => [text, decides])).toEqual([
      [added[1], true],
      [added[0], true],
      [added[2], true],
      [added[3], false],
    ]);
  });

  it('none is said to, where not all was explored', () => {
    const { rules } = compare(
      knownOf(filter('')),
      knownOf(filter('-A FORWARD -s 8.8.8.8/32 -j DROP\n-A FORWARD -s 9.9.9.9/32 -j DROP')),
      1,
    );
    expect(rules.map(({ decides }) => decides)).not.toContain(false);
  });
});
