import { describe, expect, it } from 'vitest';
import { UNKNOWN_HOST } from '../../src/host/facts.ts';
import { parseIpsets } from '../../src/host/parse-ipsets.ts';
import { type SetElement, testSet } from '../../src/host/test-set.ts';
import { parsePrefix } from '../../src/net/prefix.ts';
import { ProblemList } from '../../src/problems/problem.ts';
import { address } from './hosts.ts';

/** As `ipset save` 7.17 prints it. */
const SAVE = `create b1 bitmap:ip range 10.0.0.0-10.0.0.255
add b1 10.0.0.5
create b2 bitmap:ip range 10.0.0.0-10.0.255.255 netmask 24 timeout 100
add b2 10.0.3.0 timeout 99
create b3 bitmap:ip,mac range 10.0.0.0-10.0.0.255
add b3 10.0.0.5,00:11:22:33:44:55
add b3 10.0.0.6
create b4 bitmap:port range 0-1000
add b4 80
create h1 hash:ip family inet hashsize 1024 maxelem 65536 counters comment skbinfo bucketsize 12 initval 0x659a24ae
add h1 10.0.0.1 packets 0 bytes 0 comment "not nomatch, 10.9.9.9"
create h1n hash:ip family inet hashsize 1024 maxelem 65536 netmask 24 bucketsize 12 initval 0xdc2d9bea
add h1n 10.5.5.0
create h1b hash:ip family inet hashsize 1024 maxelem 65536 bitmask 255.0.255.0 bucketsize 12 initval 0x01fa58a1
add h1b 10.0.5.0
create h16 hash:ip family inet6 hashsize 1024 maxelem 65536 netmask 64 bucketsize 12 initval 0xd9c5917a
add h16 fd00::
create hn hash:net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xbb10e500
add hn 10.1.1.2/31
add hn 10.0.0.0/8
add hn 10.1.0.0/16 nomatch
add hn 10.1.1.1
create hip hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x70c9dafa
add hip 10.0.0.1,icmp:255/255
add hip 10.0.0.1,icmp:echo-request
add hip 10.0.0.1,sctp:7
add hip 10.0.0.1,udp:53
add hip 10.0.0.1,tcp:80
add hip 10.0.0.1,gre:0
create hip6 hash:ip,port family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0x99bea999
add hip6 fd00::1,ipv6-icmp:echo-request
create hipn hash:ip,port,net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xbbc8e516
add hipn 10.0.0.1,tcp:80,10.0.0.0/8
create hnn hash:net,net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xbbc8e516
add hnn 10.0.0.0/8,0.0.0.0/0
add hnn 10.0.0.0/8,11.0.0.0/8 nomatch
create hni hash:net,iface family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x371ca3db
add hni 10.0.0.0/8,d0
add hni 10.0.0.0/8,e wildcard
add hni 0.0.0.0/0,dx
add hni 10.1.0.0/16,d0 nomatch
add hni 172.16.0.0/12,physdev:d1
create hmk hash:ip,mark family inet hashsize 1024 markmask 0x000000ff maxelem 65536 bucketsize 12 initval 0x1
add hmk 10.0.0.1,0x00000034
create hm hash:mac hashsize 1024 maxelem 65536 bucketsize 12 initval 0x1
add hm 00:11:22:33:44:55
create ls list:set size 8
add ls hn
add ls h16
create lost list:set size 8
add lost gone
create new hash:later,thing family inet
add new 10.0.0.1,x
`;

const sets = parseIpsets(SAVE);
const host = { ...UNKNOWN_HOST, ipsets: new Map(sets.map((set) => [set.name, set])) };

const PACKET: SetElement = {
  family: 'ipv4',
  directions: ['src'],
  source: address('10.0.0.1'),
  destination: address('10.96.0.1'),
  protocol: 6,
  sourcePort: 40000,
  destinationPort: 80,
  icmp: null,
  inInterface: 'd0',
  outInterface: '',
  sourceMac: '00:11:22:33:44:55',
  destinationMac: '',
  mark: 0,
};

