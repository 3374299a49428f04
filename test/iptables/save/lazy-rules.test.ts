import { describe, expect, it } from 'vitest';
import { namesAnotherDestination } from '../../../src/iptables/array-rules.ts';
import { targetSyntaxName } from '../../../src/iptables/interpret.ts';
import type { RuleList } from '../../../src/iptables/ruleset.ts';
import { type Address, formatAddress, parseAddress } from '../../../src/net/address.ts';
import { candidatesOf } from '../../../src/trace/candidates.ts';
import { read } from '../read.ts';

/** A small generator of numbers that is the same on every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function address(text: string): Address {
  const found = parseAddress(text);
  if (found === null) throw new Error(text);
  return found;
}

function rulesOf(lines: readonly string[]): RuleList {
  const text = `*nat\n:X - [0:0]\n${lines.join('\n')}\nCOMMIT\n`;
  const rules = read(text, { family: text.includes('::') ? 'ipv6' : 'ipv4' })
    .rulesets[0]?.tables.get('nat')
    ?.chains.get('X')?.rules;
  if (rules === undefined) throw new Error('no chain');
  return rules;
}

/** What `towards` promises, the slow way. */
function linear(rules: RuleList, destination: Address): number[] {
  return Array.from({ length: rules.length }, (_, index) => index).filter(
    (index) => !namesAnotherDestination(rules.at(index), destination),
  );
}

const SHAPES: readonly ((ip: string, bits: number) => string)[] = [
  (ip, bits) => `-A X -d ${ip}/${bits} -p tcp -j RETURN`,
  (ip, bits) => `[1:2] -A X -d ${ip}/${bits} -j RETURN`,
  (ip, bits) => `-A X -s ${ip}/${bits} -d ${ip}/${bits} -j RETURN`,
  (ip, bits) => `-A X ! -s ${ip}/${bits} -d ${ip}/${bits} -j RETURN`,
  (ip, bits) => `-A X -d ${ip}/${bits}`,
  (ip, bits) => `-A X ! -d ${ip}/${bits} -j RETURN`,
  (ip, bits) => `-A X -d ${ip}/${bits - 8} -j RETURN`,
  (ip) => `-A X -s ${ip} -j RETURN`,
  (ip, bits) => `-A X -m comment --comment "x -d ${ip}/${bits} y" -j RETURN`,
  () => '-A X -j RETURN',
];

describe('towards', () => {
  for (const [name, ips] of [
    ['IPv4', ['10.0.0.1', '10.0.0.2', '10.0.1.1', '010.0.0.1', '255.0.0.1', '0.0.0.0']],
    ['IPv6', ['fd00::1', 'fd00::2', 'FD00::1', 'fd00:0:0::1', '::ffff:1.2.3.4', '::1.2.3.4', '::102:304']],
  ] as const) {
    for (const length of [5, 32, 33, 400]) {
      it(`gives what a linear filter gives, for ${length} ${name} rules`, () => {
        const next = numbers(length);
        const lines = Array.from({ length }, () =>
          (SHAPES[next(SHAPES.length)] ?? (() => ''))(
            ips[next(ips.length)] ?? '',
            name === 'IPv4' ? 32 : 128,
          ),
        );
        const rules = rulesOf(lines);
        for (const ip of ips) {
          const destination = address(formatAddress(address(ip)));
          expect([...rules.towards(destination)]).toEqual(linear(rules, destination));
        }
        expect([...rules.towards(address(name === 'IPv4' ? '9.9.9.9' : '9::9'))]).toEqual(
          linear(rules, address(name === 'IPv4' ? '9.9.9.9' : '9::9')),
        );
        expect([...rules.towards(null)]).toHaveLength(length);
      });
    }
  }

  it('keeps rules whose address cannot be read', () => {
    const lines = Array.from({ length: 40 }, () => '-A X -d 10.0.0.999/32 -j RETURN');
    expect([...rulesOf(lines).towards(address('10.0.0.1'))]).toHaveLength(40);
  });

  it('gives the rules without an address to a destination of the other family', () => {
    const lines = Array.from({ length: 40 }, (_, index) =>
      index % 2 === 0 ? '-A X -d 0.0.0.1/32' : '-A X -j RETURN',
    );
    expect([...rulesOf(lines).towards(address('::1'))]).toHaveLength(20);
  });
});

