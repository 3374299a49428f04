import { describe, expect, it } from 'vitest';
import { nodeOf } from '../trace/node.ts';
import { compare, filter, nat, PLAIN } from './compare.ts';

const host = PLAIN;
const other = nodeOf({
  ipsets: 'create blocked hash:ip family inet\nadd blocked 8.8.8.8\nadd blocked 10.244.1.7\n',
});

const SEPS = ':SVC - [0:0]\n:SEP-A - [0:0]\n:SEP-B - [0:0]\n:SEP-C - [0:0]\n:MASQ - [0:0]\n';
const ENDS = ['A', 'B', 'C']
  .map(
    (name, at) =>
      `-A SEP-${name} -s 10.244.1.${at + 5}/32 -j MASQ\n-A SEP-${name} -p tcp -j DNAT --to-destination 10.244.1.${at + 5}:80`,
  )
  .join('\n');
const service = (...rules: readonly string[]): string =>
  nat(
    [
      '-A PREROUTING -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j SVC',
      ...rules,
      ENDS,
      '-A MASQ -j MARK --set-xmark 0x4000/0x4000',
    ].join('\n'),
    SEPS,
  );
const third = '-m statistic --mode random --probability 0.33333333349';
const half = '-m statistic --mode random --probability 0.50000000000';

describe('What of a textual difference is none in what the rules do?', () => {
  it('nothing at all of two equal rule sets', () => {
    const { differing, exploration } = compare(filter('-A FORWARD -j DROP'), filter('-A FORWARD -j DROP'));
    expect([differing.length, exploration.traced]).toEqual([0, 0]);
  });

  it.each([
    [
      'counters',
      filter('[1:2] -A FORWARD -s 10.0.0.1/32 -j DROP'),
      filter('[9:9] -A FORWARD -s 10.0.0.1/32 -j DROP'),
    ],
    ['comments', filter('-A FORWARD -j DROP'), filter('-A FORWARD -m comment --comment "why" -j DROP')],
    [
      'a rule that logs',
      filter('-A FORWARD -j DROP'),
      filter('-A FORWARD -m limit --limit 5/min -j LOG\n-A FORWARD -j DROP'),
    ],
    [
      'a rule that counts until its own quota is used up',
      filter('-A FORWARD -j DROP'),
      filter('-A FORWARD -m quota --quota 5000\n-A FORWARD -j DROP'),
    ],
    [
      'the order of rules for different destinations',
      filter('-A FORWARD -d 1.1.1.1/32 -j DROP\n-A FORWARD -d 1.1.1.2/32 -j ACCEPT'),
      filter('-A FORWARD -d 1.1.1.2/32 -j ACCEPT\n-A FORWARD -d 1.1.1.1/32 -j DROP'),
    ],
    [
      'the order of rules for different ports',
      filter('-A FORWARD -p tcp -m tcp --dport 1 -j DROP\n-A FORWARD -p tcp -m tcp --dport 2 -j ACCEPT'),
      filter('-A FORWARD -p tcp -m tcp --dport 2 -j ACCEPT\n-A FORWARD -p tcp -m tcp --dport 1 -j DROP'),
    ],
    [
      'the order of endpoints that chance chooses among, and the rounding that goes with it',
      service(`-A SVC ${third} -j SEP-A`, `-A SVC ${half} -j SEP-B`, '-A SVC -j SEP-C'),
      service(`-A SVC ${third} -j SEP-C`, `-A SVC ${half} -j SEP-A`, '-A SVC -j SEP-B'),
    ],
  ])('%s', (_, before, after) => {
    const { differing, deltas, exploration } = compare(before, after);
    // Counters are no text of a rule.
    expect(differing.length).toBe(before.startsWith('*filter') && before.includes('[1:2]') ? 0 : 1);
    expect([deltas.length, exploration.traced]).toEqual([0, 0]);
  });
});