function test(name: string, changes: Partial<SetElement> = {}): string {
  return testSet(host, name, { ...PACKET, ...changes }).answer;
}

const from = (text: string): Partial<SetElement> => {
  const source = address(text);
  return { source, family: source.family };
};

describe('a packet against each type of set', () => {
  const both = { directions: ['src', 'dst'] as const };
  const sourceTwice = { directions: ['src', 'src'] as const };
  const three = { directions: ['src', 'dst', 'src'] as const };
  it.each<[string, string, Partial<SetElement>, string]>([
    ['bitmap:ip', 'b1', from('10.0.0.5'), 'yes'],
    ['bitmap:ip, another address', 'b1', from('10.0.0.4'), 'no'],
    ['bitmap:ip with netmask', 'b2', from('10.0.3.77'), 'yes'],
    ['bitmap:ip,mac', 'b3', { ...from('10.0.0.5'), ...sourceTwice }, 'yes'],
    [
      'bitmap:ip,mac, another MAC',
      'b3',
      { ...from('10.0.0.5'), ...sourceTwice, sourceMac: '02:00:00:00:00:01' },
      'no',
    ],
    ['bitmap:ip,mac, element without MAC', 'b3', { ...from('10.0.0.6'), ...sourceTwice }, 'yes'],
    ['bitmap:ip,mac, packet without MAC', 'b3', { ...from('10.0.0.6'), ...both }, 'no'],
    ['bitmap:port', 'b4', { directions: ['dst'] }, 'yes'],
    ['bitmap:port, udp too', 'b4', { directions: ['dst'], protocol: 17 }, 'yes'],
    ['bitmap:port, never sctp', 'b4', { directions: ['dst'], protocol: 132 }, 'no'],
    ['bitmap:port, IPv6 packet', 'b4', { directions: ['dst'], ...from('fd00::1') }, 'yes'],
    ['hash:ip', 'h1', {}, 'yes'],
    ['hash:ip, address in the comment only', 'h1', from('10.9.9.9'), 'no'],
    ['hash:ip, more directions than dimensions', 'h1', both, 'yes'],
    ['hash:ip with netmask', 'h1n', from('10.5.5.200'), 'yes'],
    ['hash:ip with bitmask', 'h1b', from('10.77.5.200'), 'yes'],
    ['hash:ip with bitmask, another', 'h1b', from('10.77.6.200'), 'no'],
    ['hash:ip IPv6 with netmask', 'h16', from('fd00::9:9'), 'yes'],
    ['IPv6 packet, IPv4 set', 'h1', from('::a00:1'), 'no'],
    ['IPv4 packet, IPv6 set', 'h16', {}, 'no'],
    ['hash:net', 'hn', from('10.200.0.1'), 'yes'],
    ['hash:net, nomatch inside', 'hn', from('10.1.200.1'), 'no'],
    ['hash:net, element inside the nomatch', 'hn', from('10.1.1.3'), 'yes'],
    ['hash:net, --return-nomatch', 'hn', { ...from('10.1.200.1'), returnNomatch: true }, 'yes'],
    ['hash:net, --return-nomatch, plain element', 'hn', { ...from('10.200.0.1'), returnNomatch: true }, 'no'],
    ['hash:ip, --return-nomatch, which is for networks', 'h1', { returnNomatch: true }, 'yes'],
    ['hash:ip,port', 'hip', both, 'yes'],
    ['hash:ip,port, one direction is too few', 'hip', { directions: ['src'] }, 'no'],
    ['hash:ip,port, other protocol', 'hip', { ...both, protocol: 17 }, 'no'],
    ['hash:ip,port, icmp', 'hip', { ...both, protocol: 1, icmp: { type: 8, code: 0 } }, 'yes'],
    ['hash:ip,port, icmp by number', 'hip', { ...both, protocol: 1, icmp: { type: 255, code: 255 } }, 'yes'],
    ['hash:ip,port, other icmp', 'hip', { ...both, protocol: 1, icmp: { type: 0, code: 0 } }, 'no'],
    ['hash:ip,port, gre', 'hip', { ...both, protocol: 47 }, 'yes'],
    ['hash:ip,port, esp', 'hip', { ...both, protocol: 50 }, 'no'],
    [
      'hash:ip,port IPv6',
      'hip6',
      { ...both, ...from('fd00::1'), protocol: 58, icmp: { type: 128, code: 0 } },
      'yes',
    ],
    ['hash:ip,port,net', 'hipn', three, 'yes'],
    ['hash:net,net with /0', 'hnn', both, 'yes'],
    ['hash:net,net, nomatch', 'hnn', { ...both, destination: address('11.5.5.5') }, 'no'],
    ['hash:net,iface', 'hni', sourceTwice, 'yes'],
    ['hash:net,iface with wildcard', 'hni', { ...sourceTwice, inInterface: 'eth0' }, 'yes'],
    ['hash:net,iface, nomatch', 'hni', { ...sourceTwice, ...from('10.1.5.5') }, 'no'],
    ['hash:net,iface, /0', 'hni', { ...sourceTwice, ...from('9.9.9.9'), inInterface: 'dx' }, 'yes'],
    [
      'hash:net,iface looks no further than the best network',
      'hni',
      { ...sourceTwice, inInterface: 'dx' },
      'no',
    ],
    ['hash:net,iface, no such interface at this hook', 'hni', both, 'no'],
    ['hash:net,iface, bridge port', 'hni', { ...sourceTwice, ...from('172.16.0.1') }, 'unknown'],
    ['hash:ip,mark', 'hmk', { ...sourceTwice, mark: 0xff000134 }, 'yes'],
    ['hash:ip,mark, another', 'hmk', { ...sourceTwice, mark: 0x35 }, 'no'],
    ['hash:mac', 'hm', {}, 'yes'],
    ['hash:mac, packet without', 'hm', { directions: ['dst'] }, 'no'],
    ['list:set', 'ls', from('10.200.0.1'), 'yes'],
    ['list:set, by its IPv6 set', 'ls', from('fd00::9'), 'yes'],
    ['list:set, in none', 'ls', from('11.0.0.1'), 'no'],
    ['list:set of a set that is missing', 'lost', {}, 'unknown'],
    ['type from the future', 'new', both, 'unknown'],
  ])('%s', (_, name, changes, expected) => {
    expect(test(name, changes)).toBe(expected);
  });
});