describe('forEveryDestination', () => {
  it('gives one list of all rules where none names a single destination', () => {
    const lines = ['-A X -s 10.0.0.1/32 -j RETURN', '-A X -d 10.0.0.0/8 -j RETURN', '-A X ! -d 10.0.0.1/32'];
    for (const copies of [1, 20]) {
      const rules = rulesOf(Array.from({ length: copies }, () => lines).flat());
      const every = rules.forEveryDestination();
      expect(every).toEqual([...rules.towards(null)]);
      expect(every).toEqual([...rules.towards(address('9.9.9.9'))]);
      expect(rules.forEveryDestination()).toBe(every);
      // A packet asks a chain without having it listed anew, wherever the packet goes.
      expect(candidatesOf(rules, address('9.9.9.9'))).toBe(every);
      expect(candidatesOf(rules, address('10.0.0.1'))).toBe(every);
    }
  });

  it.each([1, 40])('gives none where one of %i rules does', (length) => {
    const others = Array.from({ length: length - 1 }, () => '-A X -j RETURN');
    const rules = rulesOf([...others, '-A X -d 10.0.0.1/32 -j RETURN']);
    expect(rules.forEveryDestination()).toBeNull();
    expect(candidatesOf(rules, address('10.0.0.1'))).toHaveLength(length);
    expect(candidatesOf(rules, address('10.0.0.2'))).toHaveLength(length - 1);
  });

  it('is of no rules in a chain without any', () => {
    expect(rulesOf([]).forEveryDestination()).toEqual([]);
  });
});

describe('targetName', () => {
  it.each([
    ['-j KUBE-SVC-A', 'KUBE-SVC-A'],
    ['-g X', 'X'],
    ['-p tcp -m comment --comment "a -j B" -j DNAT --to-destination 10.0.0.1', 'DNAT'],
    ['-m comment --comment "quote \\" -j C" -j D', 'D'],
    ['-m comment --comment -j -m comment --comment x -j DROP', 'DROP'],
    ['-m comment --comment -j', null],
    ['-m recent --set --rsource -j E', 'E'],
    ['-j LOG --log-prefix " -j F "', 'LOG'],
    ['-p tcp', null],
  ])('of %s is %s', (options, name) => {
    const rules = rulesOf([`-A X ${options}`, `[5:6] -A X ${options}`]);
    expect([rules.targetName(0), rules.targetName(1)]).toEqual([name, name]);
  });
});

describe('a lazily read rule', () => {
  it('is read once', () => {
    const rules = rulesOf(['-A X -j RETURN']);
    expect(rules.at(0)).toBe(rules.at(0));
    expect(() => rules.at(-1)).toThrow(RangeError);
    expect(() => rules.at(0.5)).toThrow(RangeError);
  });
});

describe('a rule that iptables-restore takes, but iptables-save would spell otherwise', () => {
  const SPELT = [
    '-A X\t-j\tRETURN',
    '-A X -p tcp\t-j RETURN',
    '-A X  -j  RETURN',
    '-A X -j "RETURN"',
    '-A X --jump RETURN',
    '-A X -p tcp --goto Y',
    '-A X -j A\vB',
    '-A X -j A\u00a0B',
    '-A X -j A\rB',
    '-A X -s -j RETURN',
    '-A X -m comment --comment "a -j b" -j RETURN',
    '-A X -m comment --comment "open -j RETURN',
    '-A X -m comment --comment "open\\',
    '-A X -p tcp',
    '  -A X -j RETURN',
    '[1:2]  -A X -j RETURN',
  ];

  it.each(SPELT)('has the target that parsing finds: %j', (line) => {
    const rules = rulesOf([line, '-A X -j NEXT']);
    expect(rules.length).toBe(2);
    expect(rules.targetName(0)).toBe(targetSyntaxName(line.slice(line.indexOf('-A'))));
    expect(rules.targetName(1)).toBe('NEXT');
  });

  it('belongs to the chain that parsing finds', () => {
    const { rulesets } = read('*filter\n-A  X -j ACCEPT\n-A\tX -j ACCEPT\n-A X\vY -j ACCEPT\nCOMMIT\n', {
      family: 'ipv4',
    });
    const chains = [...(rulesets[0]?.tables.get('filter')?.chains.values() ?? [])];
    expect(chains.map(({ name, rules }) => [name, rules.length])).toEqual([
      ['X', 2],
      ['X\vY', 1],
    ]);
  });
});

describe('a rule that is asked for once', () => {
  const LINES = ['-A X -p tcp -m tcp --dport 80 -j ACCEPT', '-A X -s 10.0.0.0/8 -j X'];

  it('is what it is otherwise, and is not kept', () => {
    const rules = rulesOf(LINES);
    for (let index = 0; index < LINES.length; index++) {
      const once = rules.once(index);
      expect(rules.once(index)).not.toBe(once);
      expect(rules.at(index)).toEqual(once);
      expect(rules.at(index)).toBe(rules.at(index));
      expect(rules.once(index)).toBe(rules.at(index));
    }
  });
});