describe('What is a difference?', () => {
  it('the order of rules that one packet can match', () => {
    const { exploration } = compare(
      filter('-A FORWARD -d 1.1.1.0/24 -j DROP\n-A FORWARD -d 1.1.1.1/32 -j ACCEPT'),
      filter('-A FORWARD -d 1.1.1.1/32 -j ACCEPT\n-A FORWARD -d 1.1.1.0/24 -j DROP'),
    );
    expect(new Set(exploration.classes.map(({ box }) => box.destination.bounds.join()))).toEqual(
      new Set(['16843009,16843009']),
    );
  });

  it('a share that is really another', () => {
    const { exploration } = compare(
      service(`-A SVC ${third} -j SEP-A`, '-A SVC -j SEP-B'),
      service(`-A SVC ${half} -j SEP-A`, '-A SVC -j SEP-B'),
    );
    expect(exploration.classes.length).toBeGreaterThan(0);
  });

  it('a policy, for what no rule takes', () => {
    const { exploration } = compare(
      filter('-A FORWARD -d 1.1.1.1/32 -j ACCEPT'),
      filter('-A FORWARD -d 1.1.1.1/32 -j ACCEPT', 'DROP'),
    );
    expect(exploration.classes.length).toBeGreaterThan(0);
    expect(exploration.classes.some(({ box }) => box.destination.has(0x01010101n))).toBe(false);
  });

  it('a rule whose end would have been the same is none, once it is traced', () => {
    const { deltas, exploration } = compare(
      filter('-A FORWARD -d 1.1.1.1/32 -j ACCEPT'),
      filter('-A FORWARD -d 1.1.1.1/32 -j ACCEPT\n-A FORWARD -d 1.1.1.2/32 -j ACCEPT'),
    );
    expect(deltas).toHaveLength(1);
    expect(exploration.traced).toBeGreaterThan(0);
    expect(exploration.classes).toEqual([]);
  });

  it('a drop behind DNAT concerns those who ask the Service', () => {
    const rules = service('-A SVC -j SEP-A');
    const { exploration } = compare(
      rules + filter(''),
      rules + filter('-A FORWARD -d 10.244.1.5/32 -j DROP'),
    );
    const destinations = exploration.classes.map(({ packet }) => packet.destination.value);
    expect(destinations).toContain(0x0a600001n);
    expect(destinations).toContain(0x0af40105n);
  });

  it('a member of a set that a rule asks: packets of that address alone', () => {
    const rules = filter('-A FORWARD -m set --match-set blocked src -j DROP');
    const { exploration } = compare(rules, rules, [host, other]);
    const sources = exploration.classes.map(({ box }) => box.source.bounds.join());
    expect(new Set(sources)).toEqual(new Set([`${0x0af40107n},${0x0af40107n}`]));
  });
});

describe('Which packets can a rule concern that only jumps?', () => {
  const shared = ':MARK-IT - [0:0]\n';
  const behind = '-A MARK-IT -j MARK --set-xmark 0x4000/0x4000';
  const others = ['10.96.0.1', '10.96.0.2', '10.96.0.3'].map(
    (address) => `-A PREROUTING -d ${address}/32 -j MARK-IT`,
  );
  const masquerade = '-A POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE';

  it('those that match it, and not all that come to the chain behind it', () => {
    const jump = '-A PREROUTING -d 10.96.0.9/32 -p tcp -m tcp --dport 80 -j MARK-IT';
    const { exploration } = compare(
      nat([jump, ...others, masquerade, behind].join('\n'), shared),
      nat([...others, masquerade, behind].join('\n'), shared),
    );
    expect(exploration.unexplored).toEqual([]);
    expect(exploration.classes.length).toBeGreaterThan(0);
    expect(exploration.classes.every(({ packet }) => packet.destination.value === 0x0a600009n)).toBe(true);
    // All that come to the chain behind it are cut into some 300 classes.
    expect(exploration.traced).toBeLessThan(60);
  });

  it('of those, the ones that match a rule behind it', () => {
    const none = compare(
      nat(`-A PREROUTING -j SOME\n-A SOME -d 10.96.0.9/32 -j MARK-IT\n${behind}`, `:SOME - [0:0]\n${shared}`),
      nat(`-A SOME -d 10.96.0.9/32 -j MARK-IT\n${behind}`, `:SOME - [0:0]\n${shared}`),
    );
    expect(none.exploration.unexplored).toEqual([]);
    expect(none.exploration.traced).toBeLessThan(60);
  });
});

describe('Whom does a rule for an address of the node concern?', () => {
  it.each(['nat', 'filter'] as const)('processes that name it 0.0.0.0, too: in %s', (table) => {
    const rules =
      table === 'nat'
        ? nat('-A OUTPUT -d 127.0.0.1/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination 10.0.0.5:80')
        : filter('-A OUTPUT -d 127.0.0.1/32 -p tcp -m tcp --dport 80 -j DROP');
    const { exploration } = compare(rules, table === 'nat' ? nat('') : filter(''));
    const named = exploration.classes.map(({ packet }) => packet.destination.value);
    expect(named).toContain(0x7f000001n);
    expect(named).toContain(0n);
  });
});

describe('Is what is left open said?', () => {
  it('a budget that runs out leaves boxes unexplored', () => {
    const before = filter('');
    const after = filter('-A FORWARD -s 8.8.8.8/32 -j DROP');
    const { exploration } = compare(before, after, [host, host], 1);
    expect(exploration.traced).toBe(1);
    expect(exploration.unexplored.length).toBeGreaterThan(0);
  });

  it('a limit on both sides is taken to answer alike, also where its rule has another number', () => {
    const limited = '-A FORWARD -m limit --limit 5/min -j ACCEPT\n-A FORWARD -s 8.8.8.8/32 -j DROP';
    const { exploration } = compare(
      filter(limited),
      filter(`-A FORWARD -s 9.9.9.9/32 -j ACCEPT\n${limited}`),
    );
    expect(exploration.classes).toEqual([]);
  });
});