describe('what is not known of the packet', () => {
  it('matters only where some element could still match', () => {
    expect(test('h1', { source: null })).toBe('unknown');
    expect(test('hip', { directions: ['src', 'dst'], source: null })).toBe('unknown');
    expect(test('hip', { directions: ['src', 'dst'], source: null, destinationPort: 81 })).toBe('no');
    expect(test('hip', { directions: ['src', 'dst'], ...from('10.0.0.2'), destinationPort: null })).toBe(
      'no',
    );
    expect(test('hmk', { directions: ['src', 'src'], mark: null })).toBe('unknown');
  });

  it('is named', () => {
    expect(testSet(host, 'h1', { ...PACKET, source: null })).toMatchObject({
      why: { code: 'ipset-element', set: 'h1', fields: ['source-address'] },
    });
  });

  it('is what to capture where the set is missing', () => {
    expect(testSet(UNKNOWN_HOST, 'x', PACKET)).toMatchObject({
      why: { code: 'ipset-not-captured', set: 'x' },
    });
    expect(testSet(host, 'x', PACKET)).toMatchObject({ why: { code: 'ipset-missing', set: 'x' } });
  });
});

describe('elements written by hand', () => {
  const written = parseIpsets(
    'create a hash:net family inet\nadd a 10.0.0.1-10.0.0.5\nadd a 10.0.0.3 nomatch\n' +
      'create p hash:ip,port family inet\nadd p 10.0.0.1-10.0.0.2,80-90\ncreate e hash:ip family inet\n',
  );
  const other = { ...UNKNOWN_HOST, ipsets: new Map(written.map((set) => [set.name, set])) };
  it.each<[string, string, Partial<SetElement>, string]>([
    ['an address in a range', 'a', from('10.0.0.5'), 'yes'],
    ['an address behind a range', 'a', from('10.0.0.6'), 'no'],
    ['an address that nomatch takes out of a range', 'a', from('10.0.0.3'), 'no'],
    [
      'a port in a range',
      'p',
      { ...from('10.0.0.2'), directions: ['src', 'dst'], destinationPort: 85 },
      'yes',
    ],
    [
      'a port behind a range',
      'p',
      { ...from('10.0.0.2'), directions: ['src', 'dst'], destinationPort: 91 },
      'no',
    ],
    ['a set without elements', 'e', {}, 'no'],
  ])('%s', (_, name, changes, expected) => {
    expect(testSet(other, name, { ...PACKET, ...changes }).answer).toBe(expected);
  });
});

describe('ipset save', () => {
  it('keeps types, families, options and elements', () => {
    expect(sets.find((set) => set.name === 'h16')).toEqual({
      name: 'h16',
      type: 'hash:ip',
      family: 'ipv6',
      options: 'family inet6 hashsize 1024 maxelem 65536 netmask 64 bucketsize 12 initval 0xd9c5917a'.split(
        ' ',
      ),
      entries: [{ parts: ['fd00::'], nomatch: false }],
    });
    expect(sets.find((set) => set.name === 'h1')?.entries).toEqual([{ parts: ['10.0.0.1'], nomatch: false }]);
  });

  it('reports lines it cannot use and goes on', () => {
    const problems = new ProblemList();
    const read = parseIpsets(
      'add x 1.1.1.1\ncreate a hash:ip\n\0\u0001\nadd a 1.1.1.1\ncre',
      'ipset.txt',
      problems,
    );
    expect(read).toMatchObject([{ name: 'a', entries: [{ parts: ['1.1.1.1'] }] }]);
    expect(problems.list().map((problem) => [problem.code, problem.line])).toEqual([
      ['ipset-without-create', 1],
      ['unreadable-line', 3],
      ['truncated', 5],
    ]);
    expect(parseIpsets('')).toEqual([]);
  });
});

describe('a set of which not every member is known', () => {
  const member = from('10.0.0.5');
  const stranger = from('10.0.0.6');
  const ask = (text: string, element: Partial<SetElement>, cut = false, name = 'a') => {
    const read = parseIpsets(text, 'ipset.txt', new ProblemList(), cut);
    const host = { ...UNKNOWN_HOST, ipsets: new Map(read.map((set) => [set.name, set])) };
    return testSet(host, name, { ...PACKET, ...element });
  };
  const list = (header: string, count: string, ...members: string[]): string =>
    ['Name: a', 'Type: hash:ip', `Header: family inet${header}`, count, ...members, ''].join('\n');
  const save = 'create b hash:ip family inet\nadd b 10.0.0.1\ncreate a hash:ip family inet\nadd a 10.0.0.5\n';

  it.each([
    ['ipset list -t, which shows none', list('', 'Number of entries: 2'), member, 'unknown'],
    ['ipset list with all of them', list('', 'Number of entries: 1', 'Members:', '10.0.0.5'), stranger, 'no'],
    [
      'ipset list with too few',
      list('', 'Number of entries: 2', 'Members:', '10.0.0.5'),
      stranger,
      'unknown',
    ],
    ['such a list, of one it shows', list('', 'Number of entries: 2', 'Members:', '10.0.0.5'), member, 'yes'],
    [
      'ipset list where some may have timed out',
      list(' timeout 60', 'Number of entries: 2', 'Members:', '10.0.0.5 timeout 7'),
      stranger,
      'no',
    ],
    ['ipset save that breaks off in an element', `${save}add a 10.0.0.1`, stranger, 'unknown'],
    ['the piece of an element', `${save}add a 10.0.0.6`, stranger, 'unknown'],
  ])('%s', (_, text, element, expected) => {
    expect(ask(text, element).answer).toBe(expected);
  });

  it('is the last one of an archive that was cut, and no other', () => {
    expect(ask(save, stranger, true)).toEqual({
      answer: 'unknown',
      why: { code: 'ipset-cut', set: 'a' },
    });
    expect(ask(save, member, true).answer).toBe('yes');
    expect(ask(save, stranger, true, 'b').answer).toBe('no');
    expect(ask(save, stranger).answer).toBe('no');
  });

  it('may lack a network that is excepted', () => {
    const nets = 'create a hash:net family inet\nadd a 10.0.0.0/8\n';
    expect(ask(nets, member, true).answer).toBe('unknown');
    expect(ask(nets, member).answer).toBe('yes');
  });

  it('may be a list of sets', () => {
    const lists = 'create b hash:ip family inet\nadd b 10.0.0.5\ncreate a list:set size 8\nadd a b\n';
    expect([ask(lists, member, true).answer, ask(lists, stranger, true).answer]).toEqual(['yes', 'unknown']);
    expect(ask(lists, stranger).answer).toBe('no');
  });
});

describe('Both forms of ipset in one paste', () => {
  it('are all sets, whichever comes first', () => {
    const save = 'create A hash:ip family inet\nadd A 10.0.0.1\n';
    const list = 'Name: B\nType: hash:ip\nHeader: family inet\nNumber of entries: 1\nMembers:\n10.0.0.2\n';
    for (const text of [save + list, list + save]) {
      const sets = parseIpsets(text);
      expect(
        sets.map(({ name, entries }) => [name, entries.map(({ parts }) => parts.join())]).toSorted(),
      ).toEqual([
        ['A', ['10.0.0.1']],
        ['B', ['10.0.0.2']],
      ]);
      expect(sets.every(({ incomplete }) => incomplete !== true)).toBe(true);
    }
  });
});

describe('a sender of whom only networks are known', () => {
  const prefix = (text: string) => {
    const parsed = parsePrefix(text);
    if (parsed === null) throw new Error(text);
    return parsed;
  };
  const asked = (name: string, directions: SetElement['directions'], within: string[], outside: string[]) =>
    testSet(host, name, {
      ...PACKET,
      directions,
      source: null,
      destination: address('10.0.0.1'),
      sourceKnown: { within: within.map(prefix), outside: outside.map(prefix) },
    });

  it.each<[string, string, string[], string[], string]>([
    ['in the element’s network', 'hipn', ['10.1.0.0/16'], [], 'yes'],
    ['in another one', 'hipn', ['11.0.0.0/8'], [], 'no'],
    ['outside of the element’s', 'hipn', [], ['10.0.0.0/7'], 'no'],
    ['in a part of it, or not', 'hipn', ['8.0.0.0/5'], [], 'unknown'],
    ['outside of a part of it', 'hipn', [], ['10.1.0.0/16'], 'unknown'],
  ])('%s', (_, name, within, outside, answer) => {
    expect(asked(name, ['dst', 'dst', 'src'], within, outside).answer).toBe(answer);
  });

  it('is asked for by the network that decides, where nothing else does', () => {
    const answer = asked('hipn', ['dst', 'dst', 'src'], [], []);
    expect(answer).toMatchObject({ answer: 'unknown', source: prefix('10.0.0.0/8') });
  });

  it('is not, where several elements are left, a smaller network is left out, or a part of addresses is looked at', () => {
    for (const name of ['hn', 'h1n']) expect(asked(name, ['src'], [], [])).not.toHaveProperty('source');
  });
});
